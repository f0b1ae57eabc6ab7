/// A set of versions, as a requirement states it: `>=1.2.0 <2.0.0`, `^1.2`, `~1.2.3`, `1.2.3`, `*`.
///
/// Comparators between spaces must all hold; alternatives stand between `||`. As in npm, `^`
/// keeps the leftmost number that is not 0, `~` keeps the minor, and parts left out stand for
/// every number. A pre-release is in the range only where a comparator of its alternative names
/// a pre-release of the same three numbers, or the alternative is `*`.
public struct VersionRange: Sendable, Hashable, CustomStringConvertible {
  private enum Relation: Sendable, Hashable {
    case less, lessOrEqual, greater, greaterOrEqual, equal
  }

  private struct Bound: Sendable, Hashable {
    var relation: Relation
    var version: SemanticVersion
  }

  /// The range as it was written.
  public let description: String
  /// Any of them is enough; all bounds of one must hold. An empty one holds for every version.
  private var alternatives: [[Bound]] = []

  /// Reads a range; nil where the text is none.
  public init?(_ text: String) {
    guard text.utf8.count <= 1024 else { return nil }
    description = text
    var rest = Substring(text)
    while true {
      var part = rest
      var next: Substring?
      var index = rest.startIndex
      while index < rest.endIndex {
        if rest[index...].hasPrefix("||") {
          part = rest[..<index]
          next = rest[rest.index(index, offsetBy: 2)...]
          break
        }
        index = rest.index(after: index)
      }
      guard let bounds = Self.bounds(part) else { return nil }
      alternatives.append(bounds)
      guard let next else { break }
      rest = next
    }
  }

  /// Whether `version` is in the range.
  public func contains(_ version: SemanticVersion) -> Bool {
    alternatives.contains { bounds in
      guard bounds.allSatisfy({ Self.holds($0, version) }) else { return false }
      if version.prerelease.isEmpty || bounds.isEmpty { return true }
      return bounds.contains {
        !$0.version.prerelease.isEmpty && $0.version.major == version.major
          && $0.version.minor == version.minor && $0.version.patch == version.patch
      }
    }
  }

  private static func holds(_ bound: Bound, _ version: SemanticVersion) -> Bool {
    switch bound.relation {
    case .less: version < bound.version
    case .lessOrEqual: version <= bound.version
    case .greater: version > bound.version
    case .greaterOrEqual: version >= bound.version
    case .equal: version == bound.version
    }
  }

  /// The bounds of one alternative; nil where a comparator is malformed or there is none.
  private static func bounds(_ text: Substring) -> [Bound]? {
    var bounds: [Bound] = []
    var pending = ""
    var seen = false
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\t" }) {
      let token = pending + word
      pending = ""
      if token.allSatisfy({ "<>=^~".contains($0) }) {
        // An operator that stands apart from its version: `>= 1.2`.
        pending = token
        continue
      }
      guard let more = comparator(token) else { return nil }
      bounds += more
      seen = true
    }
    return seen && pending.isEmpty ? bounds : nil
  }

  private static func comparator(_ token: String) -> [Bound]? {
    for sign in [">=", "<=", ">", "<", "=", "^", "~"] where token.hasPrefix(sign) {
      guard let partial = PartialVersion(String(token.dropFirst(sign.count))) else { return nil }
      return bounds(sign, partial)
    }
    guard let partial = PartialVersion(token) else { return nil }
    return bounds("=", partial)
  }

  private static func bounds(_ sign: String, _ partial: PartialVersion) -> [Bound] {
    let floor = partial.floor
    let isWhole = partial.patch != nil
    /// From `floor` on, and below `end` where there is an end.
    func span(_ end: SemanticVersion?) -> [Bound] {
      var bounds = [Bound(relation: .greaterOrEqual, version: floor)]
      if let end { bounds.append(Bound(relation: .less, version: end)) }
      return bounds
    }
    switch sign {
    case ">=": return [Bound(relation: .greaterOrEqual, version: floor)]
    case "<": return [Bound(relation: .less, version: floor)]
    case ">":
      if isWhole { return [Bound(relation: .greater, version: floor)] }
      // Above everything that `*` matches there is nothing.
      guard let end = partial.ceiling else { return [Bound(relation: .less, version: floor)] }
      return [Bound(relation: .greaterOrEqual, version: end)]
    case "<=":
      if isWhole { return [Bound(relation: .lessOrEqual, version: floor)] }
      return partial.ceiling.map { [Bound(relation: .less, version: $0)] } ?? []
    case "^":
      guard let major = partial.major else { return [] }
      if major > 0 || partial.minor == nil {
        return span(PartialVersion.after(major).map { SemanticVersion($0, 0, 0) })
      }
      let minor = partial.minor ?? 0
      if minor > 0 || partial.patch == nil {
        return span(PartialVersion.after(minor).map { SemanticVersion(0, $0, 0) })
      }
      return span(partial.ceiling)
    case "~":
      guard let major = partial.major else { return [] }
      guard let minor = partial.minor else { return span(partial.ceiling) }
      return span(PartialVersion.after(minor).map { SemanticVersion(major, $0, 0) })
    default:
      if isWhole { return [Bound(relation: .equal, version: floor)] }
      return partial.major == nil ? [] : span(partial.ceiling)
    }
  }
}
