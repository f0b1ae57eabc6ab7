/**
 * A latency histogram with a bounded relative error, after HdrHistogram: 64 buckets for each
 * power of two, so that a value is known to 1.6 %. Nanoseconds, up to 73 minutes.
 */
#ifndef METIS_LOAD_HISTOGRAM_H
#define METIS_LOAD_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS (64 * 38)

typedef struct histogram {
  uint64_t count;
  uint64_t max;
  uint64_t sum;
  uint64_t buckets[HISTOGRAM_BUCKETS];
} histogram;

/** Adds one value in nanoseconds. */
void histogram_add(histogram *self, uint64_t value);

/** The upper bound of the bucket that holds the quantile `q` (0 … 1); 0 where it is empty. */
uint64_t histogram_quantile(const histogram *self, double q);

#endif
