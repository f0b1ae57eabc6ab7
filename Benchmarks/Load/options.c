#define _GNU_SOURCE
#include "options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: metis-load --url http://HOST:PORT/PATH (--tool NAME | --request FILE) [options]\n"
    "\n"
    "Keeps every connection busy with one request at a time, checks each answer, prints JSON; on\n"
    "SIGINT and SIGTERM what was measured until then.\n"
    "\n"
    "  --tool NAME          a tools/call of MCP 2026-07-28, each with an id of its own that the\n"
    "                       answer has to carry\n"
    "  --arguments JSON     its arguments (default {})\n"
    "  --request FILE       the bytes of a whole HTTP request instead\n"
    "  --header 'N: V'      a further field; may be repeated\n"
    "  --connections N      (default 32)\n"
    "  --duration S         (default 5)\n"
    "  --warmup S           not counted (default 0)\n"
    "  --requests N         stop after N answers\n"
    "  --timeout S          an answer that takes longer is a failure (default 10)\n"
    "  --status N           the status that an answer has to have (default 200)\n"
    "  --expect STRING      what a body has to contain; of several, one suffices\n"
    "  --idle N             open N connections, hold them until standard input ends, then send\n"
    "                       the request once on each and count the answers\n"
    "  --streams N          open N legacy event streams and hold them until standard input ends\n"
    "  --sources N          spread over the source addresses 127.0.0.1 to 127.0.0.N (default 1)\n";

static _Noreturn void refuse(const char *what, const char *value) {
  fprintf(stderr, "metis-load: %s: found \"%s\"\n\n%s", what, value, usage);
  exit(2);
}

static double number(const char *name, const char *text, double least, double most) {
  char *end = NULL;
  double value = strtod(text, &end);
  if (end == text || *end != 0 || !(value >= least && value <= most)) {
    char what[128];
    snprintf(what, sizeof what, "--%s takes a number from %.0f to %.0f", name, least, most);
    refuse(what, text);
  }
  return value;
}

static void parse_url(const char *url, options *out) {
  char name[256];
  int port = 80;
  const char *prefix = "http://";
  if (strncmp(url, prefix, 7) != 0) refuse("--url takes http://HOST:PORT/PATH", url);
  const char *authority = url + 7;
  const char *slash = strchr(authority, '/');
  size_t length = slash == NULL ? strlen(authority) : (size_t)(slash - authority);
  if (length == 0 || length >= sizeof name) refuse("--url takes http://HOST:PORT/PATH", url);
  snprintf(out->host, sizeof out->host, "%.*s", (int)length, authority);
  snprintf(out->path, sizeof out->path, "%s", slash == NULL ? "/" : slash);
  snprintf(name, sizeof name, "%s", out->host);
  char *colon = strchr(name, ':');
  if (colon != NULL) {
    *colon = 0;
    port = (int)number("url's port", colon + 1, 1, 65535);
  }
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  if (getaddrinfo(name, NULL, &hints, &found) != 0 || found == NULL)
    refuse("--url names a host without an IPv4 address", name);
  memcpy(&out->address, found->ai_addr, sizeof out->address);
  out->address.sin_port = htons((uint16_t)port);
  freeaddrinfo(found);
}

static void append_header(options *out, const char *line) {
  if (strchr(line, ':') == NULL) refuse("--header takes 'Name: value'", line);
  char *longer = NULL;
  if (asprintf(&longer, "%s%s\r\n", out->extra, line) < 0) abort();
  free(out->extra);
  out->extra = longer;
}

void options_parse(int argc, char **argv, options *out) {
  static const struct option known[] = {
      {"url", required_argument, NULL, 'u'},      {"tool", required_argument, NULL, 't'},
      {"arguments", required_argument, NULL, 'a'}, {"request", required_argument, NULL, 'r'},
      {"header", required_argument, NULL, 'h'},   {"connections", required_argument, NULL, 'c'},
      {"duration", required_argument, NULL, 'd'}, {"warmup", required_argument, NULL, 'w'},
      {"requests", required_argument, NULL, 'n'}, {"timeout", required_argument, NULL, 'o'},
      {"status", required_argument, NULL, 's'},   {"expect", required_argument, NULL, 'e'},
      {"idle", required_argument, NULL, 'i'},     {"streams", required_argument, NULL, 'm'},
      {"sources", required_argument, NULL, 'S'},  {NULL, 0, NULL, 0}};
  const char *url = NULL, *tool = NULL, *arguments = "{}", *file = NULL;
  *out = (options){.connections = 32, .duration = 5, .timeout = 10, .status = 200, .sources = 1};
  out->extra = strdup("");
  for (;;) {
    int option = getopt_long(argc, argv, "", known, NULL);
    if (option == -1) break;
    switch (option) {
    case 'u': url = optarg; break;
    case 't': tool = optarg; break;
    case 'a': arguments = optarg; break;
    case 'r': file = optarg; break;
    case 'h': append_header(out, optarg); break;
    case 'c': out->connections = (size_t)number("connections", optarg, 1, 60000); break;
    case 'd': out->duration = number("duration", optarg, 0, 86400); break;
    case 'w': out->warmup = number("warmup", optarg, 0, 3600); break;
    case 'n': out->requests = (uint64_t)number("requests", optarg, 1, 1e12); break;
    case 'o': out->timeout = number("timeout", optarg, 0, 3600); break;
    case 's': out->status = (int)number("status", optarg, 100, 599); break;
    case 'i': out->idle = (size_t)number("idle", optarg, 1, 60000); break;
    case 'm': out->streams = (size_t)number("streams", optarg, 1, 60000); break;
    case 'S': out->sources = (unsigned)number("sources", optarg, 1, 250); break;
    case 'e':
      if (out->expected_count == MAX_EXPECTED) refuse("--expect may stand 16 times", optarg);
      out->expected[out->expected_count++] = optarg;
      break;
    default: fputs(usage, stderr); exit(2);
    }
  }
  if (optind < argc) refuse("takes options only", argv[optind]);
  if (url == NULL) refuse("--url is missing", "");
  parse_url(url, out);
  if (file != NULL)
    out->request = request_file(file);
  else if (tool != NULL)
    out->request = request_call(out->host, out->path, tool, arguments, out->extra);
  else if (out->streams == 0)
    refuse("one of --tool and --request is missing", "");
}
