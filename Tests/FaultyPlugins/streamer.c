// A strategy that says things before it answers, for tests of streams. Its tools do what their names
// say. Built in three kinds: inline (streamer), on a worker (streamer-blocking), and asynchronous
// without a thread of its own (streamer-async), which waits for slow readers by metis.host.flow/1.
#ifndef ID
#define ID org.metis.test.streamer
#define PROVIDES streamer
#endif
#ifndef STRATEGY_FLAGS
#define STRATEGY_FLAGS METIS_STRATEGY_REENTRANT
#endif
#define OWN_CREATE
#define OWN_DESTROY
#define OWN_CALL
#define OWN_INIT
#include "metis/metis.h"
#include "metis/ext/draft/host_flow.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const metis_host_v1 *host;
static atomic_long cancelled;
static atomic_long waits;

typedef struct {
  char name[64];
} streamer;

static metis_slice_v1 slice(const char *text) {
  metis_slice_v1 made = {(const uint8_t *)text, strlen(text)};
  return made;
}

static int32_t init(void *context, const metis_host_v1 *given, metis_slice_v1 config,
                    metis_error_v1 *error, void **plugin) {
  (void)context, (void)config, (void)error;
  host = given;
  *plugin = &host;
  return METIS_OK;
}

static int32_t create(void *plugin, const metis_instance_v1 *setup, metis_error_v1 *error,
                      void **out) {
  (void)plugin, (void)error;
  streamer *made = calloc(1, sizeof *made);
  memcpy(made->name, setup->target.bytes, setup->target.count < 63 ? setup->target.count : 63);
  *out = made;
  return METIS_OK;
}

static void destroy(void *instance) { free(instance); }

static int32_t value(const metis_reply_v1 *reply, uint64_t call, const char *text) {
  metis_slice_v1 answer = slice(text);
  return reply->complete(call, METIS_SHAPE_VALUE, &answer, 1);
}

static int32_t log_line(const metis_reply_v1 *reply, uint64_t call, const char *level,
                        const char *data) {
  char text[256];
  snprintf(text, sizeof text, "{\"level\":\"%s\",\"data\":\"%s\"}", level, data);
  return reply->emit(call, METIS_EMIT_LOG, slice(text));
}

static int number(const char *name) {
  const char *digits = strrchr(name, '-');
  return digits ? atoi(digits + 1) : 0;
}

// A flood on its way: `sent` of `count` messages.
typedef struct {
  const metis_reply_v1 *reply;
  uint64_t call;
  int sent, count, busy, limited;
} flood;

static int32_t send_one(flood *flood) {
  char text[160];
  snprintf(text, sizeof text,
           "{\"method\":\"notifications/flood\",\"params\":{\"n\":%d,\"text\":"
           "\"0123456789012345678901234567890123456789\"}}",
           flood->sent);
  return flood->reply->emit(flood->call, METIS_EMIT_NOTIFICATION, slice(text));
}

static int32_t end_flood(flood *flood) {
  char text[96];
  snprintf(text, sizeof text, "{\"sent\":%d,\"busy\":%d,\"limited\":%d}", flood->sent, flood->busy,
           flood->limited);
  return value(flood->reply, flood->call, text);
}

#ifdef FLOWING
static void go_on(void *user) {
  flood *own = user;
  while (own->sent < own->count) {
    int32_t code = send_one(own);
    if (code == METIS_LATE) {
      atomic_fetch_add(&cancelled, 1);
      free(own);
      return;
    }
    if (code == METIS_LIMIT) own->limited += 1;
    if (code == METIS_OK || code == METIS_BUSY) own->sent += 1;
    if (code != METIS_OK) {
      own->busy += 1;
      const metis_host_flow_v1 *flow = host->service(host->context, slice(METIS_HOST_FLOW_V1));
      atomic_fetch_add(&waits, 1);
      if (flow->when_writable(host->context, own->call, go_on, own) == METIS_OK) return;
      atomic_fetch_add(&cancelled, 1);
      free(own);
      return;
    }
  }
  end_flood(own);
  free(own);
}
#endif

static void note_cancel(void *context) {
  (void)context;
  atomic_fetch_add(&cancelled, 1);
}

