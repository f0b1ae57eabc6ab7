// A library with the section and without the entry.
#include "metis/metis.h"

METIS_PLUGIN_META(METIS_META_UNLOADABLE);
