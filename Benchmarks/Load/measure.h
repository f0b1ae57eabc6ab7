/**
 * The measurement: every connection sends, waits for its answer, checks it, sends again.
 */
#ifndef METIS_LOAD_MEASURE_H
#define METIS_LOAD_MEASURE_H

#include "options.h"

/** Runs and prints one JSON object. Returns the exit code: 0, or 1 where an answer was wrong or
 * missing. */
int measure(const options *how);

#endif
