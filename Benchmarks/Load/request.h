/**
 * The bytes that the generator sends: requests of MCP over Streamable HTTP.
 */
#ifndef METIS_LOAD_REQUEST_H
#define METIS_LOAD_REQUEST_H

#include <stddef.h>

/** A request ready to send. `id` is the offset of a number of REQUEST_ID_DIGITS digits in
 * `bytes` that is written anew for each call, or 0 where the request has none. */
typedef struct request {
  char *bytes;
  size_t count;
  size_t id;
} request;

#define REQUEST_ID_DIGITS 9

/** A `tools/call` of the revision 2026-07-28. `extra` is further header lines, or empty. */
request request_call(const char *host, const char *path, const char *tool, const char *arguments,
                     const char *extra);

/** The legacy handshake: `initialize`. */
request request_initialize(const char *host, const char *path, const char *extra);

/** The legacy handshake: `notifications/initialized`. */
request request_initialized(const char *host, const char *path, const char *session,
                            const char *extra);

/** GET of the legacy event stream. */
request request_stream(const char *host, const char *path, const char *session,
                       const char *extra);

/** The bytes of a file as they are; exits with 2 where it cannot be read. */
request request_file(const char *file);

#endif
