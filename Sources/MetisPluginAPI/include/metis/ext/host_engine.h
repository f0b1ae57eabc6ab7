/**
 * Using an engine of another plugin through the host.
 */
#ifndef METIS_EXT_HOST_ENGINE_H
#define METIS_EXT_HOST_ENGINE_H

#include "metis/types.h"

#define METIS_HOST_ENGINE_V1 "metis.host.engine/1"

/** The service METIS_HOST_ENGINE_V1. The host keeps the engine's generation alive while a
 * program of it is open. */
typedef struct metis_host_engine_v1 {
  /** sizeof(metis_host_engine_v1). */
  uint32_t size;
  uint32_t reserved;
  /** METIS_NOT_FOUND where no active plugin evaluates `language`. [worker-thread] or
   * [main-thread] */
  int32_t (*compile)(void *host, metis_slice_v1 language, metis_slice_v1 name,
                     metis_slice_v1 source, metis_error_v1 *error, uint64_t *program);
  /** [worker-thread] */
  int32_t (*evaluate)(void *host, uint64_t program, metis_slice_v1 input, uint64_t seed,
                      const metis_sink_v1 *sink, metis_error_v1 *error);
  /** [any-thread] */
  void (*release)(void *host, uint64_t program);
} metis_host_engine_v1;

#endif
