// Debian ships llhttp as source (package node-llhttp); this file is its only compilation unit.
#include "/usr/share/include/llhttp/llhttp.h"

#include "/usr/share/llhttp/api.c"
#include "/usr/share/llhttp/http.c"
#include "/usr/share/llhttp/llhttp.c"
