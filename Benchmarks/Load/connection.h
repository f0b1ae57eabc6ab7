/**
 * Sockets of the generator: non-blocking TCP over loopback.
 */
#ifndef METIS_LOAD_CONNECTION_H
#define METIS_LOAD_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"

/** CLOCK_MONOTONIC in nanoseconds. */
uint64_t now_ns(void);

/** Raises the limit of open files to its hard limit. */
void raise_file_limit(void);

/**
 * Starts to connect; `index` chooses the source address. Returns the socket, or -1 with errno.
 * The connection stands, or has failed, when the socket becomes writable.
 */
int connect_start(const options *how, unsigned index);

/** The pending error of a socket, 0 where there is none. */
int socket_error(int fd);

/** A blocking exchange with a time-out: sends `bytes`, then reads what comes into `buffer`. Returns
 * the number of bytes read at once, 0 at the end of input, -1 on an error. */
long exchange(int fd, const char *bytes, size_t count, char *buffer, size_t room);

#endif
