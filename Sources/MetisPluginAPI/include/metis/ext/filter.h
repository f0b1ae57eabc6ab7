/**
 * Filters: look at, change or refuse messages on their way, and reloads before they happen.
 */
#ifndef METIS_EXT_FILTER_H
#define METIS_EXT_FILTER_H

#include "metis/types.h"

#define METIS_FILTER_V1 "metis.filter/1"

/** Go on with the message as it is. */
#define METIS_FILTER_PASS 0
/** Go on with what was written into the sink. */
#define METIS_FILTER_REPLACE 1
/** Stop; the error's text goes to the client, or refuses the reload. */
#define METIS_FILTER_REJECT 2

/** The extension METIS_FILTER_V1. Each function but create and destroy may be null. Filters run
 * in the order of their manifests; responses in the reverse order. */
typedef struct metis_filter_v1 {
  /** sizeof(metis_filter_v1). */
  uint32_t size;
  uint32_t flags;
  /** `config` is the manifest's [filter] table. [main-thread] */
  int32_t (*create)(void *plugin, metis_slice_v1 config, metis_error_v1 *error, void **out);
  /** [main-thread] */
  void (*destroy)(void *instance);
  /** A client introduces itself: `params` of `initialize`, or of `server/discover`.
   * [loop-thread] */
  int32_t (*on_initialize)(void *instance, metis_slice_v1 params, const metis_sink_v1 *sink,
                           metis_error_v1 *error);
  /** A request of a client: its method and its `params` (JSON object). [loop-thread] */
  int32_t (*on_request)(void *instance, metis_slice_v1 method, metis_slice_v1 params,
                        const metis_sink_v1 *sink, metis_error_v1 *error);
  /** The result of a request: its method and its `result` (JSON object). [loop-thread] */
  int32_t (*on_response)(void *instance, metis_slice_v1 method, metis_slice_v1 result,
                         const metis_sink_v1 *sink, metis_error_v1 *error);
  /** A configuration or plugin is about to be replaced; `subject` is
   * `{"kind":"configuration"|"plugin","id":…?}`. PASS or REJECT. [main-thread] */
  int32_t (*before_reload)(void *instance, metis_slice_v1 subject, metis_error_v1 *error);
  /** It was replaced, or not: `subject` has also `"outcome":"active"|"failed","reason":…?`.
   * [main-thread] */
  void (*after_reload)(void *instance, metis_slice_v1 subject);
} metis_filter_v1;

#endif
