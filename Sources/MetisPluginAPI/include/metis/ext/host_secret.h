/**
 * Secrets by name; needs the grant `secrets`.
 */
#ifndef METIS_EXT_HOST_SECRET_H
#define METIS_EXT_HOST_SECRET_H

#include "metis/types.h"

#define METIS_HOST_SECRET_V1 "metis.host.secret/1"

/** The service METIS_HOST_SECRET_V1. */
typedef struct metis_host_secret_v1 {
  /** sizeof(metis_host_secret_v1). */
  uint32_t size;
  uint32_t reserved;
  /** Writes the secret `name` of the manifest's [secrets] table. METIS_DENIED without the grant,
   * METIS_NOT_FOUND where the table lacks it. Never logged. [any-thread] */
  int32_t (*get)(void *host, metis_slice_v1 name, const metis_sink_v1 *sink);
} metis_host_secret_v1;

#endif
