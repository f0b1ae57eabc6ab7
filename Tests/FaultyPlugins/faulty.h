// What every plugin of this folder shares: a correct plugin whose parts a fault replaces by
// defining macros before it includes this header. Against the public headers alone.
#ifndef FAULTY_H
#define FAULTY_H

#include "metis/metis.h"

#include <string.h>

#define STRING_(...) #__VA_ARGS__
#define STRING(...) STRING_(__VA_ARGS__)
#define TEXT(LITERAL) {(const uint8_t *)(LITERAL), sizeof(LITERAL) - 1}

#ifndef ID
#error "define ID: the plugin's reverse-DNS id, without quotes"
#endif
#ifndef VERSION
#define VERSION 1.0.0
#endif
#ifndef FLAGS
#define FLAGS METIS_META_UNLOADABLE
#endif
#ifndef STRATEGY_FLAGS
#define STRATEGY_FLAGS METIS_STRATEGY_REENTRANT
#endif
#ifndef ANSWER
#define ANSWER {"answer":"good"}
#endif

#ifdef __cplusplus
extern "C" {
#endif

#ifndef OWN_META
METIS_PLUGIN_META(FLAGS);
#endif

// ---- The strategy -------------------------------------------------------------------------

#ifndef OWN_CREATE
static int instances;

static int32_t create(void *plugin, const metis_instance_v1 *setup, metis_error_v1 *error,
                      void **out) {
  (void)plugin, (void)setup, (void)error;
  instances += 1;
  *out = &instances;
  return METIS_OK;
}
#endif

#ifndef OWN_DESTROY
static void destroy(void *instance) { *(int *)instance -= 1; }
#endif

#ifndef OWN_CALL
static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply) {
  static const metis_slice_v1 answer = TEXT(STRING(ANSWER));
  (void)instance;
  return reply->complete(request->call, METIS_SHAPE_VALUE, &answer, 1);
}
#endif

#ifndef OWN_STRATEGY
static const metis_strategy_v1 strategy = {
    sizeof(metis_strategy_v1), STRATEGY_FLAGS, create, destroy, call,
};
#endif

// ---- The plugin ---------------------------------------------------------------------------

#ifndef OWN_INIT
static int32_t init(void *context, const metis_host_v1 *host, metis_slice_v1 config,
                    metis_error_v1 *error, void **plugin) {
  static int anything;
  (void)context, (void)host, (void)config, (void)error;
  *plugin = &anything;
  return METIS_OK;
}
#endif

#ifndef OWN_DEINIT
static void deinit(void *plugin) { (void)plugin; }
#endif

static inline bool is(metis_slice_v1 id, const char *name) {
  return id.count == strlen(name) && memcmp(id.bytes, name, id.count) == 0;
}

#ifndef OWN_QUERY
static const void *query(void *plugin, metis_slice_v1 id) {
  (void)plugin;
  return is(id, METIS_STRATEGY_V1) ? &strategy : NULL;
}
#endif

#ifndef OWN_DESCRIPTOR
static const metis_slice_v1 provides[] = {
#ifdef PROVIDES
    TEXT(STRING(PROVIDES)),
#else
    TEXT("good"),
#endif
};
#ifdef NEEDS
static const metis_slice_v1 needs[] = {TEXT(NEEDS)};
#endif
#ifdef REQUIRES
#ifndef RANGE
#define RANGE *
#endif
static const metis_requirement_v1 requirements[] = {
    {TEXT(STRING(REQUIRES)), TEXT(STRING(RANGE))},
};
#endif

static const metis_descriptor_v1 descriptor = {
    sizeof(metis_descriptor_v1),
    0,
    TEXT(STRING(ID)),
    TEXT("A plugin of the tests"),
    TEXT(STRING(VERSION)),
    TEXT("Metis"),
    TEXT("Apache-2.0"),
    TEXT("test"),
    provides,
    1,
#ifdef REQUIRES
    requirements,
    1,
#else
    NULL,
    0,
#endif
#ifdef NEEDS
    needs,
    1,
#else
    NULL,
    0,
#endif
};
#endif

#ifndef OWN_ENTRY
METIS_EXPORT int32_t metis_plugin_entry(uint32_t host_abi, metis_plugin_v1 *out) {
  (void)host_abi;
  out->size = sizeof(metis_plugin_v1);
  out->abi = METIS_ABI_VERSION;
  out->descriptor = &descriptor;
  out->context = NULL;
  out->init = init;
  out->deinit = deinit;
  out->query = query;
  return METIS_OK;
}
#endif

#ifdef __cplusplus
}
#endif

#endif
