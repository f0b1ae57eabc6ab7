#include "histogram.h"

// Values under 128 have a bucket each (two halves of 64); above, the top seven bits choose.
static uint32_t bucket_of(uint64_t value) {
  if (value < 64) return (uint32_t)value;
  uint32_t log = 63u - (uint32_t)__builtin_clzll(value);
  uint32_t index = (log - 5u) * 64u + (uint32_t)((value >> (log - 6u)) & 63u);
  return index < HISTOGRAM_BUCKETS ? index : HISTOGRAM_BUCKETS - 1u;
}

static uint64_t upper_bound(uint32_t bucket) {
  if (bucket < 64) return bucket;
  uint32_t log = bucket / 64u + 5u;
  uint64_t base = (64ull + bucket % 64u) << (log - 6u);
  return base + (1ull << (log - 6u)) - 1u;
}

void histogram_add(histogram *self, uint64_t value) {
  self->count += 1;
  self->sum += value;
  if (value > self->max) self->max = value;
  self->buckets[bucket_of(value)] += 1;
}

uint64_t histogram_quantile(const histogram *self, double q) {
  if (self->count == 0) return 0;
  uint64_t rank = (uint64_t)(q * (double)self->count);
  if (rank >= self->count) rank = self->count - 1;
  uint64_t seen = 0;
  for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
    seen += self->buckets[i];
    if (seen > rank) {
      uint64_t bound = upper_bound(i);
      return bound < self->max ? bound : self->max;
    }
  }
  return self->max;
}
