/// Searching texts by their UTF-8, in linear time whatever they hold (Knuth, Morris and Pratt). UTF-8
/// matches at the borders of characters alone.
enum TextSearch {
  static func contains(_ text: String, _ part: String) -> Bool {
    part.isEmpty || !all(Array(text.utf8)[...], Array(part.utf8), firstOnly: true).isEmpty
  }

  /// The places of `part`, which do not overlap; `part` is not empty.
  static func all(
    _ text: ArraySlice<UInt8>, _ part: [UInt8], firstOnly: Bool = false
  ) -> [Int] {
    var fallback = [Int](repeating: 0, count: part.count)
    var matched = 0
    for index in part.indices.dropFirst() {
      while matched > 0, part[matched] != part[index] { matched = fallback[matched - 1] }
      if part[matched] == part[index] { matched += 1 }
      fallback[index] = matched
    }
    var places: [Int] = []
    matched = 0
    for position in text.indices {
      while matched > 0, part[matched] != text[position] { matched = fallback[matched - 1] }
      if part[matched] == text[position] { matched += 1 }
      guard matched == part.count else { continue }
      places.append(position - matched + 1)
      if firstOnly { break }
      matched = 0
    }
    return places
  }
}
