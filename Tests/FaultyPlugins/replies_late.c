// Takes every call and ends all of them after the host has destroyed the instance, from a thread
// that `deinit` joins. The host must answer METIS_LATE and stay unharmed.
#define ID org.metis.test.replies-late
#define PROVIDES replies-late
#define STRATEGY_FLAGS (METIS_STRATEGY_ASYNC | METIS_STRATEGY_REENTRANT)
#define OWN_CREATE
#define OWN_DESTROY
#define OWN_CALL
#define OWN_DEINIT
#include "metis/metis.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t calls[4096];
static size_t call_count;
static const metis_reply_v1 *replies;
static pthread_t thread;
static bool started;

static int32_t create(void *plugin, const metis_instance_v1 *setup, metis_error_v1 *error,
                      void **out) {
  (void)plugin, (void)setup, (void)error;
  *out = malloc(16);
  return *out ? METIS_OK : METIS_FAILED;
}

static void *answer_late(void *unused) {
  static const uint8_t text[] = "\"late\"";
  metis_slice_v1 answer = {text, sizeof text - 1};
  struct timespec pause = {0, 20 * 1000 * 1000};
  (void)unused;
  nanosleep(&pause, NULL);
  pthread_mutex_lock(&lock);
  for (size_t index = 0; index < call_count; index += 1) {
    replies->complete(calls[index], METIS_SHAPE_VALUE, &answer, 1);
    replies->cancelled(calls[index]);
    replies->context(calls[index]);
  }
  pthread_mutex_unlock(&lock);
  return NULL;
}

static void destroy(void *instance) {
  free(instance);
  if (!started) started = pthread_create(&thread, NULL, answer_late, NULL) == 0;
}

static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply) {
  (void)instance;
  pthread_mutex_lock(&lock);
  replies = reply;
  if (call_count < sizeof calls / sizeof calls[0]) calls[call_count++] = request->call;
  pthread_mutex_unlock(&lock);
  return METIS_OK;
}

static void deinit(void *plugin) {
  (void)plugin;
  if (started) pthread_join(thread, NULL);
}

#include "faulty.h"
