/**
 * Transports: what carries bytes between clients and the host.
 *
 * A transport frames; it knows neither JSON-RPC nor MCP. It owns its threads (event loops); the
 * host owns the listening sockets and hands them to each generation, so that a transport is
 * replaced without refusing a connection. All functions of an exchange run on the loop that
 * received it: the host wakes a loop and runs its own work there.
 */
#ifndef METIS_EXT_TRANSPORT_H
#define METIS_EXT_TRANSPORT_H

#include "metis/ext/host_transport.h"
#include "metis/types.h"

#define METIS_TRANSPORT_V1 "metis.transport/1"

/** Listens on sockets that the host opens (HTTP); without it the transport has one peer (stdio). */
#define METIS_TRANSPORT_LISTENS 1u

/** A drain that nobody takes over from (the host ends): idle connections are closed at once
 * instead of waiting for one more request. */
#define METIS_DRAIN_CLOSE_IDLE 1u

/** The answer is the last on its connection. */
#define METIS_RESPONSE_CLOSE 1u

/** A listening socket: non-blocking, owned by the host, never closed by the transport. */
typedef struct metis_listener_v1 {
  int32_t fd;
  /** The loop that accepts from it, from 0. */
  uint32_t loop;
} metis_listener_v1;

/** What an instance is made from. Borrowed for `create`, but for `host`. */
typedef struct metis_transport_setup_v1 {
  /** sizeof(metis_transport_setup_v1). */
  uint32_t size;
  /** How many loops to run. */
  uint32_t loops;
  /** JSON object: limits, time-outs, TLS. */
  metis_slice_v1 config;
  /** The folder that relative paths of `config` stand against. */
  metis_slice_v1 directory;
  const metis_listener_v1 *listeners;
  size_t listener_count;
  /** The door of the host; lives until `destroy` returns. */
  const metis_host_transport_v1 *host;
  /** Passed to every function of `host`. */
  void *host_context;
} metis_transport_setup_v1;

/** The head and the body of an answer. Borrowed for the call. */
typedef struct metis_response_v1 {
  /** sizeof(metis_response_v1). */
  uint32_t size;
  /** The HTTP status; ignored by transports without one. */
  uint32_t status;
  /** METIS_RESPONSE_CLOSE. */
  uint32_t flags;
  uint32_t reserved;
  /** Field names in lower case. Content-Length, Connection and Date are the transport's. */
  const metis_field_v1 *fields;
  size_t field_count;
  /** The body is the concatenation of these. */
  const metis_slice_v1 *parts;
  size_t part_count;
} metis_response_v1;

/** The extension METIS_TRANSPORT_V1. */
typedef struct metis_transport_v1 {
  /** sizeof(metis_transport_v1). */
  uint32_t size;
  /** METIS_TRANSPORT_LISTENS. */
  uint32_t flags;
  /** Checks the configuration and makes an instance; nothing runs yet. [main-thread] */
  int32_t (*create)(void *plugin, const metis_transport_setup_v1 *setup, metis_error_v1 *error,
                    void **out);
  /** Starts the loops and accepts. [main-thread] */
  int32_t (*start)(void *instance, metis_error_v1 *error);
  /**
   * Stops accepting (a successor may already accept from the same sockets), answers what is
   * under way, lets each idle connection make one more request answered with
   * METIS_RESPONSE_CLOSE, lets streams run until the host finishes them, and calls the host's
   * `drained` when the last connection is gone; at `deadline` (CLOCK_MONOTONIC, ns) it cuts what
   * is left. `flags`: METIS_DRAIN_CLOSE_IDLE. Returns at once.
   * [main-thread]
   */
  void (*drain)(void *instance, uint64_t deadline, uint32_t flags);
  /** Joins the loops and frees everything. After `drained`, or to cut at once. [main-thread] */
  void (*destroy)(void *instance);
  /**
   * Answers an exchange and ends it. METIS_LATE where the peer is gone. For a framed connection
   * `exchange` is the connection: each call sends one message and the connection stays; METIS_BUSY
   * and METIS_LIMIT as with `send`.
   *
   * Status 101 accepts a WebSocket handshake (RFC 6455), which the transport has checked before it
   * passed the request on: the exchange is a framed connection from then on, one message a frame of
   * text, until `closed`. The transport adds what the handshake needs; the host names the
   * subprotocol in `sec-websocket-protocol`.
   * [loop-thread]
   */
  int32_t (*respond)(void *instance, uint64_t exchange, const metis_response_v1 *response);
  /** Sends the head of an answer whose body follows by `send` and ends by `finish`.
   * [loop-thread] */
  int32_t (*begin)(void *instance, uint64_t exchange, const metis_response_v1 *head);
  /**
   * Sends the concatenation of `parts` as a piece of the body. METIS_OK; METIS_BUSY: it was taken,
   * but the peer is over its high watermark and the host should wait for `writable`;
   * METIS_LIMIT: refused, the queue is full; METIS_LATE. [loop-thread]
   */
  int32_t (*send)(void *instance, uint64_t exchange, const metis_slice_v1 *parts,
                  size_t part_count);
  /** Ends the body; the connection may serve on. A framed connection is closed in order, after what
   * waits was sent. [loop-thread] */
  int32_t (*finish)(void *instance, uint64_t exchange);
  /** Cuts the connection (a reset where the protocol has one). [loop-thread] */
  void (*abort)(void *instance, uint64_t exchange);
  /** Makes loop `loop` call the host's `poll` soon. Cheap, coalesced. [any-thread] */
  void (*wake)(void *instance, uint32_t loop);
  /** Reads certificates and keys again; new connections use them. May be null. [main-thread] */
  int32_t (*reload)(void *instance, metis_error_v1 *error);
} metis_transport_v1;

#endif
