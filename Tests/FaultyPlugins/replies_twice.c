// Ends the same call twice, and then fails it as well.
#define ID org.metis.test.replies-twice
#define PROVIDES replies-twice
#define OWN_CALL
#include "metis/metis.h"

static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply) {
  static const uint8_t first[] = "{\"answer\":1}", second[] = "{\"answer\":2}";
  metis_slice_v1 one = {first, sizeof first - 1}, two = {second, sizeof second - 1};
  metis_slice_v1 none = {0, 0};
  (void)instance;
  int32_t code = reply->complete(request->call, METIS_SHAPE_VALUE, &one, 1);
  reply->complete(request->call, METIS_SHAPE_VALUE, &two, 1);
  reply->fail(request->call, 0, two, none);
  return code;
}

#include "faulty.h"
