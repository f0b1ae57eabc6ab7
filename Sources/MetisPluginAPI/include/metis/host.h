/**
 * The host as a plugin sees it: a way to ask for services by id.
 */
#ifndef METIS_HOST_H
#define METIS_HOST_H

#include "metis/types.h"

/**
 * Given to `init`; lives until `deinit` returns. Each plugin has its own: the host knows by
 * `context` who asks, and holds grants against it.
 */
typedef struct metis_host_v1 {
  /** sizeof(metis_host_v1). */
  uint32_t size;
  /** The host's ABI version: METIS_ABI_VERSION of the headers it was built with. */
  uint32_t abi;
  /** Passed back to `service`, and as the first argument of every service function. */
  void *context;
  /**
   * The table of a host service such as METIS_HOST_LOG_V1, or null where this host does not
   * offer it. The table lives as long as the plugin. [any-thread]
   */
  const void *(*service)(void *context, metis_slice_v1 id);
} metis_host_v1;

#endif
