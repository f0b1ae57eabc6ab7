// A plugin whose sections have a schema with every annotation, and which answers with the section
// that it was made with. -DBAD_SCHEMA: what it gives for its strategy is no schema.
#ifndef ID
#define ID org.metis.test.sectioned
#endif
#ifndef PROVIDES
#define PROVIDES sectioned
#endif
#define OWN_CREATE
#define OWN_DESTROY
#define OWN_CALL
#define OWN_QUERY
#include "metis/metis.h"

#include <stdlib.h>
#include <string.h>

struct instance {
  size_t count;
  uint8_t text[];
};

static int32_t create(void *plugin, const metis_instance_v1 *setup, metis_error_v1 *error,
                      void **out) {
  struct instance *self = malloc(sizeof *self + setup->config.count);
  (void)plugin, (void)error;
  self->count = setup->config.count;
  memcpy(self->text, setup->config.bytes, self->count);
  *out = self;
  return METIS_OK;
}

static void destroy(void *instance) { free(instance); }

static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply) {
  struct instance *self = instance;
  metis_slice_v1 text = {self->text, self->count};
  return reply->complete(request->call, METIS_SHAPE_VALUE, &text, 1);
}

static const void *query(void *plugin, metis_slice_v1 id);
#include "faulty.h"

static const char strategy_schema[] =
#ifdef BAD_SCHEMA
    "{\"type\":\"nothing\"}";
#else
    "{\"type\":\"object\",\"properties\":{"
    "\"first\":{\"$ref\":\"#/$defs/mock\"},"
    "\"then\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/mock\"}},"
    "\"file\":{\"type\":\"string\",\"format\":\"metis-path\"},"
    "\"files\":{\"type\":\"string\",\"format\":\"metis-glob\"},"
    "\"folder\":{\"type\":\"string\",\"format\":\"metis-directory\"},"
    "\"key\":{\"type\":\"string\",\"minLength\":4,\"writeOnly\":true},"
    "\"port\":{\"type\":\"integer\",\"maximum\":65535},"
    "\"share\":{\"type\":\"number\"},\"loud\":{\"type\":\"boolean\"},"
    "\"name\":{\"type\":[\"string\",\"integer\"]}},"
    "\"unevaluatedProperties\":false,"
    "\"$defs\":{\"mock\":{\"type\":\"object\",\"required\":[\"strategy\"],"
    "\"x-metis-strategy\":true}}}";
#endif

static const char plugin_schema[] =
    "{\"type\":\"object\",\"properties\":{\"level\":{\"type\":\"integer\",\"minimum\":1},"
    "\"data\":{\"type\":\"string\",\"format\":\"metis-path\"}},\"additionalProperties\":false}";

static metis_slice_v1 schema(void *plugin, uint32_t section) {
  metis_slice_v1 none = {NULL, 0};
  metis_slice_v1 own = TEXT(strategy_schema);
  metis_slice_v1 manifest = TEXT(plugin_schema);
  (void)plugin;
  if (section == METIS_SECTION_STRATEGY) return own;
  return section == METIS_SECTION_PLUGIN ? manifest : none;
}

static const metis_config_v1 config = {sizeof(metis_config_v1), 0, schema, NULL};

static const void *query(void *plugin, metis_slice_v1 id) {
  (void)plugin;
  if (is(id, METIS_STRATEGY_V1)) return &strategy;
  return is(id, METIS_CONFIG_V1) ? &config : NULL;
}
