#include "CBarrier.h"

#include <cstring>
#include <cxxabi.h>
#include <exception>

namespace {

thread_local char text[512];

void keep(const char *words) noexcept {
  std::strncpy(text, words, sizeof text - 1);
  text[sizeof text - 1] = 0;
}

/// Runs `body`, which calls a plugin. Out of line only where something was thrown.
template <typename Body> inline int32_t guarded(Body body) {
  try {
    return body();
  } catch (abi::__forced_unwind &) {
    throw;
  } catch (const std::exception &exception) {
    keep(exception.what());
  } catch (...) {
    keep("an exception that is no std::exception");
  }
  return METIS_BARRIER_EXCEPTION;
}

}  // namespace

extern "C" {

const char *metis_barrier_text(void) { return text; }

int32_t metis_barrier_entry(int32_t (*function)(uint32_t, metis_plugin_v1 *), uint32_t host_abi,
                            metis_plugin_v1 *out) {
  return guarded([&] { return function(host_abi, out); });
}

int32_t metis_barrier_init(int32_t (*function)(void *, const metis_host_v1 *, metis_slice_v1,
                                               metis_error_v1 *, void **),
                           void *context, const metis_host_v1 *host, metis_slice_v1 config,
                           metis_error_v1 *error, void **plugin) {
  return guarded([&] { return function(context, host, config, error, plugin); });
}

int32_t metis_barrier_query(const void *(*function)(void *, metis_slice_v1), void *plugin,
                            metis_slice_v1 id, const void **out) {
  return guarded([&] {
    *out = function(plugin, id);
    return METIS_OK;
  });
}

int32_t metis_barrier_destroy(void (*function)(void *), void *object) {
  return guarded([&] {
    function(object);
    return METIS_OK;
  });
}

int32_t metis_barrier_state_save(int32_t (*function)(void *, const metis_sink_v1 *,
                                                     metis_error_v1 *),
                                 void *plugin, const metis_sink_v1 *sink, metis_error_v1 *error) {
  return guarded([&] { return function(plugin, sink, error); });
}

int32_t metis_barrier_state_restore(int32_t (*function)(void *, uint32_t, metis_slice_v1,
                                                        metis_error_v1 *),
                                    void *plugin, uint32_t revision, metis_slice_v1 state,
                                    metis_error_v1 *error) {
  return guarded([&] { return function(plugin, revision, state, error); });
}

int32_t metis_barrier_strategy_create(int32_t (*function)(void *, const metis_instance_v1 *,
                                                          metis_error_v1 *, void **),
                                      void *plugin, const metis_instance_v1 *setup,
                                      metis_error_v1 *error, void **out) {
  return guarded([&] { return function(plugin, setup, error, out); });
}

int32_t metis_barrier_strategy_call(int32_t (*function)(void *, const metis_request_v1 *,
                                                        const metis_reply_v1 *),
                                    void *instance, const metis_request_v1 *request,
                                    const metis_reply_v1 *reply) {
  return guarded([&] { return function(instance, request, reply); });
}

int32_t metis_barrier_create(int32_t (*function)(void *, metis_slice_v1, metis_error_v1 *,
                                                 void **),
                             void *plugin, metis_slice_v1 config, metis_error_v1 *error,
                             void **out) {
  return guarded([&] { return function(plugin, config, error, out); });
}

int32_t metis_barrier_authenticate(int32_t (*function)(void *, const metis_message_v1 *,
                                                       metis_verdict_v1 *),
                                   void *instance, const metis_message_v1 *message,
                                   metis_verdict_v1 *verdict) {
  return guarded([&] { return function(instance, message, verdict); });
}

int32_t metis_barrier_filter_initialize(int32_t (*function)(void *, metis_slice_v1,
                                                            const metis_sink_v1 *,
                                                            metis_error_v1 *),
                                        void *instance, metis_slice_v1 params,
                                        const metis_sink_v1 *sink, metis_error_v1 *error) {
  return guarded([&] { return function(instance, params, sink, error); });
}

int32_t metis_barrier_filter_message(int32_t (*function)(void *, metis_slice_v1, metis_slice_v1,
                                                         const metis_sink_v1 *,
                                                         metis_error_v1 *),
                                     void *instance, metis_slice_v1 method, metis_slice_v1 body,
                                     const metis_sink_v1 *sink, metis_error_v1 *error) {
  return guarded([&] { return function(instance, method, body, sink, error); });
}

int32_t metis_barrier_before_reload(int32_t (*function)(void *, metis_slice_v1,
                                                        metis_error_v1 *),
                                    void *instance, metis_slice_v1 subject,
                                    metis_error_v1 *error) {
  return guarded([&] { return function(instance, subject, error); });
}

int32_t metis_barrier_after_reload(void (*function)(void *, metis_slice_v1), void *instance,
                                   metis_slice_v1 subject) {
  return guarded([&] {
    function(instance, subject);
    return METIS_OK;
  });
}

int32_t metis_barrier_transport_create(int32_t (*function)(void *,
                                                           const metis_transport_setup_v1 *,
                                                           metis_error_v1 *, void **),
                                       void *plugin, const metis_transport_setup_v1 *setup,
                                       metis_error_v1 *error, void **out) {
  return guarded([&] { return function(plugin, setup, error, out); });
}

int32_t metis_barrier_transport_start(int32_t (*function)(void *, metis_error_v1 *),
                                      void *instance, metis_error_v1 *error) {
  return guarded([&] { return function(instance, error); });
}

int32_t metis_barrier_admin(int32_t (*function)(void *, metis_slice_v1, metis_slice_v1,
                                                metis_slice_v1, const metis_sink_v1 *, uint32_t *,
                                                metis_error_v1 *),
                            void *plugin, metis_slice_v1 verb, metis_slice_v1 path,
                            metis_slice_v1 body, const metis_sink_v1 *sink, uint32_t *status,
                            metis_error_v1 *error) {
  return guarded([&] { return function(plugin, verb, path, body, sink, status, error); });
}

int32_t metis_barrier_schema(metis_slice_v1 (*function)(void *, uint32_t), void *plugin,
                             uint32_t section, metis_slice_v1 *out) {
  return guarded([&] {
    *out = function(plugin, section);
    return METIS_OK;
  });
}

int32_t metis_barrier_check(int32_t (*function)(void *, uint32_t, metis_slice_v1,
                                                const metis_sink_v1 *, metis_error_v1 *),
                            void *plugin, uint32_t section, metis_slice_v1 config,
                            const metis_sink_v1 *pointer_out, metis_error_v1 *error) {
  return guarded([&] { return function(plugin, section, config, pointer_out, error); });
}

}  // extern "C"
