// An auth plugin that takes the text of the Authorization header for the principal's id: two clients
// for the tests of what belongs to whom.
#define ID org.metis.test.asker-auth
#define PROVIDES asker_auth
#define OWN_STRATEGY
#define OWN_CREATE
#define OWN_DESTROY
#define OWN_CALL
#define OWN_QUERY
#include "metis/metis.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static int32_t make(void *plugin, metis_slice_v1 config, metis_error_v1 *error, void **out) {
  static int anything;
  (void)plugin, (void)config, (void)error;
  *out = &anything;
  return METIS_OK;
}

static void unmake(void *instance) { (void)instance; }

static int32_t authenticate(void *instance, const metis_message_v1 *message,
                            metis_verdict_v1 *verdict) {
  // Borrowed until the next call on this thread.
  static _Thread_local char text[128];
  (void)instance;
  verdict->outcome = METIS_AUTH_ABSTAIN;
  for (size_t index = 0; index < message->field_count; index += 1) {
    metis_field_v1 given = message->fields[index];
    if (given.name.count != 13 || strncasecmp((const char *)given.name.bytes, "authorization", 13))
      continue;
    int count = snprintf(text, sizeof text, "{\"id\":\"%.*s\"}", (int)given.value.count,
                         (const char *)given.value.bytes);
    verdict->outcome = METIS_AUTH_ALLOW;
    verdict->principal.bytes = (const uint8_t *)text;
    verdict->principal.count = (size_t)count;
  }
  return METIS_OK;
}

static const metis_auth_v1 auth = {sizeof(metis_auth_v1), 0, make, unmake, authenticate};

static const void *query(void *plugin, metis_slice_v1 id) {
  (void)plugin;
  if (id.count == strlen(METIS_AUTH_V1) && !memcmp(id.bytes, METIS_AUTH_V1, id.count)) {
    return &auth;
  }
  return NULL;
}

#include "faulty.h"
