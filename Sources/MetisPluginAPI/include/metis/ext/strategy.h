/**
 * Strategies: what answers a tool call, a resource read or a prompt.
 *
 * A strategy is a function that can be resumed. A call ends in exactly one of `complete`,
 * `need_input` and `fail`. Where it needed input, the host calls again with the state that was
 * left and the answers that came.
 */
#ifndef METIS_EXT_STRATEGY_H
#define METIS_EXT_STRATEGY_H

#include "metis/types.h"

#define METIS_STRATEGY_V1 "metis.strategy/1"

/** `call` may block: the host calls on a worker thread. */
#define METIS_STRATEGY_MAY_BLOCK 1u
/** `call` may return before the call has ended; it ends later, from any thread. */
#define METIS_STRATEGY_ASYNC 2u
/**
 * One instance serves concurrent calls. Without it each loop or worker thread has an instance of
 * its own, and an instance sees one call at a time.
 */
#define METIS_STRATEGY_REENTRANT 4u

/** The instance answers `tools/call`. */
#define METIS_KIND_TOOL 1u
/** The instance answers `resources/read`. */
#define METIS_KIND_RESOURCE 2u
/** The instance answers `prompts/get`. */
#define METIS_KIND_PROMPT 3u

/** The answer is any JSON value; the host shapes the MCP result of the target around it. */
#define METIS_SHAPE_VALUE 0u
/** The answer is a whole MCP result object of the newest revision, without `resultType`. */
#define METIS_SHAPE_RESULT 1u

/** `{"progress":n,"total":n?,"message":s?}`: sent where the request carries a progress token. */
#define METIS_EMIT_PROGRESS 1u
/** `{"level":s,"logger":s?,"data":any}`: sent where the client asked for that level. */
#define METIS_EMIT_LOG 2u
/** One content block; the host puts it before the content of the result. */
#define METIS_EMIT_CONTENT 3u
/**
 * `{"ttlMs":n|null?,"pollIntervalMs":n?,"statusMessage":s?}`: the call goes on as a task: the client
 * is answered with the task's handle, and what ends the call ends the task. METIS_OK also where the
 * call is a task already; METIS_UNSUPPORTED where the client has not declared tasks.
 */
#define METIS_EMIT_TASK 4u
/**
 * `{"retryMs":n?}`: ends the stream of the call in order; what follows is kept until the client
 * resumes it. METIS_UNSUPPORTED where the client's revision or transport cannot resume.
 */
#define METIS_EMIT_CLOSE_STREAM 5u
/** `{}`: cuts the client's connection, as a server that dies would. */
#define METIS_EMIT_DISCONNECT 6u
/** `{"method":s,"params":{…}?}`: a notification that is sent as it stands. */
#define METIS_EMIT_NOTIFICATION 7u

/** What an instance is made from. Borrowed for `create`. */
typedef struct metis_instance_v1 {
  /** sizeof(metis_instance_v1). */
  uint32_t size;
  /** METIS_KIND_TOOL, _RESOURCE or _PROMPT. */
  uint32_t kind;
  /** The tool's or prompt's name, or the resource's URI or URI template. */
  metis_slice_v1 target;
  /** The strategy's own section of the configuration: a JSON object. */
  metis_slice_v1 config;
  /** The whole definition of the target: a JSON object. */
  metis_slice_v1 definition;
  /** The folder that relative paths of the section stand against: absolute, no slash at its end. */
  metis_slice_v1 directory;
  /** The instance's seed: same seed, same configuration, same calls, same bytes. */
  uint64_t seed;
} metis_instance_v1;

/** One call. Borrowed for the time of `call`: an asynchronous strategy copies what it keeps. */
typedef struct metis_request_v1 {
  /** sizeof(metis_request_v1). */
  uint32_t size;
  uint32_t kind;
  /** Names the call in the functions of metis_reply_v1; never used again by the host. */
  uint64_t call;
  /** The name or URI as the client wrote it. */
  metis_slice_v1 target;
  /** A JSON object; `{}` where the client sent none. */
  metis_slice_v1 arguments;
  /** What `need_input` left, on a call that resumes; empty on a first call. */
  metis_slice_v1 state;
  /**
   * JSON object of the client's answers by key, on a call that resumes; empty on a first call. A client
   * may answer before it was asked: then `state` is empty. What the strategy cannot use it ignores.
   */
  metis_slice_v1 inputs;
  /** The call's own seed, derived from the instance's and `ordinal` (or given by the client). */
  uint64_t seed;
  /** How many calls of this instance's target came before, from 0. */
  uint64_t ordinal;
  /** CLOCK_MONOTONIC in nanoseconds; at that time the host answers with a time-out itself. */
  uint64_t deadline;
} metis_request_v1;

