#define _GNU_SOURCE
#include "hold.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "response.h"

enum { ROOM = 65536 };

static int open_waiting(const options *how, unsigned index) {
  int fd = connect_start(how, index);
  if (fd < 0) return -1;
  struct pollfd entry = {.fd = fd, .events = POLLOUT};
  if (poll(&entry, 1, 10000) != 1 || socket_error(fd) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

// Sends a request and reads until its answer is whole (or its stream has begun).
static bool ask(int fd, const request *what, bool endless, char *buffer, response *out) {
  size_t filled = 0;
  const char *bytes = what->bytes;
  size_t count = what->count;
  for (;;) {
    long n = exchange(fd, bytes, count, buffer + filled, ROOM - filled);
    if (n <= 0) return false;
    bytes = "";
    count = 0;
    filled += (size_t)n;
    switch (response_parse(buffer, filled, endless, out)) {
    case RESPONSE_WHOLE: return !endless;
    case RESPONSE_STREAM: return endless;
    case RESPONSE_MALFORMED: return false;
    case RESPONSE_PARTIAL: break;
    }
    if (filled == ROOM) return false;
  }
}

// The legacy handshake on a connection, then GET: the stream stays open on it.
static int open_stream(const options *how, unsigned index, char *buffer) {
  int fd = open_waiting(how, index);
  if (fd < 0) return -1;
  response answer;
  char session[512] = "";
  request hello = request_initialize(how->host, how->path, how->extra);
  bool good = ask(fd, &hello, false, buffer, &answer) && answer.status == 200 &&
              answer.session_length > 0 && answer.session_length < sizeof session;
  free(hello.bytes);
  if (good) {
    memcpy(session, answer.session, answer.session_length);
    request done = request_initialized(how->host, how->path, session, how->extra);
    good = ask(fd, &done, false, buffer, &answer) && answer.status == 202;
    free(done.bytes);
  }
  if (good) {
    request stream = request_stream(how->host, how->path, session, how->extra);
    good = ask(fd, &stream, true, buffer, &answer) && answer.status == 200;
    free(stream.bytes);
  }
  if (good) return fd;
  close(fd);
  return -1;
}

// How many events a stream has received; -1 where it has ended.
static long drain_stream(int fd, char *buffer) {
  long events = 0;
  for (;;) {
    ssize_t n = recv(fd, buffer, ROOM, MSG_DONTWAIT);
    if (n < 0) return errno == EAGAIN ? events : -1;
    if (n == 0) return -1;
    for (char *at = buffer; (at = memmem(at, (size_t)(buffer + n - at), "data:", 5)) != NULL; at += 5)
      events += 1;
  }
}

int hold(const options *how) {
  size_t wanted = how->streams > 0 ? how->streams : how->idle;
  char *buffer = malloc(ROOM);
  int *open = malloc(wanted * sizeof *open);
  if (buffer == NULL || open == NULL) abort();
  size_t count = 0, failed = 0;
  int error = 0;
  uint64_t start = now_ns();
  for (size_t i = 0; i < wanted; i++) {
    int fd = how->streams > 0 ? open_stream(how, (unsigned)i, buffer)
                              : open_waiting(how, (unsigned)i);
    if (fd >= 0) {
      open[count++] = fd;
      continue;
    }
    error = errno;
    // A server that refuses everything is not asked ten thousand times.
    if (++failed > 100) break;
  }
  printf("{\"open\":%zu,\"failed\":%zu,\"seconds\":%.3f,\"error\":\"%s\"}\n", count, failed,
         (double)(now_ns() - start) / 1e9, failed > 0 ? strerror(error) : "");
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) continue;
  size_t alive = 0, answered = 0;
  long events = 0;
  for (size_t i = 0; i < count; i++) {
    response answer;
    if (how->streams > 0) {
      long n = drain_stream(open[i], buffer);
      if (n >= 0) {
        alive += 1;
        events += n;
      }
    } else if (how->request.count > 0) {
      if (ask(open[i], &how->request, false, buffer, &answer)) {
        alive += 1;
        answered += answer.status == how->status;
      }
    }
    close(open[i]);
  }
  printf("{\"alive\":%zu,\"answered\":%zu,\"events\":%ld}\n", alive, answered, events);
  free(open);
  free(buffer);
  return failed == 0 && alive == count ? 0 : 1;
}
