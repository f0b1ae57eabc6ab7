/**
 * The types that cross the boundary: slices, status codes, errors, sinks.
 *
 * Rules that hold everywhere:
 * - Text is UTF-8 without a terminating zero; JSON is RFC 8259.
 * - Input is borrowed: it lives until the function that received it returns.
 * - Nothing crosses with an allocator: output goes into a sink or a buffer of the host, or is
 *   handed over together with the function that releases it.
 * - No exception, no longjmp and no Swift object crosses.
 * - Every function has a thread tag:
 *   [main-thread]   the host's control thread: loading, swapping, reloading; one at a time;
 *   [loop-thread]   an event loop of a transport: must not block;
 *   [worker-thread] a thread of the host's bounded pool: may block;
 *   [call-thread]   the thread that a call arrives on: loop-thread for an inline strategy,
 *                   worker-thread for one that may block;
 *   [any-thread]    safe from every thread, concurrently.
 */
#ifndef METIS_TYPES_H
#define METIS_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define METIS_EXPORT __attribute__((visibility("default")))
#else
#define METIS_EXPORT
#endif

/** Success. */
#define METIS_OK 0
/** Failure without a better code; the error text says why. */
#define METIS_FAILED (-1)
/** The function, extension or option is not offered by this side. */
#define METIS_UNSUPPORTED (-2)
/** An argument is malformed: bad JSON, bad UTF-8, a value out of range. */
#define METIS_INVALID (-3)
/** The plugin's manifest does not grant what this call needs. */
#define METIS_DENIED (-4)
/** The call, exchange or timer has ended already; nothing was done. Harmless. */
#define METIS_LATE (-5)
/** A limit (size, count, depth) would be passed. */
#define METIS_LIMIT (-6)
/** The receiver is over its high watermark: wait for `writable`, then go on. */
#define METIS_BUSY (-7)
/** No such target, key, engine or secret. */
#define METIS_NOT_FOUND (-8)

/** Borrowed bytes. `bytes` may be null only where `count` is 0. */
typedef struct metis_slice_v1 {
  const uint8_t *bytes;
  /** Length in bytes. */
  size_t count;
} metis_slice_v1;

/** A name and a value: a header field of HTTP, or a label of a metric. */
typedef struct metis_field_v1 {
  metis_slice_v1 name;
  metis_slice_v1 value;
} metis_field_v1;

/**
 * Where a function writes why it failed. The host owns the memory; the plugin fills `code`,
 * `length` and at most sizeof(text) bytes of UTF-8. A text says what was found, what was
 * expected and what to do.
 */
typedef struct metis_error_v1 {
  /** sizeof(metis_error_v1), set by the host. */
  uint32_t size;
  /** One of METIS_FAILED … METIS_NOT_FOUND. */
  int32_t code;
  /** Bytes of `text` in use. */
  uint32_t length;
  uint32_t reserved;
  uint8_t text[1008];
} metis_error_v1;

/**
 * A growable buffer of the host that a plugin writes into. Valid until the function that
 * received it returns, on the same thread.
 */
typedef struct metis_sink_v1 {
  /** sizeof(metis_sink_v1). */
  uint32_t size;
  uint32_t reserved;
  /** Passed back to `write`. */
  void *context;
  /** Appends. Returns METIS_OK, or METIS_LIMIT where the host's bound is reached. */
  int32_t (*write)(void *context, metis_slice_v1 bytes);
} metis_sink_v1;

#endif
