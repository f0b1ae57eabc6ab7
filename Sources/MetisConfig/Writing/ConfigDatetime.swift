/// What a date or time of TOML says (TOML 1.1, from "Offset Date-Time" to "Local Time").
public enum ConfigDatetimeKind: String, Sendable, Hashable, CaseIterable {
  /// A point in time: `1979-05-27T07:32:00Z`.
  case offsetDateTime = "datetime"
  /// A date and a time of day without an offset: `1979-05-27T07:32:00`.
  case localDateTime = "datetime-local"
  /// A date: `1979-05-27`.
  case localDate = "date-local"
  /// A time of day: `07:32:00`.
  case localTime = "time-local"

  /// The kind of `text`, the form of RFC 3339 or a part of it; nil where it is none. Says nothing of
  /// how many days a month has.
  public init?(_ text: String) {
    var rest = Array(text.utf8)[...]
    let hasDate = Self.take(&rest, "dddd-dd-dd")
    if hasDate {
      if rest.isEmpty {
        self = .localDate
        return
      }
      guard let separator = rest.popFirst(),
        separator | 0x20 == UInt8(ascii: "t") || separator == 0x20
      else { return nil }
    }
    guard Self.take(&rest, "dd:dd:dd") else { return nil }
    if rest.first == UInt8(ascii: ".") {
      let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
      guard !digits.isEmpty else { return nil }
      rest = rest.dropFirst(digits.count + 1)
    }
    if rest.isEmpty {
      self = hasDate ? .localDateTime : .localTime
      return
    }
    let isOffset =
      rest.elementsEqual("Z".utf8) || rest.elementsEqual("z".utf8)
      || Self.take(&rest, "+dd:dd") || Self.take(&rest, "-dd:dd")
    guard hasDate, isOffset, rest.count <= 1 else { return nil }
    self = .offsetDateTime
  }

  /// Removes what looks like `pattern`, in which d is a digit, from the front.
  private static func take(_ rest: inout ArraySlice<UInt8>, _ pattern: String) -> Bool {
    guard rest.count >= pattern.utf8.count else { return false }
    for (byte, wanted) in zip(rest, pattern.utf8) {
      let isRight =
        wanted == UInt8(ascii: "d") ? (0x30...0x39).contains(byte) : byte == wanted
      guard isRight else { return false }
    }
    rest = rest.dropFirst(pattern.utf8.count)
    return true
  }
}

extension ConfigValue {
  /// What kind of date or time it is, where it is one.
  public var datetimeKind: ConfigDatetimeKind? {
    if case .datetime(let text) = content { ConfigDatetimeKind(text) } else { nil }
  }
}
