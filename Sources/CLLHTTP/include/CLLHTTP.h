#ifndef CLLHTTP_H
#define CLLHTTP_H
#include "/usr/share/include/llhttp/llhttp.h"
#endif