static int32_t call(void *instance, const metis_request_v1 *request, const metis_reply_v1 *reply) {
  const char *name = ((streamer *)instance)->name;
  uint64_t call = request->call;
  if (strncmp(name, "flood-", 6) == 0) {
    flood own = {reply, call, 0, number(name), 0, 0};
#ifdef FLOWING
    flood *kept = malloc(sizeof own);
    *kept = own;
    go_on(kept);
    return METIS_OK;
#else
    while (own.sent < own.count) {
      int32_t code = send_one(&own);
      if (code == METIS_LATE) {
        atomic_fetch_add(&cancelled, 1);
        return METIS_OK;
      }
      own.busy += code == METIS_BUSY;
      if (code == METIS_LIMIT) {
        own.limited += 1;
        break;
      }
      own.sent += 1;
    }
    return end_flood(&own);
#endif
  } else if (strncmp(name, "logs", 4) == 0) {
    log_line(reply, call, "debug", "one");
    log_line(reply, call, "info", "two");
    log_line(reply, call, "error", "three");
    return value(reply, call, "\"logged\"");
  } else if (strncmp(name, "close-", 6) == 0) {
    char text[64];
    log_line(reply, call, "info", "before");
    snprintf(text, sizeof text, "{\"retryMs\":%d}", number(name));
    int32_t code = reply->emit(call, METIS_EMIT_CLOSE_STREAM, slice(text));
    if (code != METIS_OK) return value(reply, call, "\"unsupported\"");
    usleep(100000);
    log_line(reply, call, "info", "after");
    return value(reply, call, "\"closed\"");
  } else if (strncmp(name, "disconnect", 10) == 0) {
    reply->on_cancel(call, note_cancel, NULL);
    if (strstr(name, "-said")) log_line(reply, call, "info", "before");
    reply->emit(call, METIS_EMIT_DISCONNECT, slice("{}"));
    usleep(100000);
    log_line(reply, call, "info", "after");
    return value(reply, call, "\"cut\""), METIS_OK;
  } else if (strncmp(name, "slow-", 5) == 0) {
    reply->on_cancel(call, note_cancel, NULL);
    log_line(reply, call, "info", "before");
    usleep((unsigned)number(name) * 1000);
    log_line(reply, call, "info", "after");
    return value(reply, call, "\"slow\""), METIS_OK;
  } else if (strncmp(name, "bad-notification", 16) == 0) {
    char text[64];
    snprintf(text, sizeof text, "[%d,%d]",
             reply->emit(call, METIS_EMIT_NOTIFICATION, slice("{\"params\":{}}")),
             reply->emit(call, METIS_EMIT_NOTIFICATION, slice("{\"method\":\"a\",\"params\":1}")));
    return value(reply, call, text);
  } else if (strncmp(name, "changed-", 8) == 0) {
    const metis_host_notify_v1 *notify = host->service(host->context, slice(METIS_HOST_NOTIFY_V1));
    uint32_t kind = name[8] == 't'   ? METIS_KIND_TOOL
                    : name[8] == 'p' ? METIS_KIND_PROMPT
                                     : METIS_KIND_RESOURCE;
    return value(reply, call, notify->list_changed(host->context, kind) == METIS_OK ? "1" : "0");
  } else if (strncmp(name, "updated", 7) == 0) {
    const metis_host_notify_v1 *notify = host->service(host->context, slice(METIS_HOST_NOTIFY_V1));
    metis_slice_v1 uri = slice("test://watched");
    return value(reply, call, notify->resource_updated(host->context, uri) == METIS_OK ? "1" : "0");
  } else if (strncmp(name, "context", 7) == 0) {
    metis_slice_v1 context = reply->context(call);
    return reply->complete(call, METIS_SHAPE_VALUE, &context, 1);
  } else if (strncmp(name, "stats", 5) == 0) {
    char text[96];
    snprintf(text, sizeof text, "{\"cancelled\":%ld,\"waits\":%ld}", atomic_load(&cancelled),
             atomic_load(&waits));
    return value(reply, call, text);
  }
  return METIS_FAILED;
}

#include "faulty.h"
