import Foundation

/// Cutting examples that show alternatives into documents of their own.
extension Example {
  /// A text whose top-level key `steps:` stands several times: one document each. Every other text
  /// as it is.
  static func alternatives(_ text: String) -> [String] {
    let lines = text.components(separatedBy: "\n")
    let starts = lines.indices.filter { lines[$0] == "steps:" }
    guard starts.count > 1 else { return [text] }
    let head = lines[..<starts[0]]
    return starts.indices.map { index in
      let end = index + 1 < starts.count ? starts[index + 1] : lines.count
      return (head + lines[starts[index]..<end]).joined(separator: "\n")
    }
  }

  /// A lone list of a model's fields where it belongs; every other text as it is.
  static func underFields(_ text: String) -> String {
    let first = text.components(separatedBy: "\n").first { !$0.isEmpty && !$0.hasPrefix("#") }
    return first?.hasPrefix("- ") == true ? "fields:\n" + text : text
  }

  /// The parts of a text that stand before, between and behind lines that begin with `markers`.
  static func cut(_ text: String, at markers: String...) -> [String] {
    var parts: [[String]] = [[]]
    for line in text.components(separatedBy: "\n") {
      if markers.contains(where: line.hasPrefix) {
        parts.append([])
      } else {
        parts[parts.count - 1].append(line)
      }
    }
    return parts.map { $0.joined(separator: "\n") }
  }

  /// The tables of a TOML text whose headers begin with `prefix`, and what stands below them.
  static func tables(_ text: String, _ isWanted: (String) -> Bool) -> String {
    var isIn = false
    return text.components(separatedBy: "\n").filter { line in
      if line.hasPrefix("[") { isIn = isWanted(line) }
      return isIn
    }.joined(separator: "\n")
  }
}
