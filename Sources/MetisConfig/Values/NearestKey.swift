/// The distance of Damerau and Levenshtein (optimal string alignment): how many insertions,
/// removals, replacements and swaps of neighbours make `right` from `left`.
func editDistance(_ left: String, _ right: String) -> Int {
  let left = Array(left.unicodeScalars)
  let right = Array(right.unicodeScalars)
  var beforePrevious = [Int](repeating: 0, count: right.count + 1)
  var previous = Array(0...right.count)
  for (row, scalar) in left.enumerated() {
    var current = [row + 1]
    current.reserveCapacity(right.count + 1)
    for (column, other) in right.enumerated() {
      var best = min(previous[column + 1], current[column]) + 1
      best = min(best, previous[column] + (scalar == other ? 0 : 1))
      if row > 0, column > 0, scalar == right[column - 1], left[row - 1] == other {
        best = min(best, beforePrevious[column - 1] + 1)
      }
      current.append(best)
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[right.count]
}

/// The candidate that `word` was probably meant to be: near enough to be a slip of the hand, or the
/// same but for case, `-` and `_`, the first of equally near ones; else the only one that goes on
/// after `word` with `_`, such as `ttl_ms` after `ttl`.
public func nearest(to word: String, among candidates: [String]) -> String? {
  guard word.unicodeScalars.count <= 64 else { return nil }
  let plain = { (text: String) in text.lowercased().filter { $0 != "-" && $0 != "_" } }
  let target = plain(word)
  let allowed = max(1, target.count / 3)
  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    let distance = editDistance(target, plain(candidate))
    if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  if let best { return best.candidate }
  let longer = candidates.filter { $0.hasPrefix(word + "_") }
  return longer.count == 1 && word.utf8.count > 1 ? longer[0] : nil
}
