/// Resolves the escapes of validated string content (RFC 8259, section 7).
enum StringDecoding {
  /// The string whose content is `raw`, in UTF-8 without escapes. A result is never longer than
  /// its escaped form.
  static func string(_ raw: UnsafeRawBufferPointer) -> String {
    String(unsafeUninitializedCapacity: raw.count) { buffer in
      var count = 0
      decode(raw) { byte in
        buffer[count] = byte
        count += 1
      }
      return count
    }
  }

  /// Gives `emit` each byte of the decoded string in order. `raw` must be validated content.
  @inline(__always)
  static func decode(_ raw: UnsafeRawBufferPointer, _ emit: (UInt8) -> Void) {
    var index = 0
    while index < raw.count {
      let byte = raw[index]
      guard byte == UInt8(ascii: "\\") else {
        emit(byte)
        index += 1
        continue
      }
      let name = raw[index + 1]
      index += 2
      switch name {
      case UInt8(ascii: "b"): emit(0x08)
      case UInt8(ascii: "f"): emit(0x0c)
      case UInt8(ascii: "n"): emit(0x0a)
      case UInt8(ascii: "r"): emit(0x0d)
      case UInt8(ascii: "t"): emit(0x09)
      case UInt8(ascii: "u"):
        var scalar = codeUnit(raw, index)
        index += 4
        if scalar & 0xf800 == 0xd800 {
          scalar = 0x10000 + (scalar & 0x3ff) << 10 + codeUnit(raw, index + 2) & 0x3ff
          index += 6
        }
        utf8(scalar, emit)
      default: emit(name)
      }
    }
  }

  private static func codeUnit(_ raw: UnsafeRawBufferPointer, _ index: Int) -> UInt32 {
    var unit: UInt32 = 0
    for offset in 0..<4 { unit = unit << 4 | UInt32(hexValue(raw[index + offset]) ?? 0) }
    return unit
  }

  @inline(__always)
  private static func utf8(_ scalar: UInt32, _ emit: (UInt8) -> Void) {
    func tail(_ shift: UInt32) -> UInt8 {
      0x80 | UInt8(truncatingIfNeeded: scalar >> shift) & 0x3f
    }
    let lead = UInt8.init(truncatingIfNeeded:) as (UInt32) -> UInt8
    switch scalar {
    case 0..<0x80:
      emit(lead(scalar))
    case 0x80..<0x800:
      emit(0xc0 | lead(scalar >> 6))
      emit(tail(0))
    case 0x800..<0x10000:
      emit(0xe0 | lead(scalar >> 12))
      emit(tail(6))
      emit(tail(0))
    default:
      emit(0xf0 | lead(scalar >> 18))
      emit(tail(12))
      emit(tail(6))
      emit(tail(0))
    }
  }
}
