// A strategy that answers one text, in C: what the benchmarks swap a thousand times. It declares
// UNLOADABLE, so that the host unmaps each retired image.
#include <string.h>

#include "metis/metis.h"

METIS_PLUGIN_META(METIS_META_UNLOADABLE);

#define SLICE(TEXT) {(const uint8_t *)(TEXT), sizeof(TEXT) - 1}

static const metis_slice_v1 answer = SLICE("\"hello from metis\"");
static int instance;

static int32_t create(void *plugin, const metis_instance_v1 *setup, metis_error_v1 *error,
                      void **out) {
  (void)plugin, (void)setup, (void)error;
  *out = &instance;
  return METIS_OK;
}

static void destroy(void *it) { (void)it; }

static int32_t call(void *it, const metis_request_v1 *request, const metis_reply_v1 *reply) {
  (void)it;
  reply->complete(request->call, METIS_SHAPE_VALUE, &answer, 1);
  return METIS_OK;
}

static const metis_strategy_v1 strategy = {
    sizeof strategy, METIS_STRATEGY_REENTRANT, create, destroy, call};

static const metis_slice_v1 provided[] = {SLICE("constant")};
static const metis_descriptor_v1 descriptor = {
    .size = sizeof descriptor,
    .id = SLICE("dev.metis.bench.constant"),
    .name = SLICE("Constant strategy"),
    .version = SLICE("1.0.0"),
    .vendor = SLICE("Metis"),
    .license = SLICE("MIT"),
    .provides = provided,
    .provides_count = 1,
};

static int32_t init(void *context, const metis_host_v1 *host, metis_slice_v1 config,
                    metis_error_v1 *error, void **plugin) {
  (void)context, (void)host, (void)config, (void)error;
  *plugin = &instance;
  return METIS_OK;
}

static void deinit(void *plugin) { (void)plugin; }

static const void *query(void *plugin, metis_slice_v1 id) {
  (void)plugin;
  const size_t count = sizeof METIS_STRATEGY_V1 - 1;
  return id.count == count && memcmp(id.bytes, METIS_STRATEGY_V1, count) == 0 ? &strategy : NULL;
}

METIS_EXPORT int32_t metis_plugin_entry(uint32_t host_abi, metis_plugin_v1 *out) {
  (void)host_abi;
  out->size = sizeof *out;
  out->abi = METIS_ABI_VERSION;
  out->descriptor = &descriptor;
  out->context = NULL;
  out->init = init;
  out->deinit = deinit;
  out->query = query;
  return METIS_OK;
}
