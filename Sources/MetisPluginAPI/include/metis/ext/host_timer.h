/**
 * Timers: waiting without holding a thread.
 */
#ifndef METIS_EXT_HOST_TIMER_H
#define METIS_EXT_HOST_TIMER_H

#include "metis/types.h"

#define METIS_HOST_TIMER_V1 "metis.host.timer/1"

/** The service METIS_HOST_TIMER_V1. */
typedef struct metis_host_timer_v1 {
  /** sizeof(metis_host_timer_v1). */
  uint32_t size;
  uint32_t reserved;
  /**
   * Runs `callback(user)` once after `delay` nanoseconds, on the host's timer thread: it must not
   * block. Returns the timer's number, or 0 at the limit of 100,000 timers a plugin. Timers of a
   * plugin are cancelled before its `deinit`. [any-thread]
   */
  uint64_t (*after)(void *host, uint64_t delay, void (*callback)(void *user), void *user);
  /** METIS_OK: the callback will not run. METIS_LATE: it ran, or is running now. [any-thread] */
  int32_t (*cancel)(void *host, uint64_t timer);
} metis_host_timer_v1;

#endif
