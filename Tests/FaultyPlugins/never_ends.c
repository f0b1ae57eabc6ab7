// An asynchronous strategy that takes calls and never ends them.
#define ID org.metis.test.never-ends
#define PROVIDES never-ends
#define STRATEGY_FLAGS (METIS_STRATEGY_ASYNC | METIS_STRATEGY_REENTRANT)
#define OWN_CALL
#include "metis/metis.h"

static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply) {
  (void)instance, (void)request, (void)reply;
  return METIS_OK;
}

#include "faulty.h"
