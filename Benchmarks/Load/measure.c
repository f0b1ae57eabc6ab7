#define _GNU_SOURCE
#include "measure.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "histogram.h"
#include "response.h"

// Why an answer did not come, or did not count. UNSERVED: the connection was taken, and lost before
// its first answer; RESET: lost after it had been served.
enum failure { CONNECT, UNSERVED, RESET, TIMEOUT, STATUS, WRONG, MALFORMED, FAILURES };
static const char *const failure_names[FAILURES] = {"connect", "unserved", "reset",    "timeout",
                                                    "status",  "wrong",    "malformed"};

// SIGINT and SIGTERM end the measurement early; what was measured is printed.
static volatile sig_atomic_t interrupted;

static void interrupt(int number) {
  (void)number;
  interrupted = 1;
}

enum phase { CLOSED, CONNECTING, WAITING };

typedef struct wire {
  int fd;
  enum phase phase;
  bool served;
  unsigned index;
  // Each connection has its own copy: the id is written into it.
  char *request;
  size_t sent;
  uint32_t id;
  uint64_t started;
  // Not before this time may a failed connection try again.
  uint64_t retry;
  char *buffer;
  size_t filled;
  size_t room;
} wire;

typedef struct run {
  const options *how;
  int epoll;
  wire *wires;
  uint32_t next_id;
  bool counting;
  uint64_t answers;
  uint64_t bytes;
  uint64_t reconnects;
  uint64_t failures[FAILURES];
  char first_failure[512];
  histogram latency;
} run;

static void fail(run *self, enum failure kind, const char *text, size_t count) {
  self->failures[kind] += 1;
  if (self->first_failure[0] != 0) return;
  // The text stands inside a JSON string: what would need an escape becomes a blank.
  int n = snprintf(self->first_failure, sizeof self->first_failure, "%s: ", failure_names[kind]);
  for (size_t i = 0; i < count && (size_t)n < sizeof self->first_failure - 1; i++) {
    unsigned char c = (unsigned char)text[i];
    self->first_failure[n++] = c < 32 || c > 126 || c == '"' || c == '\\' ? ' ' : (char)c;
  }
  self->first_failure[n] = 0;
}

static void fail_errno(run *self, enum failure kind, int error) {
  const char *text = strerror(error);
  fail(self, kind, text, strlen(text));
}

static void fail_lost(run *self, const wire *it, int error) {
  fail_errno(self, it->served ? RESET : UNSERVED, error);
}

static void drop(wire *it) {
  if (it->fd >= 0) close(it->fd);
  it->fd = -1;
  it->phase = CLOSED;
  it->filled = 0;
}

static void open_wire(run *self, wire *it) {
  it->fd = connect_start(self->how, it->index);
  if (it->fd < 0) {
    fail_errno(self, CONNECT, errno);
    it->retry = now_ns() + 5000000u;
    return;
  }
  it->phase = CONNECTING;
  it->served = false;
  it->started = now_ns();
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = it};
  epoll_ctl(self->epoll, EPOLL_CTL_ADD, it->fd, &event);
}

static void watch(run *self, wire *it, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = it};
  epoll_ctl(self->epoll, EPOLL_CTL_MOD, it->fd, &event);
}

// Writes what is left of the request. Answers over loopback: one call as a rule.
static void push(run *self, wire *it) {
  size_t total = self->how->request.count;
  while (it->sent < total) {
    ssize_t n = send(it->fd, it->request + it->sent, total - it->sent, MSG_NOSIGNAL);
    if (n > 0) {
      it->sent += (size_t)n;
    } else if (n < 0 && errno == EAGAIN) {
      watch(self, it, EPOLLIN | EPOLLOUT);
      return;
    } else {
      fail_lost(self, it, errno);
      drop(it);
      return;
    }
  }
}

static void begin(run *self, wire *it) {
  it->phase = WAITING;
  it->sent = 0;
  size_t at = self->how->request.id;
  if (at != 0) {
    // Nine digits, the first of them never zero.
    it->id = 100000000u + self->next_id++ % 900000000u;
    uint32_t rest = it->id;
    for (int i = REQUEST_ID_DIGITS - 1; i >= 0; i--, rest /= 10)
      it->request[at + (size_t)i] = (char)('0' + rest % 10);
  }
  it->started = now_ns();
  push(self, it);
}

static bool contains(const response *answer, const char *text, size_t count) {
  return memmem(answer->body, answer->body_length, text, count) != NULL;
}

static void judge(run *self, wire *it, const response *answer) {
  const options *how = self->how;
  if (answer->status != how->status) {
    fail(self, STATUS, it->buffer, answer->length);
    return;
  }
  bool right = how->expected_count == 0;
  for (size_t i = 0; i < how->expected_count && !right; i++)
    right = contains(answer, how->expected[i], strlen(how->expected[i]));
  if (right && how->request.id != 0) {
    char id[32];
    int n = snprintf(id, sizeof id, "\"id\":%u", it->id);
    right = contains(answer, id, (size_t)n);
  }
  if (!right) {
    fail(self, WRONG, answer->body, answer->body_length);
    return;
  }
  self->answers += 1;
  self->bytes += answer->length;
  if (self->counting) histogram_add(&self->latency, now_ns() - it->started);
}

