// Answers with a JSON string of 100 MB.
#define ID org.metis.test.huge-reply
#define PROVIDES huge-reply
#define OWN_CALL
#include "metis/metis.h"

#include <stdlib.h>
#include <string.h>

static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply) {
  static const uint8_t none[] = "the answer does not fit into memory";
  const size_t size = 100u << 20;
  metis_slice_v1 message = {none, sizeof none - 1}, empty = {0, 0};
  (void)instance;
  uint8_t *text = malloc(size);
  if (!text) return reply->fail(request->call, 0, message, empty);
  memset(text, 'x', size);
  text[0] = text[size - 1] = '"';
  metis_slice_v1 answer = {text, size};
  int32_t code = reply->complete(request->call, METIS_SHAPE_VALUE, &answer, 1);
  if (code == METIS_LIMIT) {
    static const uint8_t limit[] = "the host refused an answer of 100 MB";
    metis_slice_v1 refusal = {limit, sizeof limit - 1};
    code = reply->fail(request->call, 0, refusal, empty);
  }
  free(text);
  return code;
}

#include "faulty.h"
