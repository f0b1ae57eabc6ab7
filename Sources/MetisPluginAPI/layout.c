#include "metis/metis.h"
