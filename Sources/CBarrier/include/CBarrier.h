/**
 * Calls into plugins behind a C++ try block.
 *
 * The ABI lets no exception cross. One that crosses all the same would meet frames of Swift,
 * which have no handlers: the unwinder finds none and ends the process. Here it is caught, its
 * text kept, and a code returned. Without an exception a barrier costs one more call.
 *
 * The forced unwinding of pthread_exit and pthread_cancel is passed on: it cannot be stopped.
 */
#ifndef CBARRIER_H
#define CBARRIER_H

#include "metis/metis.h"

/** Returned where an exception was caught; no METIS_… code has this value. */
#define METIS_BARRIER_EXCEPTION (-2147483647)

#ifdef __cplusplus
extern "C" {
#endif

/** The text of the latest exception caught on this thread: `what()`, or its kind. */
const char *metis_barrier_text(void);

/** The entry. */
int32_t metis_barrier_entry(int32_t (*function)(uint32_t, metis_plugin_v1 *), uint32_t host_abi,
                            metis_plugin_v1 *out);

/** metis_plugin_v1.init */
int32_t metis_barrier_init(int32_t (*function)(void *, const metis_host_v1 *, metis_slice_v1,
                                               metis_error_v1 *, void **),
                           void *context, const metis_host_v1 *host, metis_slice_v1 config,
                           metis_error_v1 *error, void **plugin);

/** metis_plugin_v1.query; METIS_OK with the table, or null, in `out`. */
int32_t metis_barrier_query(const void *(*function)(void *, metis_slice_v1), void *plugin,
                            metis_slice_v1 id, const void **out);

/** Every function of one pointer: `deinit`, the `destroy` of any extension, `release`. METIS_OK
 * where it returned. */
int32_t metis_barrier_destroy(void (*function)(void *), void *object);

/** metis_state_v1.save */
int32_t metis_barrier_state_save(int32_t (*function)(void *, const metis_sink_v1 *,
                                                     metis_error_v1 *),
                                 void *plugin, const metis_sink_v1 *sink, metis_error_v1 *error);

/** metis_state_v1.restore */
int32_t metis_barrier_state_restore(int32_t (*function)(void *, uint32_t, metis_slice_v1,
                                                        metis_error_v1 *),
                                    void *plugin, uint32_t revision, metis_slice_v1 state,
                                    metis_error_v1 *error);

/** metis_strategy_v1.create */
int32_t metis_barrier_strategy_create(int32_t (*function)(void *, const metis_instance_v1 *,
                                                          metis_error_v1 *, void **),
                                      void *plugin, const metis_instance_v1 *setup,
                                      metis_error_v1 *error, void **out);

/** metis_strategy_v1.call */
int32_t metis_barrier_strategy_call(int32_t (*function)(void *, const metis_request_v1 *,
                                                        const metis_reply_v1 *),
                                    void *instance, const metis_request_v1 *request,
                                    const metis_reply_v1 *reply);

/** metis_auth_v1.create and metis_filter_v1.create */
int32_t metis_barrier_create(int32_t (*function)(void *, metis_slice_v1, metis_error_v1 *,
                                                 void **),
                             void *plugin, metis_slice_v1 config, metis_error_v1 *error,
                             void **out);

/** metis_auth_v1.authenticate */
int32_t metis_barrier_authenticate(int32_t (*function)(void *, const metis_message_v1 *,
                                                       metis_verdict_v1 *),
                                   void *instance, const metis_message_v1 *message,
                                   metis_verdict_v1 *verdict);

/** metis_filter_v1.on_initialize */
int32_t metis_barrier_filter_initialize(int32_t (*function)(void *, metis_slice_v1,
                                                            const metis_sink_v1 *,
                                                            metis_error_v1 *),
                                        void *instance, metis_slice_v1 params,
                                        const metis_sink_v1 *sink, metis_error_v1 *error);

/** metis_filter_v1.on_request and on_response */
int32_t metis_barrier_filter_message(int32_t (*function)(void *, metis_slice_v1, metis_slice_v1,
                                                         const metis_sink_v1 *,
                                                         metis_error_v1 *),
                                     void *instance, metis_slice_v1 method, metis_slice_v1 body,
                                     const metis_sink_v1 *sink, metis_error_v1 *error);

/** metis_filter_v1.before_reload */
int32_t metis_barrier_before_reload(int32_t (*function)(void *, metis_slice_v1,
                                                        metis_error_v1 *),
                                    void *instance, metis_slice_v1 subject,
                                    metis_error_v1 *error);

/** metis_filter_v1.after_reload; METIS_OK where it returned. */
int32_t metis_barrier_after_reload(void (*function)(void *, metis_slice_v1), void *instance,
                                   metis_slice_v1 subject);

/** metis_transport_v1.create */
int32_t metis_barrier_transport_create(int32_t (*function)(void *,
                                                           const metis_transport_setup_v1 *,
                                                           metis_error_v1 *, void **),
                                       void *plugin, const metis_transport_setup_v1 *setup,
                                       metis_error_v1 *error, void **out);

/** metis_transport_v1.start and reload */
int32_t metis_barrier_transport_start(int32_t (*function)(void *, metis_error_v1 *),
                                      void *instance, metis_error_v1 *error);

/** metis_admin_v1.handle */
int32_t metis_barrier_admin(int32_t (*function)(void *, metis_slice_v1, metis_slice_v1,
                                                metis_slice_v1, const metis_sink_v1 *, uint32_t *,
                                                metis_error_v1 *),
                            void *plugin, metis_slice_v1 verb, metis_slice_v1 path,
                            metis_slice_v1 body, const metis_sink_v1 *sink, uint32_t *status,
                            metis_error_v1 *error);

/** metis_config_v1.schema; METIS_OK with the schema in `out`. */
int32_t metis_barrier_schema(metis_slice_v1 (*function)(void *, uint32_t), void *plugin,
                             uint32_t section, metis_slice_v1 *out);

/** metis_config_v1.check */
int32_t metis_barrier_check(int32_t (*function)(void *, uint32_t, metis_slice_v1,
                                                const metis_sink_v1 *, metis_error_v1 *),
                            void *plugin, uint32_t section, metis_slice_v1 config,
                            const metis_sink_v1 *pointer_out, metis_error_v1 *error);

#ifdef __cplusplus
}
#endif

#endif
