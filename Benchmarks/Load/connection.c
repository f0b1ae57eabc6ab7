#define _GNU_SOURCE
#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void raise_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

int connect_start(const options *how, unsigned index) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (how->sources > 1) {
    // The port is chosen at connect, when the kernel knows the whole four-tuple: else each
    // source port could serve one connection only.
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    struct sockaddr_in source = {.sin_family = AF_INET};
    source.sin_addr.s_addr = htonl(0x7f000001u + index % how->sources);
    if (bind(fd, (struct sockaddr *)&source, sizeof source) != 0) {
      close(fd);
      return -1;
    }
  }
  int result = connect(fd, (const struct sockaddr *)&how->address, sizeof how->address);
  if (result == 0 || errno == EINPROGRESS) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

int socket_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

static bool ready(int fd, short events) {
  struct pollfd entry = {.fd = fd, .events = events};
  return poll(&entry, 1, 10000) == 1;
}

long exchange(int fd, const char *bytes, size_t count, char *buffer, size_t room) {
  size_t sent = 0;
  while (sent < count) {
    if (!ready(fd, POLLOUT)) return -1;
    ssize_t n = send(fd, bytes + sent, count - sent, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) return -1;
    if (n > 0) sent += (size_t)n;
  }
  if (!ready(fd, POLLIN)) return -1;
  return recv(fd, buffer, room, 0);
}
