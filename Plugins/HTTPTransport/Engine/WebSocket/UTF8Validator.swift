/// Checks that bytes are UTF-8 (RFC 3629), however they are cut: no overlong forms, no surrogates,
/// nothing above U+10FFFF. A value; one thread.
struct UTF8Validator {
  /// How many bytes the character under way lacks.
  private var missing: UInt8 = 0
  /// The bounds of its next byte.
  private var low: UInt8 = 0x80
  private var high: UInt8 = 0xbf

  /// Whether no character is under way.
  var isComplete: Bool { missing == 0 }

  /// Goes on with `count` bytes; false at the first that cannot stand there.
  mutating func take(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    var place = 0
    while place < count {
      if missing == 0 {
        place = Self.skipASCII(bytes, place, count)
        if place == count { return true }
        guard begin(bytes[place]) else { return false }
      } else {
        let byte = bytes[place]
        guard byte >= low, byte <= high else { return false }
        missing -= 1
        low = 0x80
        high = 0xbf
      }
      place += 1
    }
    return true
  }

  /// The first place from `start` whose byte is not ASCII, eight bytes at a time.
  private static func skipASCII(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int
  ) -> Int {
    let raw = UnsafeRawPointer(bytes)
    var place = start
    while count - place >= 8,
      raw.loadUnaligned(fromByteOffset: place, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
    {
      place += 8
    }
    while place < count, bytes[place] < 0x80 { place += 1 }
    return place
  }

  /// The first byte of a character of more than one.
  private mutating func begin(_ byte: UInt8) -> Bool {
    switch byte {
    case 0xc2...0xdf: missing = 1
    case 0xe0...0xef:
      missing = 2
      if byte == 0xe0 { low = 0xa0 }
      if byte == 0xed { high = 0x9f }
    case 0xf0...0xf4:
      missing = 3
      if byte == 0xf0 { low = 0x90 }
      if byte == 0xf4 { high = 0x8f }
    default: return false
    }
    return true
  }
}
