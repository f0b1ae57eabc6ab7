// A strategy that does what the name of its tool says, for tests of the request path. Built in
// four kinds: inline (puppet), one call at a time (puppet-single), on a worker (puppet-blocking)
// and with a thread a call (puppet-async).
#ifndef ID
#define ID org.metis.test.puppet
#define PROVIDES puppet
#endif
#define OWN_CREATE
#define OWN_DESTROY
#define OWN_CALL
#define OWN_INIT
#include "metis/metis.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const metis_host_v1 *host;
static atomic_long cancellations;
static atomic_long late;
// Instances that were made and not destroyed, and calls in each of them at once.
static atomic_long alive;

typedef struct {
  char name[64];
  atomic_int busy;
} puppet;

// One call on its way, with copies of what was lent.
typedef struct {
  puppet *self;
  uint64_t call;
  const metis_reply_v1 *reply;
  char *arguments;
  size_t count;
} task;

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
  puppet *made = calloc(1, sizeof *made);
  memcpy(made->name, setup->target.bytes,
         setup->target.count < 63 ? setup->target.count : 63);
  atomic_fetch_add(&alive, 1);
  *out = made;
  return METIS_OK;
}

static void destroy(void *instance) {
  atomic_fetch_sub(&alive, 1);
  memset(instance, 'x', sizeof(puppet));
  free(instance);
}

static bool named(const task *task, const char *name) {
  return strncmp(task->self->name, name, strlen(name)) == 0;
}

static int32_t value(const task *task, const char *text) {
  metis_slice_v1 answer = slice(text);
  int32_t code = task->reply->complete(task->call, METIS_SHAPE_VALUE, &answer, 1);
  if (code == METIS_LATE) atomic_fetch_add(&late, 1);
  return code;
}

static void count_cancellation(void *context) {
  (void)context;
  atomic_fetch_add(&cancellations, 1);
}

// Counts the call's cancellation, also one that came before this thread did.
static void await_cancellation(const task *task) {
  if (task->reply->on_cancel(task->call, count_cancellation, NULL) == METIS_LATE) {
    atomic_fetch_add(&cancellations, 1);
  }
}

// What an inner call gave: written by `done`, awaited where it runs on another thread.
typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool ended;
  int32_t code;
  char text[65536];
} inner;

static void done(void *user, int32_t code, metis_slice_v1 result) {
  inner *into = user;
  pthread_mutex_lock(&into->lock);
  size_t count = result.count < sizeof into->text ? result.count : sizeof into->text - 1;
  memcpy(into->text, result.bytes, count);
  into->text[count] = 0;
  into->code = code;
  into->ended = true;
  pthread_cond_signal(&into->changed);
  pthread_mutex_unlock(&into->lock);
}

// Calls the tool `name` with the call's own arguments and answers with what came of it.
static int32_t nest(const task *task, const char *name) {
  inner *into = calloc(1, sizeof *into);
  pthread_mutex_init(&into->lock, NULL);
  pthread_cond_init(&into->changed, NULL);
  const metis_host_call_v1 *calls = host->service(host->context, slice(METIS_HOST_CALL_V1));
  metis_slice_v1 arguments = {(const uint8_t *)task->arguments, task->count};
  int32_t code = calls->call(host->context, task->call, METIS_KIND_TOOL, slice(name), arguments,
                             done, into);
  char *text = malloc(70000);
  if (code == METIS_OK) {
    pthread_mutex_lock(&into->lock);
    while (!into->ended) pthread_cond_wait(&into->changed, &into->lock);
    pthread_mutex_unlock(&into->lock);
    const char *found = strstr(into->text, "\"text\":\"");
    if (named(task, "nest-recursive") && found) {
      // How many calls stand inside this one.
      snprintf(text, 70000, "%d", atoi(found + 8) + 1);
    } else if (into->code == 0) {
      snprintf(text, 70000, "{\"inner\":%s}", into->text);
    } else {
      snprintf(text, 70000, "{\"error\":%d,\"message\":\"%s\"}", into->code, into->text);
    }
  } else if (named(task, "nest-recursive") && code == METIS_LIMIT) {
    snprintf(text, 70000, "0");
  } else {
    snprintf(text, 70000, "{\"refused\":%d}", code);
  }
  code = value(task, text);
  free(text);
  free(into);
  return code;
}

