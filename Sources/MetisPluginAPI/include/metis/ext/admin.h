/**
 * Admin: a plugin's own endpoint below `/admin/plugins/{id}/x/`.
 */
#ifndef METIS_EXT_ADMIN_H
#define METIS_EXT_ADMIN_H

#include "metis/types.h"

#define METIS_ADMIN_V1 "metis.admin/1"

/** The extension METIS_ADMIN_V1. */
typedef struct metis_admin_v1 {
  /** sizeof(metis_admin_v1). */
  uint32_t size;
  uint32_t flags;
  /**
   * Answers an authenticated admin request. `path` is what follows `/x/`; `body` is JSON or empty;
   * a JSON value goes into the sink, the HTTP status into `*status` (200 before the call).
   * [worker-thread]
   */
  int32_t (*handle)(void *plugin, metis_slice_v1 verb, metis_slice_v1 path, metis_slice_v1 body,
                    const metis_sink_v1 *sink, uint32_t *status, metis_error_v1 *error);
} metis_admin_v1;

#endif
