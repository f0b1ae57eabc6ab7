// A transport whose table stands in the test's own process: the manifest's [config] gives its
// address, and that of the object which every function receives.
#define ID org.metis.test.door
#define PROVIDES door
#define OWN_STRATEGY
#define OWN_CREATE
#define OWN_DESTROY
#define OWN_CALL
#define OWN_INIT
#define OWN_QUERY
#include "metis/metis.h"

#include <stdlib.h>
#include <string.h>

static const void *table;

// The number behind `key` in a JSON object of numbers.
static uint64_t number(metis_slice_v1 config, const char *key) {
  char text[256] = {0};
  if (config.count >= sizeof text) return 0;
  memcpy(text, config.bytes, config.count);
  const char *found = strstr(text, key);
  return found ? strtoull(found + strlen(key), 0, 10) : 0;
}

static int32_t init(void *context, const metis_host_v1 *host, metis_slice_v1 config,
                    metis_error_v1 *error, void **plugin) {
  (void)context, (void)host, (void)error;
  table = (const void *)(uintptr_t)number(config, "\"table\":");
  *plugin = (void *)(uintptr_t)number(config, "\"object\":");
  return METIS_OK;
}

static const void *query(void *plugin, metis_slice_v1 id) {
  (void)plugin;
  return id.count == strlen(METIS_TRANSPORT_V1) &&
                 memcmp(id.bytes, METIS_TRANSPORT_V1, id.count) == 0
             ? table
             : NULL;
}

#include "faulty.h"
