// `call` returns a failure without having ended the call.
#define ID org.metis.test.call-fails
#define PROVIDES call-fails
#define OWN_CALL
#include "metis/metis.h"

static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply) {
  (void)instance, (void)request, (void)reply;
  return METIS_FAILED;
}

#include "faulty.h"
