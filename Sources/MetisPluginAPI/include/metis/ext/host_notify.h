/**
 * Notifications to clients outside a call.
 */
#ifndef METIS_EXT_HOST_NOTIFY_H
#define METIS_EXT_HOST_NOTIFY_H

#include "metis/types.h"

#define METIS_HOST_NOTIFY_V1 "metis.host.notify/1"

/** The service METIS_HOST_NOTIFY_V1. Each goes to the clients that listen for it, once. */
typedef struct metis_host_notify_v1 {
  /** sizeof(metis_host_notify_v1). */
  uint32_t size;
  uint32_t reserved;
  /** `notifications/{tools,resources,prompts}/list_changed` by METIS_KIND_…. [any-thread] */
  int32_t (*list_changed)(void *host, uint32_t kind);
  /** `notifications/resources/updated`. [any-thread] */
  int32_t (*resource_updated)(void *host, metis_slice_v1 uri);
} metis_host_notify_v1;

#endif
