// A strategy that asks its client and becomes a task, by the name of its tool. `ask-…` asks the
// call's own arguments and completes with what it was given when it resumes. Built in three kinds:
// inline (asker), on a worker (asker-blocking) and with a thread a call (asker-async).
#ifndef ID
#define ID org.metis.test.asker
#define PROVIDES asker
#endif
#define OWN_CREATE
#define OWN_DESTROY
#define OWN_CALL
#include "metis/metis.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long calls;
static atomic_long cancellations;

// One call on its way, with copies of what was lent.
typedef struct {
  const char *name;
  uint64_t call;
  const metis_reply_v1 *reply;
  char *arguments;
  char *state;
  char *inputs;
  uint64_t seed;
  uint64_t ordinal;
} task;

static metis_slice_v1 slice(const char *text) {
  metis_slice_v1 made = {(const uint8_t *)text, strlen(text)};
  return made;
}

static int32_t create(void *plugin, const metis_instance_v1 *setup, metis_error_v1 *error,
                      void **out) {
  (void)plugin, (void)error;
  char *name = calloc(1, 64);
  memcpy(name, setup->target.bytes, setup->target.count < 63 ? setup->target.count : 63);
  *out = name;
  return METIS_OK;
}

// Threads on their way. To the host a cancelled call has ended, while its thread is still at work.
static atomic_long threads;

static void destroy(void *instance) {
  for (int i = 0; i < 5000 && atomic_load(&threads); i++) usleep(1000);
  free(instance);
}

static bool named(const task *task, const char *name) {
  return strncmp(task->name, name, strlen(name)) == 0;
}

static int32_t value(const task *task, const char *text) {
  metis_slice_v1 answer = slice(text);
  task->reply->complete(task->call, METIS_SHAPE_VALUE, &answer, 1);
  return METIS_OK;
}

// What the call was given.
static int32_t tell(const task *task) {
  size_t room = strlen(task->inputs) + strlen(task->arguments) + 300;
  char *text = malloc(room);
  snprintf(text, room,
           "{\"state\":\"%s\",\"inputs\":%s,\"arguments\":%s,\"seed\":\"%llu\",\"ordinal\":%llu}",
           task->state, *task->inputs ? task->inputs : "null", task->arguments,
           (unsigned long long)task->seed, (unsigned long long)task->ordinal);
  value(task, text);
  free(text);
  return METIS_OK;
}

static int32_t ask(const task *task, const char *state) {
  int32_t code = task->reply->need_input(task->call, slice(task->arguments), slice(state));
  if (code == METIS_UNSUPPORTED) return value(task, "\"unsupported\"");
  return METIS_OK;
}

static void count_cancellation(void *context) {
  (void)context;
  atomic_fetch_add(&cancellations, 1);
}

static int32_t become(const task *task, const char *terms) {
  return task->reply->emit(task->call, METIS_EMIT_TASK, slice(terms));
}

static int32_t perform(const task *task) {
  const metis_reply_v1 *reply = task->reply;
  metis_slice_v1 none = {0, 0};
  bool resumes = *task->state != 0;
  atomic_fetch_add(&calls, 1);
  if (named(task, "ask-plain")) {
    return *task->inputs ? tell(task) : ask(task, "");
  } else if (named(task, "ask-state")) {
    return resumes ? tell(task) : ask(task, "state-1");
  } else if (named(task, "ask-twice")) {
    if (strcmp(task->state, "round-2") == 0) return tell(task);
    return ask(task, resumes ? "round-2" : "round-1");
  } else if (named(task, "ask-forever")) {
    return ask(task, "again");
  } else if (named(task, "ask-content")) {
    if (resumes) return tell(task);
    reply->emit(task->call, METIS_EMIT_CONTENT, slice("{\"type\":\"text\",\"text\":\"lost\"}"));
    return ask(task, "state-1");
  } else if (named(task, "ask-once-a-task")) {
    if (!resumes) return ask(task, "state-1");
    become(task, "{}");
    return tell(task);
  } else if (named(task, "ask-task")) {
    if (resumes) return tell(task);
    if (become(task, "{}") != METIS_OK) return value(task, "\"no task\"");
    return ask(task, "state-1");
  } else if (named(task, "ask-nothing")) {
    return resumes ? tell(task)
                   : reply->need_input(task->call, slice("{}"), slice("polled"));
  } else if (named(task, "task-bad")) {
    return value(task, become(task, "{\"ttlMs\":-1}") == METIS_INVALID ? "\"refused\"" : "\"taken\"");
  } else if (named(task, "task-")) {
    // Without tasks the call goes on as it is.
    int32_t code = become(task, named(task, "task-unlimited")
                                    ? "{\"ttlMs\":null,\"statusMessage\":\"at work\"}"
                                    : "{\"pollIntervalMs\":50}");
    if (named(task, "task-short")) code = METIS_OK;
    if (named(task, "task-required") && code == METIS_UNSUPPORTED) {
      return reply->fail(task->call, -32021, slice("tasks are needed"),
                         slice("{\"requiredCapabilities\":{\"extensions\":"
                               "{\"io.modelcontextprotocol/tasks\":{}}}}"));
    }
    if (named(task, "task-fail")) return reply->fail(task->call, 77, slice("broken"), none);
    if (named(task, "task-refuse")) return reply->fail(task->call, 0, slice("refused"), none);
    if (named(task, "task-never")) {
      reply->on_cancel(task->call, count_cancellation, NULL);
      return METIS_OK;
    }
    const char *digits = strrchr(task->name, '-');
    usleep((unsigned)atoi(digits + 1) * 1000);
    return value(task, code == METIS_OK ? "\"as a task\"" : "\"at once\"");
  } else if (named(task, "fail-")) {
    return reply->fail(task->call, -atoi(task->name + 5), slice("by name"),
                       slice("{\"requiredCapabilities\":{\"sampling\":{}}}"));
  } else if (named(task, "report")) {
    char text[128];
    snprintf(text, sizeof text, "{\"calls\":%ld,\"cancellations\":%ld}", atomic_load(&calls),
             atomic_load(&cancellations));
    return value(task, text);
  }
  return METIS_FAILED;
}

static char *copy(metis_slice_v1 slice) {
  char *text = calloc(1, slice.count + 1);
  if (slice.count) memcpy(text, slice.bytes, slice.count);
  return text;
}

static int32_t finish(task *own) {
  int32_t code = perform(own);
  free(own->arguments);
  free(own->state);
  free(own->inputs);
  return code;
}

#ifdef THREADED
static void *run(void *argument) {
  task *own = argument;
  finish(own);
  free(own);
  atomic_fetch_sub(&threads, 1);
  return NULL;
}
#endif

static int32_t call(void *instance, const metis_request_v1 *request,
                    const metis_reply_v1 *reply) {
  task given = {instance,
                request->call,
                reply,
                copy(request->arguments),
                copy(request->state),
                copy(request->inputs),
                request->seed,
                request->ordinal};
#ifdef THREADED
  task *own = malloc(sizeof *own);
  *own = given;
  pthread_t thread;
  atomic_fetch_add(&threads, 1);
  if (pthread_create(&thread, NULL, run, own) != 0) {
    atomic_fetch_sub(&threads, 1);
    return METIS_FAILED;
  }
  pthread_detach(thread);
  return METIS_OK;
#else
  return finish(&given);
#endif
}

#include "faulty.h"
