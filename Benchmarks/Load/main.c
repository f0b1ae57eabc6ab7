// metis-load: a load generator for MCP over HTTP that is light on the machine and checks every
// answer. One thread; all connections on one epoll.
#include "connection.h"
#include "hold.h"
#include "measure.h"
#include "options.h"

int main(int argc, char **argv) {
  options how;
  options_parse(argc, argv, &how);
  raise_file_limit();
  return how.idle > 0 || how.streams > 0 ? hold(&how) : measure(&how);
}
