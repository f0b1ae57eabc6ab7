/**
 * Metrics: counters, gauges and histograms that the host exposes.
 */
#ifndef METIS_EXT_HOST_METRICS_H
#define METIS_EXT_HOST_METRICS_H

#include "metis/types.h"

#define METIS_HOST_METRICS_V1 "metis.host.metrics/1"

#define METIS_METRIC_COUNTER 1u
#define METIS_METRIC_GAUGE 2u
/** Buckets: powers of two from 1 µs to 64 s where the unit is seconds. */
#define METIS_METRIC_HISTOGRAM 3u

/** The service METIS_HOST_METRICS_V1. Names and labels follow Prometheus: [a-zA-Z_][a-zA-Z0-9_]*. */
typedef struct metis_host_metrics_v1 {
  /** sizeof(metis_host_metrics_v1). */
  uint32_t size;
  uint32_t reserved;
  /**
   * Finds or makes a series; the host adds the label `plugin`. Returns its number, or 0 where the
   * name is malformed, has another kind already, or the plugin has 1,000 series. [any-thread]
   */
  uint64_t (*series)(void *host, uint32_t kind, metis_slice_v1 name, const metis_field_v1 *labels,
                     size_t label_count);
  /** Adds to a counter (≥ 0), sets a gauge, observes in a histogram. [any-thread] */
  void (*record)(void *host, uint64_t series, double value);
} metis_host_metrics_v1;

#endif
