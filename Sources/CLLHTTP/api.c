// Debian ships llhttp as source (package node-llhttp).
#include "/usr/share/llhttp/api.c"
