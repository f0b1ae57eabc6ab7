// Debian ships llhttp as source (package node-llhttp). The strict parser: no bare line feeds,
// no spaces in names, no bytes above 0x7e in targets.
#define LLHTTP_STRICT_MODE 1
#include "/usr/share/llhttp/llhttp.c"
