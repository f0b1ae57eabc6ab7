/// What has to be known of a TOML text before toml++ reads it.
#pragma once

#include <cstddef>
#include <string_view>

/// Something that refuses a text before it is parsed.
struct early_error {
  /// Null where there is nothing to refuse.
  const char *message;
  /// In bytes from the start.
  size_t offset;
};

/// Finds what the parser must not see: nesting that would overflow a stack, because tables are
/// released one inside the other and the parts of a key count as tables (the parser bounds brackets
/// alone), and hexadecimal floating-point numbers, which no version of TOML has.
///
/// `greatest` bounds the tables and arrays that stand inside each other. A text that is no TOML is
/// read right up to the place where the parser stops.
early_error find_early_error(std::string_view text, int greatest, const char *too_deep);
