/**
 * Reads one HTTP/1.1 answer out of a buffer (RFC 9112), for a generator that trusts nothing:
 * an answer that is not well formed is counted as one.
 */
#ifndef METIS_LOAD_RESPONSE_H
#define METIS_LOAD_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum response_state {
  /** More bytes are needed. */
  RESPONSE_PARTIAL,
  /** The whole answer is there; `length` bytes of the buffer belong to it. */
  RESPONSE_WHOLE,
  /** A head without an end to its body: an event stream that goes on. */
  RESPONSE_STREAM,
  /** Not HTTP. */
  RESPONSE_MALFORMED,
} response_state;

typedef struct response {
  int status;
  /** The server closes the connection after this answer. */
  bool close;
  /** The body as it stands in the buffer; chunk framing included where it is chunked. */
  const char *body;
  size_t body_length;
  /** Bytes of the head and the body. */
  size_t length;
  /** Value of Mcp-Session-Id, or null. */
  const char *session;
  size_t session_length;
} response;

/**
 * Parses the answer at the start of `bytes`. `endless` says that the caller asked for a stream:
 * a chunked body is then RESPONSE_STREAM as soon as its head is there.
 */
response_state response_parse(const char *bytes, size_t count, bool endless, response *out);

#endif