/**
 * How a call ends and what it may do before. One table for the whole process; all functions take
 * the call's number and are harmless after its end (METIS_LATE). [any-thread] for ASYNC
 * strategies, [call-thread] for others.
 */
typedef struct metis_reply_v1 {
  /** sizeof(metis_reply_v1). */
  uint32_t size;
  uint32_t reserved;
  /**
   * Ends the call with the concatenation of `parts`, which the host copies before it returns.
   * `part_count` 0: with what was committed to the host's buffer. The host checks that it is one
   * JSON value in UTF-8; where it is not, the client gets an internal error that names the plugin.
   * Returns METIS_OK, METIS_INVALID, METIS_LIMIT or METIS_LATE.
   */
  int32_t (*complete)(uint64_t call, uint32_t shape, const metis_slice_v1 *parts,
                      size_t part_count);
  /**
   * Like `complete` without a copy: the host reads `body` until it calls `release(owner)`, once,
   * from any thread, whatever this function returns.
   */
  int32_t (*complete_owned)(uint64_t call, uint32_t shape, metis_slice_v1 body,
                            void (*release)(void *owner), void *owner);
  /**
   * Ends the call with questions to the client: `requests` is a JSON object
   * `{key:{"method":…,"params":{…}}}` (elicitation/create, sampling/createMessage, roots/list);
   * `state` is opaque and comes back with the answers. METIS_UNSUPPORTED where the client lacks
   * the capability: the call has then not ended. Where the client answered a question with an error,
   * the answer is `{"error":{"code":…,"message":…}}`.
   */
  int32_t (*need_input)(uint64_t call, metis_slice_v1 requests, metis_slice_v1 state);
  /**
   * Ends the call with a JSON-RPC error. `code` outside -32768…-32000, or a code that MCP
   * defines; 0 for a tool result with `isError` (for other kinds an internal error). `data` is a JSON
   * value or empty.
   */
  int32_t (*fail)(uint64_t call, int32_t code, metis_slice_v1 message, metis_slice_v1 data);
  /**
   * Sends something before the end: METIS_EMIT_… and its JSON object. METIS_OK also where the client
   * did not ask for it. METIS_BUSY: it was taken, but the client reads too slowly: emit no more
   * before `when_writable` of metis.host.flow/1 has called; on a worker thread the host waits
   * instead. METIS_LIMIT: refused, too much waits.
   */
  int32_t (*emit)(uint64_t call, uint32_t kind, metis_slice_v1 json);
  /** At least `count` writable bytes of the host's buffer, or null at its limit. Valid until the
   * next reply function of this call. */
  uint8_t *(*reserve)(uint64_t call, size_t count);
  /** Takes the first `count` bytes of what `reserve` gave as written. */
  int32_t (*commit)(uint64_t call, size_t count);
  /**
   * A JSON object about the caller: `{"revision":…,"session":…?,"principal":{…}?,"client":{…}?,
   * "capabilities":{…}?,"meta":{…}?,"transport":…}`. Built on demand; borrowed until the call ends.
   * Empty after the end.
   */
  metis_slice_v1 (*context)(uint64_t call);
  /** Whether the client cancelled, went away, or the deadline has passed. */
  bool (*cancelled)(uint64_t call);
  /**
   * Runs `callback(context)` once when the call is cancelled, on a thread of the host, and never
   * after the strategy has ended it; where an end returns METIS_LATE, the callback has run or is
   * running. METIS_LATE where the call was cancelled or has ended by now: the callback does not
   * run, and `cancelled` tells which.
   */
  int32_t (*on_cancel)(uint64_t call, void (*callback)(void *context), void *context);
} metis_reply_v1;

/** The extension METIS_STRATEGY_V1. */
typedef struct metis_strategy_v1 {
  /** sizeof(metis_strategy_v1). */
  uint32_t size;
  /** METIS_STRATEGY_MAY_BLOCK | _ASYNC | _REENTRANT. */
  uint32_t flags;
  /**
   * Makes an instance for one target. Fills `*out`, or `error` and returns a code: the
   * configuration is then refused with that text. [main-thread]
   */
  int32_t (*create)(void *plugin, const metis_instance_v1 *setup, metis_error_v1 *error,
                    void **out);
  /**
   * After the instance's last call has ended; the host ends calls as well (a time-out, a client that
   * cancels), so a strategy with threads of its own waits for them here. [main-thread]
   */
  void (*destroy)(void *instance);
  /**
   * Answers. Ends the call before it returns, unless ASYNC. A return other than METIS_OK, or a
   * call left open by a strategy that is not ASYNC, becomes an internal error. [call-thread]
   */
  int32_t (*call)(void *instance, const metis_request_v1 *request, const metis_reply_v1 *reply);
} metis_strategy_v1;

#endif
