// llhttp 8.1, strict.
#ifndef CLLHTTP_H
#define CLLHTTP_H
#define LLHTTP_STRICT_MODE 1
#include "/usr/share/include/llhttp/llhttp.h"
#endif
