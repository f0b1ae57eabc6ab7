/// Names in errors.
enum Names {
  /// `expected one of: a, b`.
  static func list(_ known: some Sequence<String>) -> String {
    let known = known.sorted()
    return known.isEmpty ? "which takes none" : "expected one of: \(known.joined(separator: ", "))"
  }

  /// `expected …?` where a known name is near, else some of what there is.
  static func nearest(_ name: String, _ known: some Sequence<String>) -> String {
    let candidates = known.sorted()
    guard !candidates.isEmpty else { return "and nothing is defined here" }
    let best = candidates.lazy.map { ($0, distance(name, $0)) }.min { $0.1 < $1.1 }
    if let best, best.1 <= (name.utf8.count < 4 ? 1 : max(2, min(name.utf8.count, 40) / 3)) {
      return "did you mean `\(best.0)`?"
    }
    let shown = candidates.prefix(24).map { String($0.prefix(40)) }.joined(separator: ", ")
    return "expected one of: \(shown)\(candidates.count > 24 ? ", …" : "")"
  }

  /// How many letters to insert, remove or replace (Levenshtein), over at most 40 bytes.
  private static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left.utf8.prefix(40))
    let right = Array(right.utf8.prefix(40))
    var row = Array(0...right.count)
    for (i, byte) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let above = row[j + 1]
        row[j + 1] = byte == other ? diagonal : 1 + min(diagonal, above, row[j])
        diagonal = above
      }
    }
    return row[right.count]
  }
}
