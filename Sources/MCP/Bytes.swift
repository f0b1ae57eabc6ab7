public import Glibc

extension UnsafeRawBufferPointer {
  /// Whether these bytes are the text `other`.
  @inlinable @inline(__always)
  public func equals(_ other: StaticString) -> Bool {
    // The count is the literal's, so that the comparison is made in place.
    let expected = other.utf8CodeUnitCount
    return count == expected
      && (expected == 0 || memcmp(baseAddress.unsafelyUnwrapped, other.utf8Start, expected) == 0)
  }

  /// Whether these bytes, a token (RFC 9110 section 5.6.2), are the lower-case text `other` of
  /// letters, digits and `-`, without regard to case.
  ///
  /// Eight bytes at a time: the bit that tells cases apart is set in all of them, which makes no
  /// other character of a token equal to one of `other`'s.
  @inlinable @inline(__always)
  public func equalsIgnoringCase(_ other: StaticString) -> Bool {
    // The count is the literal's, so that the comparison is made in place. The last word overlaps
    // the one before it.
    let length = other.utf8CodeUnitCount
    guard count == length, let bytes = baseAddress else { return false }
    let expected = UnsafeRawPointer(other.utf8Start)
    var offset = 0
    if length >= 8 {
      while offset &+ 8 < length {
        guard
          Self.equalIgnoringCase(bytes + offset, expected + offset, 0x2020_2020_2020_2020 as UInt64)
        else { return false }
        offset &+= 8
      }
      offset = length &- 8
      return Self.equalIgnoringCase(
        bytes + offset, expected + offset, 0x2020_2020_2020_2020 as UInt64)
    }
    if length >= 4 {
      offset = length &- 4
      return Self.equalIgnoringCase(bytes, expected, 0x2020_2020 as UInt32)
        && Self.equalIgnoringCase(bytes + offset, expected + offset, 0x2020_2020 as UInt32)
    }
    while offset < length {
      guard Self.equalIgnoringCase(bytes + offset, expected + offset, 0x20 as UInt8)
      else { return false }
      offset &+= 1
    }
    return true
  }

  /// Whether two words are equal but for the bits of `mask`.
  @inlinable @inline(__always)
  static func equalIgnoringCase<Word: FixedWidthInteger & BitwiseCopyable>(
    _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ mask: Word
  ) -> Bool {
    left.loadUnaligned(as: Word.self) | mask == right.loadUnaligned(as: Word.self) | mask
  }

  /// Whether the text `other` stands somewhere in these bytes.
  func contains(_ other: StaticString) -> Bool {
    let wanted = other.utf8CodeUnitCount
    guard let start = baseAddress, wanted > 0 else { return false }
    var place = 0
    while place + wanted <= count,
      let found = memchr(start + place, Int32(other.utf8Start.pointee), count - place)
    {
      place = UnsafeRawPointer(found) - start
      if place + wanted <= count, memcmp(found, other.utf8Start, wanted) == 0 { return true }
      place += 1
    }
    return false
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
