// The strategy's table says that it ends before `call`.
#define ID org.metis.test.short-extension
#define OWN_STRATEGY
#include "metis/metis.h"

static int32_t create(void *, const metis_instance_v1 *, metis_error_v1 *, void **);
static void destroy(void *);
static int32_t call(void *, const metis_request_v1 *, const metis_reply_v1 *);
static const metis_strategy_v1 strategy = {24, 0, create, destroy, call};

#include "faulty.h"
