#include "nesting.hpp"

#include <vector>

namespace {

/// A bracket that is open, or the text outside all brackets.
struct level {
  bool is_table;
  /// Before `=`: where a dot parts a key.
  bool in_key;
  /// The dots of the key that stands before `=`.
  int dots;
};

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '_';
}

class Scanner {
 public:
  Scanner(std::string_view text, int greatest, const char *too_deep)
      : text(text), greatest(greatest), too_deep(too_deep) {}

  early_error scan() {
    levels.push_back({true, true, 0});
    for (at = 0; at < text.size();) {
      if (depth > greatest) return {too_deep, at};
      const char c = text[at];
      level &top = levels.back();
      if (c == '"' || c == '\'') {
        skip_string(c, !top.in_key);
      } else if (c == '#') {
        skip_line();
      } else if (c == '\n' && levels.size() == 1) {
        begin_key(top);
        ++at;
      } else if (top.in_key) {
        key_byte(c, top);
      } else if (c == '0' && is_hex_float()) {
        return {"hexadecimal floating-point numbers are no TOML", at};
      } else {
        value_byte(c, top);
      }
    }
    return {nullptr, 0};
  }

 private:
  std::string_view text;
  int greatest;
  const char *too_deep;
  size_t at = 0;
  std::vector<level> levels;
  int depth = 1;
  int header_depth = 0;

  void begin_key(level &top) {
    depth -= top.dots;
    top.dots = 0;
    top.in_key = true;
  }

  void key_byte(char c, level &top) {
    ++at;
    if (c == '.') {
      ++top.dots;
      ++depth;
    } else if (c == '=') {
      top.in_key = false;
    } else if (c == '}') {
      close();
    } else if (c == '[' && levels.size() == 1) {
      header();
    }
  }

  void value_byte(char c, level &top) {
    ++at;
    if (c == '[' || c == '{') {
      levels.push_back({c == '{', c == '{', 0});
      ++depth;
    } else if (c == ']' || c == '}') {
      close();
    } else if (c == ',' && top.is_table) {
      begin_key(top);
    }
  }

  void close() {
    if (levels.size() == 1) return;
    depth -= levels.back().dots + 1;
    levels.pop_back();
  }

  /// The parts of `[a.b]` count for everything up to the next header.
  void header() {
    int parts = 1;
    while (at < text.size() && text[at] != '\n' && text[at] != '#' && text[at] != ']') {
      const char c = text[at];
      if (c == '"' || c == '\'') {
        skip_string(c, false);
        continue;
      }
      if (c == '.' || c == '[') ++parts;
      ++at;
    }
    depth += parts - header_depth;
    header_depth = parts;
  }

  void skip_line() {
    const size_t end = text.find('\n', at);
    at = end == std::string_view::npos ? text.size() : end;
  }

  /// Leaves a string that is not closed at its line's end: the parser refuses it there.
  void skip_string(char quote, bool may_span_lines) {
    const bool spans = may_span_lines && at + 2 < text.size() && text[at + 1] == quote &&
                       text[at + 2] == quote;
    at += spans ? 3 : 1;
    while (at < text.size()) {
      const char c = text[at];
      if (c == '\\' && quote == '"') {
        at += 2;
      } else if (c == quote && !spans) {
        ++at;
        return;
      } else if (c == quote && text.substr(at, 3) == std::string_view(quotes(quote))) {
        at += 3;
        // Up to two more quotes belong to the text before the three that close it.
        for (int more = 0; more < 2 && at < text.size() && text[at] == quote; ++more) ++at;
        return;
      } else if (c == '\n' && !spans) {
        return;
      } else {
        ++at;
      }
    }
    // An escape at the end of the text steps over it.
    at = text.size();
  }

  static const char *quotes(char quote) { return quote == '"' ? "\"\"\"" : "'''"; }

  bool is_hex_float() const {
    if (at + 1 >= text.size() || (text[at + 1] != 'x' && text[at + 1] != 'X')) return false;
    size_t end = at + 2;
    while (end < text.size() && is_hex(text[end])) ++end;
    return end < text.size() && (text[end] == '.' || text[end] == 'p' || text[end] == 'P');
  }
};

}  // namespace

early_error find_early_error(std::string_view text, int greatest, const char *too_deep) {
  return Scanner(text, greatest, too_deep).scan();
}
