/**
 * Engines: languages that other plugins and the host evaluate (templates, scripts, expressions).
 * Draft: the shape may change; the id stays when it becomes stable.
 */
#ifndef METIS_EXT_DRAFT_ENGINE_H
#define METIS_EXT_DRAFT_ENGINE_H

#include "metis/types.h"

#define METIS_ENGINE_V1 "metis.engine/1"

/** The extension METIS_ENGINE_V1. */
typedef struct metis_engine_v1 {
  /** sizeof(metis_engine_v1). */
  uint32_t size;
  uint32_t flags;
  /** The languages it evaluates: names in lower case. Static. */
  const metis_slice_v1 *languages;
  size_t language_count;
  /** Compiles `source`; `name` appears in messages. [worker-thread] or [main-thread] */
  int32_t (*compile)(void *plugin, metis_slice_v1 language, metis_slice_v1 name,
                     metis_slice_v1 source, metis_error_v1 *error, void **program);
  /** Evaluates with `input` (a JSON value) into the sink (a JSON value). One program serves
   * concurrent calls. `seed` feeds every random choice. [worker-thread] */
  int32_t (*evaluate)(void *program, metis_slice_v1 input, uint64_t seed,
                      const metis_sink_v1 *sink, metis_error_v1 *error);
  /** [any-thread] */
  void (*release)(void *program);
} metis_engine_v1;

#endif
