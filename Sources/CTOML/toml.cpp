#include "CTOML.h"

#include <algorithm>
#include <deque>
#include <new>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 1
// TOML 1.1: line breaks and a last comma in inline tables.
#define TOML_ENABLE_UNRELEASED_FEATURES 1
#include <toml++/toml.h>

struct ctoml_document {
  std::vector<ctoml_node> nodes;
  // A deque: its strings never move, and nodes point into them.
  std::deque<std::string> texts;
  ctoml_error error{};
  bool failed = false;

  const char *keep(std::string text, size_t &count) {
    texts.push_back(std::move(text));
    count = texts.back().size();
    return texts.back().data();
  }

  void fail(std::string message, uint32_t line, uint32_t column) {
    failed = true;
    nodes.clear();
    error.message = keep(std::move(message), error.message_count);
    error.line = line;
    error.column = column;
  }
};

namespace {

// Tables are released one inside the other: the depth of a dotted key is a depth of the stack.
constexpr int greatest_key_depth = 256;

bool is_key_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '"' || c == '\'' || c == ' ' || c == '\t' || c == '[';
}

/// Finds a line that is a key of too many parts; toml++ bounds values, not keys.
bool has_too_deep_key(std::string_view text, uint32_t &line_out) {
  uint32_t line = 1;
  int dots = 0;
  bool in_key = true;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      ++line;
      dots = 0;
      in_key = true;
    } else if (c == '=' || c == '#') {
      in_key = false;
    } else if (c == ',' || c == '{') {
      in_key = true;
      dots = 0;
    } else if (c == '.') {
      if (i > 0 && text[i - 1] == '.') dots = 0;
      if (in_key && ++dots > greatest_key_depth) {
        line_out = line;
        return true;
      }
    } else if (!is_key_byte(c)) {
      dots = 0;
    }
  }
  return false;
}

template <typename T>
std::string printed(const T &value) {
  std::ostringstream stream;
  stream << value;
  return stream.str();
}

class Flattener {
 public:
  explicit Flattener(ctoml_document &document) : document(document) {}

  void table(const toml::table &table, const toml::key *key) {
    const size_t place = open(table, ctoml_table, key, table.size());
    document.nodes[place].is_inline = table.is_inline();
    struct entry {
      const toml::key *key;
      const toml::node *value;
    };
    std::vector<entry> entries;
    entries.reserve(table.size());
    for (auto it = table.cbegin(); it != table.cend(); ++it)
      entries.push_back({&it->first, &it->second});
    std::sort(entries.begin(), entries.end(), [](const entry &left, const entry &right) {
      const auto a = left.key->source().begin, b = right.key->source().begin;
      return a.line != b.line ? a.line < b.line : a.column < b.column;
    });
    for (const auto &entry : entries) value(*entry.value, entry.key);
  }

 private:
  ctoml_document &document;

  size_t open(const toml::node &node, ctoml_kind kind, const toml::key *key, size_t children) {
    ctoml_node out{};
    out.kind = kind;
    out.child_count = children;
    out.line = node.source().begin.line;
    out.column = node.source().begin.column;
    if (key) {
      out.key = document.keep(std::string(key->str()), out.key_count);
      out.key_line = key->source().begin.line;
      out.key_column = key->source().begin.column;
    }
    document.nodes.push_back(out);
    return document.nodes.size() - 1;
  }

  void value(const toml::node &node, const toml::key *key) {
    switch (node.type()) {
      case toml::node_type::table:
        table(*node.as_table(), key);
        break;
      case toml::node_type::array: {
        const auto &array = *node.as_array();
        const size_t place = open(node, ctoml_array, key, array.size());
        document.nodes[place].is_inline = true;
        for (const auto &element : array) {
          value(element, nullptr);
        }
        break;
      }
      case toml::node_type::string: {
        const size_t place = open(node, ctoml_string, key, 0);
        text(place, node.as_string()->get());
        break;
      }
      case toml::node_type::integer:
        document.nodes[open(node, ctoml_integer, key, 0)].integer = node.as_integer()->get();
        break;
      case toml::node_type::floating_point:
        document.nodes[open(node, ctoml_float, key, 0)].real = node.as_floating_point()->get();
        break;
      case toml::node_type::boolean:
        document.nodes[open(node, ctoml_boolean, key, 0)].boolean = node.as_boolean()->get();
        break;
      case toml::node_type::date:
        text(open(node, ctoml_datetime, key, 0), printed(node.as_date()->get()));
        break;
      case toml::node_type::time:
        text(open(node, ctoml_datetime, key, 0), printed(node.as_time()->get()));
        break;
      case toml::node_type::date_time:
        text(open(node, ctoml_datetime, key, 0), printed(node.as_date_time()->get()));
        break;
      case toml::node_type::none:
        break;
    }
  }

  void text(size_t place, std::string text) {
    size_t count = 0;
    const char *bytes = document.keep(std::move(text), count);
    document.nodes[place].text = bytes;
    document.nodes[place].text_count = count;
  }
};

}  // namespace

ctoml_document *ctoml_parse(const char *bytes, size_t count) {
  ctoml_document *document = nullptr;
  try {
    document = new ctoml_document();
    const std::string_view text(bytes ? bytes : "", bytes ? count : 0);
    uint32_t line = 0;
    if (has_too_deep_key(text, line)) {
      document->fail("a key has more than 256 parts", line, 1);
      return document;
    }
    const auto result = toml::parse(text);
    if (result.failed()) {
      const auto &error = result.error();
      const auto place = error.source().begin;
      document->fail(std::string(error.description()), place.line, place.column);
      return document;
    }
    Flattener(*document).table(result.table(), nullptr);
    return document;
  } catch (...) {
    // Memory ran out: the one thing that can be thrown here.
    delete document;
    return nullptr;
  }
}

const ctoml_error *ctoml_document_error(const ctoml_document *document) {
  return document->failed ? &document->error : nullptr;
}

const ctoml_node *ctoml_document_nodes(const ctoml_document *document, size_t *count) {
  *count = document->nodes.size();
  return document->failed ? nullptr : document->nodes.data();
}

void ctoml_document_free(ctoml_document *document) { delete document; }
