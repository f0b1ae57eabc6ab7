/// A version of Semantic Versioning 2.0.0.
public struct SemanticVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// A dot-separated part of a pre-release (section 9).
  enum Identifier: Sendable, Hashable, Comparable {
    case number(UInt64)
    case text(String)

    /// Numbers stand below texts; numbers in their order, texts in ASCII order (section 11.4).
    static func < (left: Identifier, right: Identifier) -> Bool {
      switch (left, right) {
      case (.number(let left), .number(let right)): left < right
      case (.number, .text): true
      case (.text, .number): false
      case (.text(let left), .text(let right)):
        left.utf8.lexicographicallyPrecedes(right.utf8)
      }
    }
  }

  /// Incompatible changes.
  public let major: UInt64
  /// Compatible additions.
  public let minor: UInt64
  /// Compatible repairs.
  public let patch: UInt64
  let prerelease: [Identifier]
  /// What follows `+`; of no weight in comparisons (section 10).
  public let build: String

  /// A release.
  public init(_ major: UInt64, _ minor: UInt64, _ patch: UInt64) {
    self.init(major, minor, patch, prerelease: [])
  }

  init(
    _ major: UInt64, _ minor: UInt64, _ patch: UInt64, prerelease: [Identifier],
    build: String = ""
  ) {
    self.major = major
    self.minor = minor
    self.patch = patch
    self.prerelease = prerelease
    self.build = build
  }

  /// Reads `1.2.3`, `1.2.3-beta.1`, `1.2.3+abc`; nil where the text is no such version.
  public init?(_ text: String) {
    guard let partial = PartialVersion(text), let minor = partial.minor,
      let patch = partial.patch, let major = partial.major
    else { return nil }
    self.init(
      major, minor, patch, prerelease: partial.prerelease, build: partial.build)
  }

  /// The version as it was written.
  public var description: String {
    var text = "\(major).\(minor).\(patch)"
    if !prerelease.isEmpty {
      text += "-"
      text += prerelease.map { identifier in
        switch identifier {
        case .number(let number): String(number)
        case .text(let part): part
        }
      }.joined(separator: ".")
    }
    return build.isEmpty ? text : text + "+" + build
  }

  /// Precedence (section 11): the build does not count.
  public static func == (left: SemanticVersion, right: SemanticVersion) -> Bool {
    left.major == right.major && left.minor == right.minor && left.patch == right.patch
      && left.prerelease == right.prerelease
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(major)
    hasher.combine(minor)
    hasher.combine(patch)
    hasher.combine(prerelease)
  }

  /// Precedence (section 11).
  public static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
    let numbers = (left.major, left.minor, left.patch)
    let others = (right.major, right.minor, right.patch)
    if numbers != others { return numbers < others }
    // A release stands above its pre-releases.
    if left.prerelease.isEmpty || right.prerelease.isEmpty {
      return !left.prerelease.isEmpty && right.prerelease.isEmpty
    }
    return left.prerelease.lexicographicallyPrecedes(right.prerelease)
  }
}

/// A version in a range, of which parts may be left out: `1`, `1.2`, `1.x`, `1.2.3-rc.1`.
struct PartialVersion {
  var major: UInt64?
  var minor: UInt64?
  var patch: UInt64?
  var prerelease: [SemanticVersion.Identifier] = []
  var build = ""

  /// The longest version text that is read.
  static let limit = 256

  init?(_ text: String) {
    guard !text.isEmpty, text.utf8.count <= Self.limit else { return nil }
    var rest = Substring(text)
    if let plus = rest.firstIndex(of: "+") {
      build = String(rest[rest.index(after: plus)...])
      rest = rest[..<plus]
      guard Self.parts(Substring(build)) != nil else { return nil }
    }
    var pre: Substring?
    if let dash = rest.firstIndex(of: "-") {
      pre = rest[rest.index(after: dash)...]
      rest = rest[..<dash]
    }
    let numbers = rest.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...3).contains(numbers.count) else { return nil }
    var values: [UInt64?] = []
    for number in numbers {
      if number == "x" || number == "X" || number == "*" {
        values.append(nil)
      } else {
        guard let value = Self.number(number), values.allSatisfy({ $0 != nil }) else {
          return nil
        }
        values.append(value)
      }
    }
    major = values[0]
    minor = values.count > 1 ? values[1] : nil
    patch = values.count > 2 ? values[2] : nil
    if let pre {
      guard patch != nil, let parts = Self.parts(pre) else { return nil }
      for part in parts {
        if part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
          guard let number = Self.number(part) else { return nil }
          prerelease.append(.number(number))
        } else {
          prerelease.append(.text(String(part)))
        }
      }
    }
    if !build.isEmpty, patch == nil { return nil }
    if text.hasSuffix("+") { return nil }
  }

  /// The dot-separated identifiers of a pre-release or build; nil where one is empty or holds
  /// another character than [0-9A-Za-z-].
  private static func parts(_ text: Substring) -> [Substring]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    for part in parts {
      guard !part.isEmpty else { return nil }
      for byte in part.utf8 {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d: continue
        default: return nil
        }
      }
    }
    return parts
  }

  /// A number without leading zeros (section 2).
  private static func number(_ text: Substring) -> UInt64? {
    guard !text.isEmpty, text == "0" || !text.hasPrefix("0"),
      text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
    else { return nil }
    return UInt64(text)
  }

  /// The smallest version of these parts.
  var floor: SemanticVersion {
    SemanticVersion(major ?? 0, minor ?? 0, patch ?? 0, prerelease: prerelease)
  }

  /// The smallest version above all that have these parts; nil where every version has them, or
  /// the number is the largest there is.
  var ceiling: SemanticVersion? {
    guard let major else { return nil }
    guard let minor else { return Self.after(major).map { SemanticVersion($0, 0, 0) } }
    guard let patch else { return Self.after(minor).map { SemanticVersion(major, $0, 0) } }
    return Self.after(patch).map { SemanticVersion(major, minor, $0) }
  }

  static func after(_ number: UInt64) -> UInt64? {
    number == .max ? nil : number + 1
  }
}
