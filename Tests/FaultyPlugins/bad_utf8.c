// Answers with a JSON string that is not UTF-8.
#define ID org.metis.test.bad-utf8
#define PROVIDES bad-utf8
#define OWN_CALL
#include "metis/metis.h"

static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply) {
  static const uint8_t text[] = {'"', 0xc3, 0x28, 0xff, '"'};
  metis_slice_v1 answer = {text, sizeof text};
  (void)instance;
  reply->complete(request->call, METIS_SHAPE_VALUE, &answer, 1);
  return METIS_OK;
}

#include "faulty.h"
