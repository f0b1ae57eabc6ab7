#define _GNU_SOURCE
#include "CLinux.h"

#include <dlfcn.h>
#include <stddef.h>

#include <string.h>

int clinux_accept(int fd, struct sockaddr_storage *address, socklen_t *length) {
  *length = sizeof *address;
  return accept4(fd, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void clinux_name_thread(const char *name) {
  char cut[16] = {0};
  strncpy(cut, name, sizeof cut - 1);
  pthread_setname_np(pthread_self(), cut);
}

void clinux_block_signals(void) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
}

const void *clinux_image_base(const void *address) {
  Dl_info info;
  return dladdr(address, &info) != 0 ? info.dli_fbase : NULL;
}
