/**
 * Flow: waiting for a client that reads slowly, without holding a thread.
 * Draft: the shape may change; the id stays when it becomes stable.
 */
#ifndef METIS_EXT_DRAFT_HOST_FLOW_H
#define METIS_EXT_DRAFT_HOST_FLOW_H

#include "metis/types.h"

#define METIS_HOST_FLOW_V1 "metis.host.flow/1"

/** The service METIS_HOST_FLOW_V1. */
typedef struct metis_host_flow_v1 {
  /** sizeof(metis_host_flow_v1). */
  uint32_t size;
  uint32_t reserved;
  /**
   * Runs `callback(user)` once, on a thread of the host, when the client of the open call `call` has
   * caught up after METIS_BUSY; soon where it has by now, and when the call ends meanwhile, so that
   * nobody waits for ever. It must not block. One callback a call: a second one is METIS_LIMIT.
   * METIS_LATE where the call has ended: the callback does not run. [any-thread]
   */
  int32_t (*when_writable)(void *host, uint64_t call, void (*callback)(void *user), void *user);
} metis_host_flow_v1;

#endif
