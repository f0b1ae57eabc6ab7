// Counts its calls and hands the count to its successor (metis.state/1). -DREVISION=n is the
// format that it writes and reads; -DREFUSE makes it refuse every state, -DUNSAVABLE fail to
// save.
#define ID org.metis.test.stateful
#define PROVIDES stateful
#define OWN_CALL
#define OWN_QUERY
#ifndef REVISION
#define REVISION 1
#endif
#include "metis/metis.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply);
static const void *query(void *plugin, metis_slice_v1 id);

#include "faulty.h"

static atomic_long count;

static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply) {
  char text[32];
  (void)instance;
  int length = snprintf(text, sizeof text, "%ld", atomic_fetch_add(&count, 1) + 1);
  metis_slice_v1 answer = {(const uint8_t *)text, (size_t)length};
  return reply->complete(request->call, METIS_SHAPE_VALUE, &answer, 1);
}

static void explain(metis_error_v1 *error, const char *text) {
  error->code = METIS_FAILED;
  error->length = (uint32_t)strlen(text);
  memcpy(error->text, text, error->length);
}

static int32_t save(void *plugin, const metis_sink_v1 *sink, metis_error_v1 *error) {
  char text[32];
  (void)plugin;
#ifdef UNSAVABLE
  explain(error, "the count cannot be written");
  return METIS_FAILED;
#endif
  (void)error;
  int length = snprintf(text, sizeof text, "%ld", atomic_load(&count));
  metis_slice_v1 bytes = {(const uint8_t *)text, (size_t)length};
  return sink->write(sink->context, bytes);
}

static int32_t restore(void *plugin, uint32_t revision, metis_slice_v1 state,
                       metis_error_v1 *error) {
  char text[32] = {0};
  (void)plugin;
#ifdef REFUSE
  explain(error, "found a count of the old kind");
  return METIS_INVALID;
#endif
  if (revision != REVISION) return METIS_UNSUPPORTED;
  if (state.count >= sizeof text) {
    explain(error, "the count is too long");
    return METIS_INVALID;
  }
  memcpy(text, state.bytes, state.count);
  atomic_store(&count, strtol(text, NULL, 10));
  return METIS_OK;
}

static const metis_state_v1 state_table = {sizeof(metis_state_v1), REVISION, save, restore};

static const void *query(void *plugin, metis_slice_v1 id) {
  (void)plugin;
  if (is(id, METIS_STRATEGY_V1)) return &strategy;
  if (is(id, METIS_STATE_V1)) return &state_table;
  return NULL;
}
