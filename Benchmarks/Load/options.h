/**
 * What the command line asks for.
 */
#ifndef METIS_LOAD_OPTIONS_H
#define METIS_LOAD_OPTIONS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "request.h"

#define MAX_EXPECTED 16

typedef struct options {
  struct sockaddr_in address;
  /** `host:port` as it stands in the URL, for the Host field. */
  char host[280];
  char path[1024];
  /** Further header lines, each with its line end. */
  char *extra;
  /** What each connection sends again and again. */
  request request;
  size_t connections;
  /** Seconds to measure. */
  double duration;
  /** Seconds before the measurement whose answers are checked but not counted. */
  double warmup;
  /** Stop after so many answers; 0: by time alone. */
  uint64_t requests;
  /** Seconds that an answer may take. */
  double timeout;
  int status;
  const char *expected[MAX_EXPECTED];
  size_t expected_count;
  /** Connections to open and hold instead of measuring. */
  size_t idle;
  /** Event streams to open and hold instead of measuring. */
  size_t streams;
  /** Source addresses 127.0.0.1 … to spread connections over. */
  unsigned sources;
} options;

/** Fills `out` or prints the usage and exits with 2. */
void options_parse(int argc, char **argv, options *out);

#endif
