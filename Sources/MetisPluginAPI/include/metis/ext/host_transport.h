/**
 * The door of the host: what a transport calls.
 */
#ifndef METIS_EXT_HOST_TRANSPORT_H
#define METIS_EXT_HOST_TRANSPORT_H

#include "metis/types.h"

#define METIS_HOST_TRANSPORT_V1 "metis.host.transport/1"

/** One exchange of HTTP: verb, target and fields are set; one answer ends it. */
#define METIS_MESSAGE_HTTP 1u
/** One frame of a connection that lasts (a line of stdio, a WebSocket message). */
#define METIS_MESSAGE_FRAME 2u

/** What arrived. Borrowed for `receive`. */
typedef struct metis_message_v1 {
  /** sizeof(metis_message_v1). */
  uint32_t size;
  /** METIS_MESSAGE_HTTP or METIS_MESSAGE_FRAME. */
  uint32_t kind;
  /**
   * The transport's number of this exchange, for `respond` and its kin; unique in the instance
   * for its whole life. For frames: the number of the connection.
   */
  uint64_t exchange;
  /** HTTP's method; empty for a frame. */
  metis_slice_v1 verb;
  /** HTTP's request target in origin form; empty for a frame. */
  metis_slice_v1 target;
  /** HTTP's fields in their order, values trimmed; names as sent. */
  const metis_field_v1 *fields;
  size_t field_count;
  metis_slice_v1 body;
  /** The peer's address as text, `127.0.0.1:50123`, or empty. */
  metis_slice_v1 peer;
} metis_message_v1;

/** The service METIS_HOST_TRANSPORT_V1; `host` is the setup's `host_context`. */
typedef struct metis_host_transport_v1 {
  /** sizeof(metis_host_transport_v1). */
  uint32_t size;
  uint32_t reserved;
  /** A loop introduces its thread, once, before anything else; `loop` counts from 0 in the
   * instance. [loop-thread] */
  int32_t (*attach)(void *host, uint32_t loop);
  /** The thread ends; its exchanges are gone. [loop-thread] */
  void (*detach)(void *host, uint32_t loop);
  /**
   * A message came in. The host answers inside this call, or later from `poll`, by `respond`,
   * `begin`, `send`, `finish` or `abort` of the transport. [loop-thread]
   */
  void (*receive)(void *host, uint32_t loop, const metis_message_v1 *message);
  /** The peer of an unanswered exchange, a stream or a framed connection is gone. The number
   * is not used again. [loop-thread] */
  void (*closed)(void *host, uint32_t loop, uint64_t exchange);
  /** A stream that was METIS_BUSY is under its low watermark again. [loop-thread] */
  void (*writable)(void *host, uint32_t loop, uint64_t exchange);
  /**
   * Runs what other threads posted and what is due at `now` (CLOCK_MONOTONIC, ns). Called after
   * each batch of events, after `wake`, and when the returned time has passed. Returns the time
   * at which it wants to be called again, or UINT64_MAX. [loop-thread]
   */
  uint64_t (*poll)(void *host, uint32_t loop, uint64_t now);
  /** A draining instance has lost its last connection. [any-thread] */
  void (*drained)(void *host);
  /** A transport with one peer has lost it (end of input): the host shuts down in order.
   * [any-thread] */
  void (*ended)(void *host);
} metis_host_transport_v1;

#endif
