// Refers to a function that nobody defines: the dynamic loader refuses it.
#define ID org.metis.test.unresolved
#define OWN_DEINIT
#include "metis/metis.h"

extern void metis_test_no_such_function(void *plugin);

static void deinit(void *plugin) { metis_test_no_such_function(plugin); }

#include "faulty.h"
