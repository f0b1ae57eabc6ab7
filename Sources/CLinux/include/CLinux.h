// What Swift's Glibc module lacks: epoll, accept4, eventfd, signalfd and the C variadics
// around them.
#ifndef CLINUX_H
#define CLINUX_H

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

// accept4 and pthread_setname_np are GNU extensions, which the importer of Swift does not see.

/** accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC. */
int clinux_accept(int fd, struct sockaddr_storage *address, socklen_t *length);

/** Where the image that holds `address` begins in memory, or null where none does. */
const void *clinux_image_base(const void *address);

/** Names the calling thread; at most 15 bytes count. */
void clinux_name_thread(const char *name);

/** Blocks every signal that can be blocked in the calling thread. */
void clinux_block_signals(void);

/**
 * A counter that runs evenly and costs a few nanoseconds to read: the processor's own where it has
 * one, else CLOCK_MONOTONIC. Only differences mean something; what a tick is has to be measured.
 */
static inline uint64_t clinux_ticks(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t ticks;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
#endif
}

/** epoll_ctl with EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL. */
static inline int clinux_epoll_set(int epoll, int operation, int fd, uint32_t events,
                                   uint64_t data) {
  struct epoll_event event = {.events = events, .data = {.u64 = data}};
  return epoll_ctl(epoll, operation, fd, &event);
}

#endif