// Milliseconds behind the name: `sleep-50`.
static void pause_by_name(const task *task) {
  const char *digits = strrchr(task->self->name, '-');
  usleep((digits ? (unsigned)atoi(digits + 1) : 0) * 1000);
}

static int32_t perform(const task *task) {
  const metis_reply_v1 *reply = task->reply;
  metis_slice_v1 arguments = {(const uint8_t *)task->arguments, task->count};
  metis_slice_v1 none = {0, 0};
  if (named(task, "value")) {
    return reply->complete(task->call, METIS_SHAPE_VALUE, &arguments, 1);
  } else if (named(task, "result")) {
    return reply->complete(task->call, METIS_SHAPE_RESULT, &arguments, 1);
  } else if (named(task, "number")) {
    return value(task, "42");
  } else if (named(task, "parts")) {
    metis_slice_v1 parts[] = {slice("[1,"), arguments, none, slice("]")};
    return reply->complete(task->call, METIS_SHAPE_VALUE, parts, 4);
  } else if (named(task, "emit")) {
    int32_t code = reply->emit(task->call, METIS_EMIT_PROGRESS,
                               slice("{\"progress\":1,\n\"total\":2,\"message\":\"half\"}"));
    code |= reply->emit(task->call, METIS_EMIT_LOG,
                        slice("{\"level\":\"info\",\r\n\"data\":\"a line\"}"));
    code |= reply->emit(task->call, METIS_EMIT_CONTENT,
                        slice("{\"type\":\"text\",\n\"text\":\"first\"}"));
    if (code != METIS_OK) return value(task, "\"an emission was refused\"");
    return named(task, "emit-result")
               ? reply->complete(task->call, METIS_SHAPE_RESULT, &arguments, 1)
               : value(task, "\"second\"");
  } else if (named(task, "bad-emit")) {
    char text[128];
    snprintf(text, sizeof text, "[%d,%d,%d]",
             reply->emit(task->call, METIS_EMIT_CONTENT, slice("{\"type\":")),
             reply->emit(task->call, METIS_EMIT_PROGRESS, slice("[]")),
             reply->emit(task->call, 99, slice("{}")));
    return value(task, text);
  } else if (named(task, "nest-recursive")) {
    return nest(task, "nest-recursive");
  } else if (named(task, "nest-absent")) {
    return nest(task, "absent");
  } else if (named(task, "nest-")) {
    return nest(task, task->self->name + 5);
  } else if (named(task, "fail-tool")) {
    return reply->fail(task->call, 0, slice("the tool \"fails\""), none);
  } else if (named(task, "fail-own")) {
    return reply->fail(task->call, 7, slice("own"), slice("{\"more\":true}"));
  } else if (named(task, "fail-reserved")) {
    return reply->fail(task->call, -32700, slice("reserved"), none) == METIS_INVALID ? METIS_OK
                                                                                    : METIS_FAILED;
  } else if (named(task, "context")) {
    metis_slice_v1 context = reply->context(task->call);
    return reply->complete(task->call, METIS_SHAPE_VALUE, &context, 1);
  } else if (named(task, "reserve")) {
    static const char text[] = "{\"reserved\":true}";
    uint8_t *place = reply->reserve(task->call, 64);
    if (!place) return METIS_FAILED;
    memcpy(place, text, sizeof text - 1);
    int32_t code = reply->commit(task->call, sizeof text - 1);
    if (code != METIS_OK) return code;
    return reply->complete(task->call, METIS_SHAPE_VALUE, NULL, 0);
  } else if (named(task, "commit-unreserved")) {
    int32_t code = reply->commit(task->call, 100);
    return value(task, code == METIS_INVALID ? "\"refused\"" : "\"taken\"");
  } else if (named(task, "hold-")) {
    // Borrows the host's buffer and the context, and uses both after its own deadline.
    char *place = (char *)reply->reserve(task->call, 100000);
    metis_slice_v1 context = reply->context(task->call);
    if (!place || !context.count) return METIS_FAILED;
    memset(place, 'a', 100000);
    pause_by_name(task);
    memset(place, 'z', 100000);
    int sum = 0;
    for (size_t index = 0; index < context.count; index += 1) sum += context.bytes[index];
    return value(task, sum ? "\"held\"" : "\"empty\"") == METIS_LATE ? METIS_OK : METIS_FAILED;
  } else if (named(task, "owned")) {
    char *text = strdup("\"owned\"");
    return reply->complete_owned(task->call, METIS_SHAPE_VALUE, slice(text), free, text);
  } else if (named(task, "sleep-")) {
    await_cancellation(task);
    pause_by_name(task);
    value(task, "\"awake\"");
    return METIS_OK;
  } else if (named(task, "exclusive-")) {
    // How many calls this instance has at once: more than one only where it is reentrant.
    int calls = atomic_fetch_add(&task->self->busy, 1) + 1;
    pause_by_name(task);
    atomic_fetch_sub(&task->self->busy, 1);
    return value(task, calls == 1 ? "\"alone\"" : "\"shared\"");
  } else if (named(task, "report")) {
    char text[128];
    snprintf(text, sizeof text, "{\"cancellations\":%ld,\"late\":%ld,\"alive\":%ld}",
             atomic_load(&cancellations), atomic_load(&late), atomic_load(&alive));
    return value(task, text);
  } else if (named(task, "count")) {
    const metis_host_state_v1 *state = host->service(host->context, slice(METIS_HOST_STATE_V1));
    int64_t plugin = 0, session = 0;
    char text[64];
    if (state->add(host->context, METIS_SCOPE_PLUGIN, 0, slice("n"), 1, &plugin) ||
        state->add(host->context, METIS_SCOPE_SESSION, task->call, slice("n"), 1, &session)) {
      return METIS_FAILED;
    }
    snprintf(text, sizeof text, "[%ld,%ld]", (long)plugin, (long)session);
    return value(task, text);
  } else if (named(task, "never")) {
    await_cancellation(task);
    return METIS_OK;
  } else if (named(task, "need-input")) {
    int32_t code = reply->need_input(task->call, slice("{}"), none);
    return value(task, code == METIS_UNSUPPORTED ? "\"unsupported\"" : "\"asked\"");
  } else if (named(task, "announce")) {
    const metis_host_notify_v1 *notify = host->service(host->context, slice(METIS_HOST_NOTIFY_V1));
    int32_t code = notify->list_changed(host->context, METIS_KIND_TOOL);
    return value(task, code == METIS_OK ? "\"announced\"" : "\"refused\"");
  }
  return METIS_FAILED;
}

#ifdef THREADED
static void *run(void *argument) {
  task *own = argument;
  if (perform(own) == METIS_FAILED) {
    own->reply->fail(own->call, 0, slice("the puppet failed"), slice(""));
  }
  free(own->arguments);
  free(own);
  return NULL;
}
#endif

static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply) {
  task given = {instance, request->call, reply, (char *)request->arguments.bytes,
                request->arguments.count};
#ifdef THREADED
  task *own = malloc(sizeof *own);
  *own = given;
  own->arguments = malloc(given.count + 1);
  memcpy(own->arguments, given.arguments, given.count);
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, own) != 0) return METIS_FAILED;
  // `before-…`: the call has ended on the other thread when this function returns.
  if (strstr(given.self->name, "before")) {
    pthread_join(thread, NULL);
  } else {
    pthread_detach(thread);
  }
  return METIS_OK;
#else
  return perform(&given);
#endif
}

#include "faulty.h"
