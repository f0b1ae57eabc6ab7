// Answers with half an object.
#define ID org.metis.test.bad-json
#define PROVIDES bad-json
#define OWN_CALL
#include "metis/metis.h"

static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply) {
  static const uint8_t text[] = "{\"answer\":";
  metis_slice_v1 answer = {text, sizeof text - 1};
  (void)instance;
  reply->complete(request->call, METIS_SHAPE_VALUE, &answer, 1);
  return METIS_OK;
}

#include "faulty.h"