static void pull(run *self, wire *it) {
  if (it->room - it->filled < 4096) {
    it->room = it->room == 0 ? 16384 : it->room * 2;
    it->buffer = realloc(it->buffer, it->room);
    if (it->buffer == NULL) abort();
  }
  ssize_t n = recv(it->fd, it->buffer + it->filled, it->room - it->filled, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    fail_lost(self, it, n == 0 ? ECONNRESET : errno);
    drop(it);
    return;
  }
  it->filled += (size_t)n;
  response answer;
  switch (response_parse(it->buffer, it->filled, false, &answer)) {
  case RESPONSE_PARTIAL:
    if (it->filled > (16u << 20)) {
      fail(self, MALFORMED, it->buffer, 200);
      drop(it);
    }
    return;
  case RESPONSE_STREAM:
  case RESPONSE_MALFORMED:
    fail(self, MALFORMED, it->buffer, it->filled);
    drop(it);
    return;
  case RESPONSE_WHOLE:
    judge(self, it, &answer);
    break;
  }
  if (answer.length != it->filled) {
    fail(self, MALFORMED, it->buffer + answer.length, it->filled - answer.length);
    drop(it);
    return;
  }
  it->filled = 0;
  it->served = true;
  if (answer.close) {
    self->reconnects += 1;
    drop(it);
    open_wire(self, it);
    return;
  }
  begin(self, it);
}

static void serve(run *self, wire *it, uint32_t events) {
  if (it->phase == CONNECTING) {
    int error = socket_error(it->fd);
    if (error != 0) {
      fail_errno(self, CONNECT, error);
      drop(it);
      it->retry = now_ns() + 5000000u;
      return;
    }
    watch(self, it, EPOLLIN);
    begin(self, it);
    return;
  }
  if (it->phase != WAITING) return;
  if (events & EPOLLOUT) {
    watch(self, it, EPOLLIN);
    push(self, it);
  }
  if (it->phase == WAITING && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) pull(self, it);
}

// Opens what was lost and gives up on what takes too long.
static void sweep(run *self, uint64_t now) {
  uint64_t limit = (uint64_t)(self->how->timeout * 1e9);
  for (size_t i = 0; i < self->how->connections; i++) {
    wire *it = &self->wires[i];
    if (it->phase == CLOSED) {
      if (now >= it->retry) open_wire(self, it);
    } else if (now > it->started && now - it->started > limit) {
      fail(self, TIMEOUT, "no whole answer in time", 23);
      drop(it);
    }
  }
}

static void print(const run *self, double seconds) {
  const histogram *h = &self->latency;
  double us = 1000;
  uint64_t failed = 0;
  printf("{\"requests\":%llu,\"seconds\":%.3f,\"per_second\":%.1f,\"bytes\":%llu,"
         "\"connections\":%zu,\"reconnects\":%llu,\"failures\":{",
         (unsigned long long)h->count, seconds, seconds > 0 ? (double)h->count / seconds : 0,
         (unsigned long long)self->bytes, self->how->connections,
         (unsigned long long)self->reconnects);
  for (int i = 0; i < FAILURES; i++) {
    failed += self->failures[i];
    printf("%s\"%s\":%llu", i == 0 ? "" : ",", failure_names[i],
           (unsigned long long)self->failures[i]);
  }
  printf("},\"failed\":%llu,\"first_failure\":\"%s\",\"latency_us\":{\"mean\":%.1f,\"p50\":%.1f,"
         "\"p90\":%.1f,\"p99\":%.1f,\"p99_9\":%.1f,\"max\":%.1f}}\n",
         (unsigned long long)failed, self->first_failure,
         h->count == 0 ? 0 : (double)h->sum / (double)h->count / us,
         (double)histogram_quantile(h, 0.5) / us, (double)histogram_quantile(h, 0.9) / us,
         (double)histogram_quantile(h, 0.99) / us, (double)histogram_quantile(h, 0.999) / us,
         (double)h->max / us);
}

int measure(const options *how) {
  static run self;
  self.how = how;
  self.epoll = epoll_create1(EPOLL_CLOEXEC);
  self.wires = calloc(how->connections, sizeof(wire));
  if (self.epoll < 0 || self.wires == NULL) abort();
  for (size_t i = 0; i < how->connections; i++) {
    wire *it = &self.wires[i];
    it->fd = -1;
    it->index = (unsigned)i;
    it->request = malloc(how->request.count);
    if (it->request == NULL) abort();
    memcpy(it->request, how->request.bytes, how->request.count);
  }
  uint64_t start = now_ns() + (uint64_t)(how->warmup * 1e9);
  uint64_t stop = start + (uint64_t)(how->duration * 1e9);
  uint64_t swept = 0;
  signal(SIGINT, interrupt);
  signal(SIGTERM, interrupt);
  struct epoll_event events[256];
  for (;;) {
    uint64_t now = now_ns();
    if (!self.counting && now >= start) self.counting = true;
    if (interrupted || now >= stop || (how->requests != 0 && self.latency.count >= how->requests)) break;
    if (now - swept > 5000000u) {
      sweep(&self, now);
      swept = now;
    }
    int n = epoll_wait(self.epoll, events, 256, 5);
    for (int i = 0; i < n; i++) serve(&self, events[i].data.ptr, events[i].events);
  }
  print(&self, (double)(now_ns() - start) / 1e9);
  bool clean = true;
  for (int i = 0; i < FAILURES; i++) clean = clean && self.failures[i] == 0;
  return clean ? 0 : 1;
}
