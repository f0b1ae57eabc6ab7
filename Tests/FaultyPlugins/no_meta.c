// The entry without the section: the host must not run a line of it.
#define ID org.metis.test.no-meta
#define OWN_META
#include "faulty.h"
