/**
 * Logging through the host.
 */
#ifndef METIS_EXT_HOST_LOG_H
#define METIS_EXT_HOST_LOG_H

#include "metis/types.h"

#define METIS_HOST_LOG_V1 "metis.host.log/1"

#define METIS_LOG_TRACE 0u
#define METIS_LOG_DEBUG 1u
#define METIS_LOG_INFO 2u
#define METIS_LOG_WARN 3u
#define METIS_LOG_ERROR 4u

/** The service METIS_HOST_LOG_V1. */
typedef struct metis_host_log_v1 {
  /** sizeof(metis_host_log_v1). */
  uint32_t size;
  uint32_t reserved;
  /** Whether a line of this level goes anywhere: ask before building one. [any-thread] */
  bool (*enabled)(void *host, uint32_t level);
  /** Writes one line with the plugin's id; `fields` is a JSON object or empty. [any-thread] */
  void (*log)(void *host, uint32_t level, metis_slice_v1 message, metis_slice_v1 fields);
} metis_host_log_v1;

#endif
