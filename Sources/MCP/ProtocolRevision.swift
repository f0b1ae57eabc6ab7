/// A revision of the Model Context Protocol, oldest first.
public enum ProtocolRevision: UInt8, CaseIterable, Comparable, Sendable {
  case november2024
  case march2025
  case june2025
  case november2025
  case july2026

  /// The revision that a legacy client gets when it asks for one that is not known.
  public static let newestLegacy = ProtocolRevision.november2025
  /// The revision of the host's internal model.
  public static let newest = ProtocolRevision.july2026

  /// The name on the wire: a date, `2026-07-28`.
  public var name: StaticString {
    switch self {
    case .november2024: "2024-11-05"
    case .march2025: "2025-03-26"
    case .june2025: "2025-06-18"
    case .november2025: "2025-11-25"
    case .july2026: "2026-07-28"
    }
  }

  /// Whether clients of this revision shake hands by `initialize` and keep a session.
  public var isLegacy: Bool { self != .july2026 }

  /// Finds a revision by its name on the wire; nil where it is none of the five.
  public init?(utf8 text: UnsafeRawBufferPointer) {
    guard text.count == 10, let bytes = text.baseAddress else { return nil }
    // The year and month tell the five apart; the rest is compared in full.
    let found: ProtocolRevision
    switch (
      bytes.load(fromByteOffset: 3, as: UInt8.self), bytes.load(fromByteOffset: 6, as: UInt8.self)
    ) {
    case (UInt8(ascii: "6"), UInt8(ascii: "7")): found = .july2026
    case (UInt8(ascii: "5"), UInt8(ascii: "1")): found = .november2025
    case (UInt8(ascii: "5"), UInt8(ascii: "6")): found = .june2025
    case (UInt8(ascii: "5"), UInt8(ascii: "3")): found = .march2025
    case (UInt8(ascii: "4"), UInt8(ascii: "1")): found = .november2024
    default: return nil
    }
    guard text.equals(found.name) else { return nil }
    self = found
  }

  /// Whether the left revision is the older one.
  public static func < (left: ProtocolRevision, right: ProtocolRevision) -> Bool {
    left.rawValue < right.rawValue
  }
}
