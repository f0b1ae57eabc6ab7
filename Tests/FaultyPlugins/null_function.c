// The strategy's table has no `call`.
#define ID org.metis.test.null-function
#define OWN_STRATEGY
#include "metis/metis.h"

static int32_t create(void *, const metis_instance_v1 *, metis_error_v1 *, void **);
static void destroy(void *);
static const metis_strategy_v1 strategy = {sizeof(metis_strategy_v1), 0, create, destroy, NULL};

#include "faulty.h"
