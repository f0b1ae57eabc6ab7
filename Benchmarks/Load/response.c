#define _GNU_SOURCE
#include "response.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

// The value of the field `name` where `line` is that field, trimmed; else null.
static const char *value_of(const char *line, const char *end, const char *name, size_t *length) {
  size_t n = strlen(name);
  if ((size_t)(end - line) <= n || line[n] != ':' || strncasecmp(line, name, n) != 0) return NULL;
  const char *start = line + n + 1;
  while (start < end && (*start == ' ' || *start == '\t')) start++;
  while (end > start && (end[-1] == ' ' || end[-1] == '\t')) end--;
  *length = (size_t)(end - start);
  return start;
}

// The end of a chunked body that starts at `from`, or null where it is not there yet.
static const char *end_of_chunks(const char *from, const char *end, bool *malformed) {
  while (from < end) {
    const char *line = memmem(from, (size_t)(end - from), "\r\n", 2);
    if (line == NULL) return NULL;
    char *stop = NULL;
    unsigned long size = strtoul(from, &stop, 16);
    if (stop == from || size > (64ul << 20)) {
      *malformed = true;
      return NULL;
    }
    const char *next = line + 2 + size + 2;
    if (next > end) return NULL;
    if (size == 0) return next;
    from = next;
  }
  return NULL;
}

response_state response_parse(const char *bytes, size_t count, bool endless, response *out) {
  memset(out, 0, sizeof *out);
  if (count < 12) return RESPONSE_PARTIAL;
  if (memcmp(bytes, "HTTP/1.", 7) != 0) return RESPONSE_MALFORMED;
  const char *head_end = memmem(bytes, count, "\r\n\r\n", 4);
  if (head_end == NULL) return count > 65536 ? RESPONSE_MALFORMED : RESPONSE_PARTIAL;
  out->status = atoi(bytes + 9);
  out->close = bytes[7] == '0';
  long content_length = -1;
  bool chunked = false;
  const char *line = memmem(bytes, (size_t)(head_end - bytes) + 2, "\r\n", 2);
  line += 2;
  while (line < head_end + 2) {
    const char *end = memmem(line, (size_t)(head_end + 2 - line), "\r\n", 2);
    size_t n = 0;
    const char *value = NULL;
    switch (*line | 0x20) {
    case 'c':
      if ((value = value_of(line, end, "content-length", &n)) != NULL)
        content_length = strtol(value, NULL, 10);
      else if ((value = value_of(line, end, "connection", &n)) != NULL)
        out->close = n == 5 && strncasecmp(value, "close", 5) == 0;
      break;
    case 't':
      if ((value = value_of(line, end, "transfer-encoding", &n)) != NULL) chunked = true;
      break;
    case 'm':
      if ((value = value_of(line, end, "mcp-session-id", &n)) != NULL) {
        out->session = value;
        out->session_length = n;
      }
      break;
    default:
      break;
    }
    line = end + 2;
  }
  out->body = head_end + 4;
  size_t head = (size_t)(out->body - bytes);
  if (chunked) {
    if (endless) {
      out->length = head;
      return RESPONSE_STREAM;
    }
    bool malformed = false;
    const char *end = end_of_chunks(out->body, bytes + count, &malformed);
    if (malformed) return RESPONSE_MALFORMED;
    if (end == NULL) return RESPONSE_PARTIAL;
    out->body_length = (size_t)(end - out->body);
  } else if (content_length >= 0) {
    if (count - head < (size_t)content_length) return RESPONSE_PARTIAL;
    out->body_length = (size_t)content_length;
  } else if (out->status == 202 || out->status == 204 || out->status == 304) {
    out->body_length = 0;
  } else if (endless) {
    out->length = head;
    return RESPONSE_STREAM;
  } else {
    // Ends with the connection: this generator does not accept that from a server under test.
    return RESPONSE_MALFORMED;
  }
  out->length = head + out->body_length;
  return RESPONSE_WHOLE;
}
