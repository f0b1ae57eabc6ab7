/**
 * State that outlives a generation: handed from the old one to the new one in a swap.
 */
#ifndef METIS_EXT_STATE_H
#define METIS_EXT_STATE_H

#include "metis/types.h"

#define METIS_STATE_V1 "metis.state/1"

/** The extension METIS_STATE_V1. Asked only where both generations offer it. */
typedef struct metis_state_v1 {
  /** sizeof(metis_state_v1). */
  uint32_t size;
  /** The plugin's own number of the format that `save` writes. */
  uint32_t revision;
  /** Writes the plugin's state. The old generation still serves: what changes after this call
   * is lost. [main-thread] */
  int32_t (*save)(void *plugin, const metis_sink_v1 *sink, metis_error_v1 *error);
  /**
   * Takes over what the old generation saved in format `revision`. METIS_UNSUPPORTED: the format
   * is not known, the plugin starts fresh; another code fails the swap. [main-thread]
   */
  int32_t (*restore)(void *plugin, uint32_t revision, metis_slice_v1 state,
                     metis_error_v1 *error);
} metis_state_v1;

#endif
