// `call` returns and leaves the call open.
#define ID org.metis.test.never-replies
#define PROVIDES never-replies
#define OWN_CALL
#include "metis/metis.h"

static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply) {
  (void)instance, (void)request, (void)reply;
  return METIS_OK;
}

#include "faulty.h"
