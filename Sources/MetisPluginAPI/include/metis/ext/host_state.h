/**
 * A small key-value store of the host, for state that is shared between instances and survives a
 * swap.
 */
#ifndef METIS_EXT_HOST_STATE_H
#define METIS_EXT_HOST_STATE_H

#include "metis/types.h"

#define METIS_HOST_STATE_V1 "metis.host.state/1"

/** One store for the plugin. */
#define METIS_SCOPE_PLUGIN 1u
/** One store for each session of a client (legacy), or each principal (modern). */
#define METIS_SCOPE_SESSION 2u

/** The service METIS_HOST_STATE_V1. Keys ≤ 256 bytes, values ≤ 1 MiB, 10,000 keys a plugin. */
typedef struct metis_host_state_v1 {
  /** sizeof(metis_host_state_v1). */
  uint32_t size;
  uint32_t reserved;
  /** Writes the value into the sink, or METIS_NOT_FOUND. `call` names the session and may be 0
   * for METIS_SCOPE_PLUGIN. [any-thread] */
  int32_t (*get)(void *host, uint32_t scope, uint64_t call, metis_slice_v1 key,
                 const metis_sink_v1 *sink);
  /** An empty value removes the key. [any-thread] */
  int32_t (*set)(void *host, uint32_t scope, uint64_t call, metis_slice_v1 key,
                 metis_slice_v1 value);
  /** Adds to a number (absent: 0) in one step; `*result` is the new value. [any-thread] */
  int32_t (*add)(void *host, uint32_t scope, uint64_t call, metis_slice_v1 key, int64_t delta,
                 int64_t *result);
} metis_host_state_v1;

#endif
