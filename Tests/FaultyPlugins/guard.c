// An auth plugin and a filter in one: they decide by what stands in the message.
#define _GNU_SOURCE
#ifndef ID
#define ID org.metis.test.guard
#endif
#define PROVIDES guard
#define OWN_STRATEGY
#define OWN_CREATE
#define OWN_DESTROY
#define OWN_CALL
#define OWN_QUERY
#include "metis/metis.h"

#include <stdlib.h>
#include <string.h>

static int anything;

static metis_slice_v1 slice(const char *text) {
  metis_slice_v1 made = {(const uint8_t *)text, strlen(text)};
  return made;
}

static bool holds(metis_slice_v1 text, const char *part) {
  return memmem(text.bytes, text.count, part, strlen(part)) != NULL;
}

static int32_t make(void *plugin, metis_slice_v1 config, metis_error_v1 *error, void **out) {
  (void)plugin, (void)config, (void)error;
  *out = &anything;
  return METIS_OK;
}

static void unmake(void *instance) { (void)instance; }

static int32_t authenticate(void *instance, const metis_message_v1 *message,
                            metis_verdict_v1 *verdict) {
  static metis_field_v1 field;
  (void)instance;
  verdict->outcome = METIS_AUTH_ABSTAIN;
  for (size_t index = 0; index < message->field_count; index += 1) {
    metis_field_v1 given = message->fields[index];
    if (given.name.count != 13 || strncasecmp((const char *)given.name.bytes, "authorization", 13))
      continue;
    if (holds(given.value, "alice")) {
      verdict->outcome = METIS_AUTH_ALLOW;
      verdict->principal = slice("{\"id\":\"alice\",\"scopes\":[\"read\"]}");
    } else if (holds(given.value, "nobody")) {
      verdict->outcome = METIS_AUTH_ALLOW;
      verdict->principal = slice("\"nobody\"");
    } else if (holds(given.value, "broken")) {
      return METIS_FAILED;
    } else if (holds(given.value, "mallory")) {
      field.name = slice("www-authenticate");
      field.value = slice("Bearer error=\"insufficient_scope\"");
      verdict->outcome = METIS_AUTH_DENY;
      verdict->status = 403;
      verdict->fields = &field;
      verdict->field_count = 1;
      verdict->reason = slice("mallory may not");
    }
  }
  return METIS_OK;
}

static const metis_auth_v1 auth = {sizeof(metis_auth_v1), 0, make, unmake, authenticate};

static void explain(metis_error_v1 *error, const char *text) {
  error->length = (uint32_t)strlen(text);
  memcpy(error->text, text, error->length);
}

static int32_t on_initialize(void *instance, metis_slice_v1 params, const metis_sink_v1 *sink,
                             metis_error_v1 *error) {
  (void)instance, (void)sink;
  if (!holds(params, "unwelcome")) return METIS_FILTER_PASS;
  explain(error, "this client is not welcome");
  return METIS_FILTER_REJECT;
}

static int32_t on_request(void *instance, metis_slice_v1 method, metis_slice_v1 params,
                          const metis_sink_v1 *sink, metis_error_v1 *error) {
  (void)instance, (void)method;
  if (holds(params, "reject-me")) {
    explain(error, "the filter rejects it");
    return METIS_FILTER_REJECT;
  }
  if (holds(params, "odd-code")) return 77;
  if (holds(params, "replace-by-rubbish")) {
    sink->write(sink->context, slice("[1"));
    return METIS_FILTER_REPLACE;
  }
  if (!holds(params, "replace-me")) return METIS_FILTER_PASS;
  sink->write(sink->context, slice("{\"name\":\"value\",\"arguments\":{\"was\":\"replaced\"}}"));
  return METIS_FILTER_REPLACE;
}

static int32_t on_response(void *instance, metis_slice_v1 method, metis_slice_v1 result,
                           const metis_sink_v1 *sink, metis_error_v1 *error) {
  (void)instance, (void)method, (void)error;
  if (!holds(result, "classified")) return METIS_FILTER_PASS;
  sink->write(sink->context, slice("{\"content\":[{\"type\":\"text\",\"text\":\"redacted\"}]}"));
  return METIS_FILTER_REPLACE;
}

static int32_t before_reload(void *instance, metis_slice_v1 subject, metis_error_v1 *error) {
  (void)instance;
  if (!holds(subject, "org.metis.test.good")) return METIS_FILTER_PASS;
  explain(error, "the good one stays as it is");
  return METIS_FILTER_REJECT;
}

static const metis_filter_v1 filter = {
    sizeof(metis_filter_v1), 0, make, unmake, on_initialize, on_request, on_response,
    before_reload, NULL,
};

static const void *query(void *plugin, metis_slice_v1 id) {
  (void)plugin;
  if (id.count == strlen(METIS_AUTH_V1) && !memcmp(id.bytes, METIS_AUTH_V1, id.count)) {
    return &auth;
  }
#ifndef AUTH_ALONE
  if (id.count == strlen(METIS_FILTER_V1) && !memcmp(id.bytes, METIS_FILTER_V1, id.count)) {
    return &filter;
  }
#endif
  return NULL;
}

#include "faulty.h"
