extension Filter {
  /// Filters of texts.
  static let textFilters = [
    mapping("upper") { $0.uppercased() },
    mapping("lower") { $0.lowercased() },
    mapping("capitalize") { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() },
    mapping("title") { titled($0) },
    mapping("trim") { trimmed($0, start: true, end: true) },
    mapping("trim_start") { trimmed($0, start: true, end: false) },
    mapping("trim_end") { trimmed($0, start: false, end: true) },
    Filter("truncate", ["length?", "end?"]) { input, evaluation throws(Fault) in
      let text = try input.text()
      let length = max(0, try input.int(0, 255))
      guard text.count > length else { return input.value }
      let cut = text.prefix(length) + (try input.text(1, "…"))
      try evaluation.charge(cut.utf8.count, at: input.offset)
      return .string(String(cut))
    },
    Filter("replace", ["from", "to"]) { input, evaluation throws(Fault) in
      let parts = pieces(try input.text(), try input.text(0))
      return .string(try join(parts, try input.text(1), input, &evaluation))
    },
    Filter("split", ["pat"]) { input, evaluation throws(Fault) in
      let parts = pieces(try input.text(), try input.text(0))
      let result = JSONValue.array(parts.map { .string($0) })
      try evaluation.charge(result, at: input.offset)
      return result
    },
    Filter("wordcount") { input, evaluation throws(Fault) in
      JSONValue(try input.text().split(whereSeparator: \.isWhitespace).count)
    },
  ]

  /// A filter that makes a text of about the same length of a text.
  private static func mapping(
    _ name: String, _ transform: @escaping @Sendable (String) -> String
  ) -> Filter {
    Filter(name) { input, evaluation throws(Fault) in
      let text = try input.text()
      try evaluation.charge(text.utf8.count, at: input.offset)
      return .string(transform(text))
    }
  }

  /// `parts` with `separator` between them, whose size is counted first.
  static func join(
    _ parts: [String], _ separator: String, _ input: FilterInput, _ evaluation: inout Evaluation
  ) throws(Fault) -> String {
    var size = parts.reduce(0) { $0 + $1.utf8.count }
    let (separators, overflow) = separator.utf8.count
      .multipliedReportingOverflow(by: max(parts.count - 1, 0))
    size = overflow ? .max : size.addingReportingOverflow(separators).partialValue
    try evaluation.charge(size < 0 ? .max : size, at: input.offset)
    return parts.joined(separator: separator)
  }

  /// The parts of `text` between the places of `separator`; the whole text where that is empty.
  private static func pieces(_ text: String, _ separator: String) -> [String] {
    let separator = Array(separator.utf8)
    guard !separator.isEmpty else { return [text] }
    var rest = Array(text.utf8)[...]
    var parts: [String] = []
    for place in TextSearch.all(rest, separator) {
      parts.append(String(decoding: rest[rest.startIndex..<place], as: UTF8.self))
      rest = rest[(place + separator.count)...]
    }
    return parts + [String(decoding: rest, as: UTF8.self)]
  }

  private static func trimmed(_ text: String, start: Bool, end: Bool) -> String {
    var slice = text[...]
    if start { slice = slice.drop(while: \.isWhitespace) }
    if end { while slice.last?.isWhitespace ?? false { slice.removeLast() } }
    return String(slice)
  }

  private static func titled(_ text: String) -> String {
    var result = ""
    var startsWord = true
    for character in text {
      result += startsWord ? character.uppercased() : character.lowercased()
      startsWord = !(character.isLetter || character.isNumber)
    }
    return result
  }
}
