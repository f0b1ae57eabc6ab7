/**
 * Time from the host: injected, so that tests and snapshots are exact.
 */
#ifndef METIS_EXT_HOST_CLOCK_H
#define METIS_EXT_HOST_CLOCK_H

#include "metis/types.h"

#define METIS_HOST_CLOCK_V1 "metis.host.clock/1"

/** The service METIS_HOST_CLOCK_V1. */
typedef struct metis_host_clock_v1 {
  /** sizeof(metis_host_clock_v1). */
  uint32_t size;
  uint32_t reserved;
  /** CLOCK_MONOTONIC in nanoseconds. [any-thread] */
  uint64_t (*monotonic)(void *host);
  /** Nanoseconds since 1970-01-01T00:00:00Z. [any-thread] */
  int64_t (*wall)(void *host);
} metis_host_clock_v1;

#endif
