/**
 * TOML 1.1 documents as a flat list of nodes that remember where they stand: a C face of toml++.
 *
 * A document is parsed once and then only read, from any thread. Nothing throws.
 */
#ifndef CTOML_H
#define CTOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ctoml_kind {
  ctoml_table,
  ctoml_array,
  ctoml_string,
  ctoml_integer,
  ctoml_float,
  ctoml_boolean,
  /** A date, a time, or both: `text` holds it in the form of RFC 3339. */
  ctoml_datetime
} ctoml_kind;

/** One key and value, or one element of an array. Lives as long as its document. */
typedef struct ctoml_node {
  ctoml_kind kind;
  /** A table between braces, or an array between brackets; not one that a header opened. */
  bool is_inline;
  /** A boolean's value. */
  bool boolean;
  /** UTF-8 without a terminating zero; null for the root and in arrays. */
  const char *key;
  size_t key_count;
  /** A string's or date's UTF-8; null for other kinds. */
  const char *text;
  size_t text_count;
  int64_t integer;
  double real;
  /** How many nodes are directly below a table or array. */
  size_t child_count;
  /** From 1, columns in Unicode scalars; 0 where unknown. */
  uint32_t key_line, key_column;
  uint32_t line, column;
} ctoml_node;

/** Why a text is not TOML. `message` is UTF-8 and may quote the text at that place. */
typedef struct ctoml_error {
  const char *message;
  size_t message_count;
  uint32_t line, column;
} ctoml_error;

typedef struct ctoml_document ctoml_document;

/** Parses; null only where memory ran out. The bytes are not kept. */
ctoml_document *ctoml_parse(const char *bytes, size_t count);

/** The error, or null where the text is TOML. Lives as long as the document. */
const ctoml_error *ctoml_document_error(const ctoml_document *document);

/**
 * The nodes in pre-order, the root table first: a table's or array's children follow it, each
 * followed by its own. Tables are in the order of the text. Null after an error.
 */
const ctoml_node *ctoml_document_nodes(const ctoml_document *document, size_t *count);

void ctoml_document_free(ctoml_document *document);

#ifdef __cplusplus
}
#endif

#endif
