import Glibc

extension UnsafeRawBufferPointer {
  /// Whether these bytes are the text `other`.
  @inline(__always)
  public func equals(_ other: StaticString) -> Bool {
    count == other.utf8CodeUnitCount
      && (count == 0 || memcmp(baseAddress!, other.utf8Start, count) == 0)
  }

  /// Whether these bytes are the lower-case ASCII text `other` without regard to case
  /// (field names and tokens of RFC 9110 section 5.1).
  public func equalsIgnoringCase(_ other: StaticString) -> Bool {
    guard count == other.utf8CodeUnitCount else { return false }
    let expected = other.utf8Start
    for index in 0..<count {
      var byte = self[index]
      if byte &- 0x41 < 26 { byte |= 0x20 }
      if byte != expected[index] { return false }
    }
    return true
  }

  /// These bytes without spaces and tabs at both ends (OWS of RFC 9110 section 5.6.3).
  public var trimmed: UnsafeRawBufferPointer {
    var low = 0
    var high = count
    while low < high, self[low] == 0x20 || self[low] == 0x09 { low += 1 }
    while high > low, self[high - 1] == 0x20 || self[high - 1] == 0x09 { high -= 1 }
    return UnsafeRawBufferPointer(rebasing: self[low..<high])
  }

  /// The bytes as text; malformed UTF-8 is shown with replacement characters.
  public var text: String { String(decoding: self, as: UTF8.self) }
}
