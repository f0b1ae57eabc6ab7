#define _GNU_SOURCE
#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char accepts[] = "Accept: application/json, text/event-stream\r\n"
                              "Content-Type: application/json\r\n";

static request post(const char *host, const char *path, const char *fields, const char *body) {
  request out = {0};
  int n = asprintf(&out.bytes, "POST %s HTTP/1.1\r\nHost: %s\r\n%s%sContent-Length: %zu\r\n\r\n%s",
                   path, host, accepts, fields, strlen(body), body);
  if (n < 0) abort();
  out.count = (size_t)n;
  const char *id = strstr(out.bytes, "\"id\":100000000");
  out.id = id == NULL ? 0 : (size_t)(id - out.bytes) + 5;
  return out;
}

request request_call(const char *host, const char *path, const char *tool, const char *arguments,
                     const char *extra) {
  char *body = NULL;
  char *fields = NULL;
  if (asprintf(&body,
               "{\"jsonrpc\":\"2.0\",\"id\":100000000,\"method\":\"tools/call\",\"params\":"
               "{\"name\":\"%s\",\"arguments\":%s,\"_meta\":{"
               "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
               "\"io.modelcontextprotocol/clientCapabilities\":{}}}}",
               tool, arguments) < 0)
    abort();
  if (asprintf(&fields,
               "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n"
               "Mcp-Name: %s\r\n%s",
               tool, extra) < 0)
    abort();
  request out = post(host, path, fields, body);
  free(body);
  free(fields);
  return out;
}

request request_initialize(const char *host, const char *path, const char *extra) {
  return post(host, path, extra,
              "{\"jsonrpc\":\"2.0\",\"id\":100000000,\"method\":\"initialize\",\"params\":{"
              "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"
              "\"clientInfo\":{\"name\":\"metis-load\",\"version\":\"1\"}}}");
}

request request_initialized(const char *host, const char *path, const char *session,
                            const char *extra) {
  char *fields = NULL;
  if (asprintf(&fields, "MCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: %s\r\n%s", session,
               extra) < 0)
    abort();
  request out = post(host, path, fields,
                     "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
  free(fields);
  return out;
}

request request_stream(const char *host, const char *path, const char *session,
                       const char *extra) {
  request out = {0};
  int n = asprintf(&out.bytes,
                   "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n"
                   "MCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: %s\r\n%s\r\n",
                   path, host, session, extra);
  if (n < 0) abort();
  out.count = (size_t)n;
  return out;
}

request request_file(const char *file) {
  request out = {0};
  FILE *stream = fopen(file, "rb");
  if (stream == NULL) {
    fprintf(stderr, "metis-load: %s: %m\n", file);
    exit(2);
  }
  size_t room = 0;
  for (;;) {
    if (out.count == room) {
      room = room == 0 ? 4096 : room * 2;
      out.bytes = realloc(out.bytes, room + 1);
      if (out.bytes == NULL) abort();
    }
    size_t n = fread(out.bytes + out.count, 1, room - out.count, stream);
    if (n == 0) break;
    out.count += n;
  }
  fclose(stream);
  out.bytes[out.count] = 0;
  return out;
}
