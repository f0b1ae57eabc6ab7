/**
 * Connections and event streams that are opened and kept: what they cost the server at rest.
 */
#ifndef METIS_LOAD_HOLD_H
#define METIS_LOAD_HOLD_H

#include "options.h"

/**
 * Opens them, prints `{"open":N,"failed":N,…}` and waits for the end of standard input; then counts
 * what still lives (an idle connection has to answer the request, a stream has to be open) and
 * prints `{"alive":N,"answered":N,"events":N}`. Returns 0 where nothing failed, else 1.
 */
int hold(const options *how);

#endif
