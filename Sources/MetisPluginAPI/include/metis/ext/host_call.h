/**
 * Calling other targets through the host: how one strategy is made of others.
 */
#ifndef METIS_EXT_HOST_CALL_H
#define METIS_EXT_HOST_CALL_H

#include "metis/types.h"

#define METIS_HOST_CALL_V1 "metis.host.call/1"

/**
 * How the inner call ended: `code` 0 and the MCP result (a JSON object), or the JSON-RPC error
 * code and its message. Borrowed for the callback.
 */
typedef void (*metis_call_done_v1)(void *user, int32_t code, metis_slice_v1 result);

/** The service METIS_HOST_CALL_V1. */
typedef struct metis_host_call_v1 {
  /** sizeof(metis_host_call_v1). */
  uint32_t size;
  uint32_t reserved;
  /**
   * Calls a tool, resource or prompt (METIS_KIND_…) on behalf of the open call `parent`, with its
   * principal and what is left of its deadline. `done` runs once: before this function returns
   * where the target is inline, else on a thread of the host. METIS_NOT_FOUND: no such target;
   * METIS_LIMIT: nested too deep (16); METIS_LATE: the parent has ended. [call-thread]
   */
  int32_t (*call)(void *host, uint64_t parent, uint32_t kind, metis_slice_v1 target,
                  metis_slice_v1 arguments, metis_call_done_v1 done, void *user);
} metis_host_call_v1;

#endif
