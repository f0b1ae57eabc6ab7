/**
 * Authentication: who sends this message, and may they?
 */
#ifndef METIS_EXT_AUTH_H
#define METIS_EXT_AUTH_H

#include "metis/ext/host_transport.h"
#include "metis/types.h"

#define METIS_AUTH_V1 "metis.auth/1"

/** The sender is known; `principal` says who. */
#define METIS_AUTH_ALLOW 1u
/** The message is refused with `status`, `fields` and `body`. */
#define METIS_AUTH_DENY 2u
/** Not this plugin's kind of credential: the next one decides; with none left, refused. */
#define METIS_AUTH_ABSTAIN 3u

/** The answer of `authenticate`. Its slices are the plugin's and live until its next call on the
 * same thread. */
typedef struct metis_verdict_v1 {
  /** sizeof(metis_verdict_v1), set by the host. */
  uint32_t size;
  /** METIS_AUTH_ALLOW, _DENY or _ABSTAIN. */
  uint32_t outcome;
  /** On denial: the HTTP status, 401 or 403. */
  uint32_t status;
  uint32_t reserved;
  /** On allowance: a JSON object with at least `"id"`: `{"id":"alice","scopes":["read"]}`. */
  metis_slice_v1 principal;
  /** On denial: fields such as WWW-Authenticate (RFC 9110 section 11.6.1). */
  const metis_field_v1 *fields;
  size_t field_count;
  /** On denial: why, for the log and the body. */
  metis_slice_v1 reason;
} metis_verdict_v1;

/** The extension METIS_AUTH_V1. */
typedef struct metis_auth_v1 {
  /** sizeof(metis_auth_v1). */
  uint32_t size;
  uint32_t flags;
  /** `config` is the plugin's table under [auth]. [main-thread] */
  int32_t (*create)(void *plugin, metis_slice_v1 config, metis_error_v1 *error, void **out);
  /** [main-thread] */
  void (*destroy)(void *instance);
  /**
   * Decides on one message by its fields; must not block, is called from every loop
   * concurrently. A return other than METIS_OK refuses with 500. [loop-thread]
   */
  int32_t (*authenticate)(void *instance, const metis_message_v1 *message,
                          metis_verdict_v1 *verdict);
} metis_auth_v1;

#endif
