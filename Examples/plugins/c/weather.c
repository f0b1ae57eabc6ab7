/* A strategy in C: the weather of a city, drawn from the call's seed. */
#include "metis/metis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLICE(LITERAL) \
  { (const uint8_t *)(LITERAL), sizeof(LITERAL) - 1 }

/* No Swift, no thread, no process-wide callback: the host may unmap the library. */
METIS_PLUGIN_META(METIS_META_UNLOADABLE);

static const metis_slice_v1 provides[] = {SLICE("weather")};

static const metis_descriptor_v1 descriptor = {
    .size = sizeof(metis_descriptor_v1),
    .id = SLICE("org.example.weather"),
    .name = SLICE("Weather strategy"),
    .version = SLICE("1.0.0"),
    .vendor = SLICE("Example"),
    .license = SLICE("MIT"),
    .provides = provides,
    .provides_count = 1,
};

/* Fills the host's error and gives its code back. */
static int32_t refuse(metis_error_v1 *error, int32_t code, const char *text) {
  int length = snprintf((char *)error->text, sizeof error->text, "%s", text);
  error->code = code;
  error->length = (uint32_t)length;
  return code;
}

static bool equals(metis_slice_v1 slice, const char *text) {
  return slice.count == strlen(text) && memcmp(slice.bytes, text, slice.count) == 0;
}

/* ---- JSON: the raw text of a member. The host hands over valid JSON only. ---- */

static const uint8_t *skip_space(const uint8_t *at, const uint8_t *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
  return at;
}

static const uint8_t *skip_string(const uint8_t *at, const uint8_t *end) {
  for (at++; at < end && *at != '"'; at++)
    if (*at == '\\') at++;
  return at < end ? at + 1 : end;
}

static const uint8_t *skip_value(const uint8_t *at, const uint8_t *end) {
  size_t depth = 0;
  while (at < end) {
    if (*at == '"') {
      at = skip_string(at, end);
      if (depth == 0) return at;
      continue;
    }
    if (depth == 0 && (*at == ',' || *at == '}' || *at == ']')) return at;
    if (*at == '{' || *at == '[') depth++;
    if ((*at == '}' || *at == ']') && --depth == 0) return at + 1;
    at++;
  }
  return end;
}

/* The value of `"name"` (quotes included) in an object; empty where there is none. */
static metis_slice_v1 member(metis_slice_v1 object, const char *name) {
  metis_slice_v1 none = {NULL, 0};
  if (object.count == 0) return none;
  const uint8_t *end = object.bytes + object.count;
  const uint8_t *at = skip_space(object.bytes, end);
  if (at == end || *at != '{') return none;
  at = skip_space(at + 1, end);
  while (at < end && *at == '"') {
    metis_slice_v1 key = {at, 0};
    at = skip_string(at, end);
    key.count = (size_t)(at - key.bytes);
    at = skip_space(at, end);             /* the colon */
    at = skip_space(at < end ? at + 1 : end, end);
    metis_slice_v1 value = {at, 0};
    at = skip_value(at, end);
    value.count = (size_t)(at - value.bytes);
    if (equals(key, name)) {
      while (value.count > 0 && strchr(" \t\r\n", value.bytes[value.count - 1])) value.count--;
      return value;
    }
    at = skip_space(at, end);
    if (at < end && *at == ',') at = skip_space(at + 1, end);
  }
  return none;
}

/* ---- The strategy ---- */

typedef struct {
  bool fahrenheit;
} weather;

static int32_t create(void *plugin, const metis_instance_v1 *setup, metis_error_v1 *error,
                      void **out) {
  (void)plugin;
  metis_slice_v1 unit = member(setup->config, "\"unit\"");
  bool fahrenheit = equals(unit, "\"fahrenheit\"");
  if (unit.count > 0 && !fahrenheit && !equals(unit, "\"celsius\""))
    return refuse(error, METIS_INVALID, "unit: expected \"celsius\" or \"fahrenheit\"");
  weather *instance = malloc(sizeof *instance);
  if (instance == NULL) return refuse(error, METIS_FAILED, "out of memory");
  instance->fahrenheit = fahrenheit;
  *out = instance;
  return METIS_OK;
}

static void destroy(void *instance) { free(instance); }

/* SplitMix64: one well-mixed number of a seed. */
static uint64_t mix(uint64_t seed) {
  seed += 0x9e3779b97f4a7c15u;
  seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9u;
  seed = (seed ^ (seed >> 27)) * 0x94d049bb133111ebu;
  return seed ^ (seed >> 31);
}

static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply) {
  const weather *self = instance;
  metis_slice_v1 city = member(request->arguments, "\"city\"");
  if (city.count == 0 || city.bytes[0] != '"') {
    metis_slice_v1 message = SLICE("city: found none, expected the name of a city");
    metis_slice_v1 nothing = {NULL, 0};
    return reply->fail(request->call, 0, message, nothing);
  }
  static const char *const skies[] = {"sunny", "cloudy", "rain", "snow"};
  uint64_t random = mix(request->seed);
  int celsius = (int)(random % 51) - 15;
  int degrees = self->fahrenheit ? celsius * 9 / 5 + 32 : celsius;
  const char *sky = celsius < 0 ? "snow" : skies[(random >> 32) % 3];
  char rest[96];
  int length = snprintf(rest, sizeof rest, ",\"temperature\":%d,\"unit\":\"%s\",\"sky\":\"%s\"}",
                        degrees, self->fahrenheit ? "fahrenheit" : "celsius", sky);
  /* The city goes back as it came, without a copy: the host joins the parts. */
  metis_slice_v1 parts[] = {SLICE("{\"city\":"), city, {(uint8_t *)rest, (size_t)length}};
  reply->complete(request->call, METIS_SHAPE_VALUE, parts, 3);
  return METIS_OK;
}

static const metis_strategy_v1 strategy = {
    .size = sizeof(metis_strategy_v1),
    .flags = METIS_STRATEGY_REENTRANT,
    .create = create,
    .destroy = destroy,
    .call = call,
};

static const char schema_text[] =
    "{\"type\":\"object\",\"properties\":{\"unit\":{\"enum\":[\"celsius\",\"fahrenheit\"]}},"
    "\"additionalProperties\":false}";

static metis_slice_v1 schema(void *plugin, uint32_t section) {
  (void)plugin;
  metis_slice_v1 text = SLICE(schema_text);
  metis_slice_v1 nothing = {NULL, 0};
  return section == METIS_SECTION_STRATEGY ? text : nothing;
}

static const metis_config_v1 config = {.size = sizeof(metis_config_v1), .schema = schema};

static int32_t init(void *context, const metis_host_v1 *host, metis_slice_v1 manifest,
                    metis_error_v1 *error, void **plugin) {
  (void)host, (void)manifest, (void)error;
  *plugin = context;
  return METIS_OK;
}

static void deinit(void *plugin) { (void)plugin; }

static const void *query(void *plugin, metis_slice_v1 id) {
  (void)plugin;
  if (equals(id, METIS_STRATEGY_V1)) return &strategy;
  if (equals(id, METIS_CONFIG_V1)) return &config;
  return NULL;
}

METIS_EXPORT int32_t metis_plugin_entry(uint32_t host_abi, metis_plugin_v1 *out) {
  if (host_abi >> 16 != METIS_ABI_MAJOR) return METIS_UNSUPPORTED;
  *out = (metis_plugin_v1){
      .size = sizeof(metis_plugin_v1),
      .abi = METIS_ABI_VERSION,
      .descriptor = &descriptor,
      .init = init,
      .deinit = deinit,
      .query = query,
  };
  return METIS_OK;
}
