extension JSONWriter where Sink: ~Copyable {
  /// Writes UTF-8 as a string with its quotes: runs that need no escape are copied whole.
  @inlinable
  mutating func quote(_ utf8: UnsafeRawBufferPointer) {
    sink.append(UInt8(ascii: "\""))
    var start = 0
    while start < utf8.count {
      let end = StringEscaping.end(ofPlainRun: utf8, from: start)
      if end > start {
        sink.append(contentsOf: UnsafeRawBufferPointer(rebasing: utf8[start..<end]))
      }
      guard end < utf8.count else { break }
      escape(utf8[end])
      start = end + 1
    }
    sink.append(UInt8(ascii: "\""))
  }

  @usableFromInline
  mutating func escape(_ byte: UInt8) {
    sink.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): sink.append(byte)
    case 0x08: sink.append(UInt8(ascii: "b"))
    case 0x09: sink.append(UInt8(ascii: "t"))
    case 0x0a: sink.append(UInt8(ascii: "n"))
    case 0x0c: sink.append(UInt8(ascii: "f"))
    case 0x0d: sink.append(UInt8(ascii: "r"))
    default:
      for digit in [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")] { sink.append(digit) }
      for digit in [byte >> 4, byte & 15] {
        sink.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    }
  }

  /// Writes the decimal digits of `integer`.
  @inlinable
  mutating func digits(_ integer: some FixedWidthInteger) {
    guard integer.bitWidth <= 64 else {
      var text = String(integer)
      text.withUTF8 { sink.append(contentsOf: UnsafeRawBufferPointer($0)) }
      return
    }
    var magnitude = UInt64(integer.magnitude)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
      var first = 20
      repeat {
        first -= 1
        let (quotient, digit) = magnitude.quotientAndRemainder(dividingBy: 10)
        buffer[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
        magnitude = quotient
      } while magnitude > 0
      if integer < 0 { sink.append(UInt8(ascii: "-")) }
      sink.append(
        contentsOf: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[first...])))
    }
  }

  /// Writes a tree.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let bool): self.value(bool)
    case .number(let number): self.value(number)
    case .string(let string): self.value(string)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let object):
      beginObject()
      for (name, member) in object {
        key(name)
        self.value(member)
      }
      endObject()
    }
  }

  /// Writes a number as its text.
  public mutating func value(_ number: JSONNumber) {
    switch number.storage {
    case .int(let int): value(int)
    case .double(let double): value(double)
    case .text(let text): verbatim(text)
    }
  }
}

/// The search for bytes that a JSON string must escape.
@usableFromInline
enum StringEscaping {
  /// Where the run from `start` that needs no escape ends.
  @usableFromInline
  static func end(ofPlainRun utf8: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start
    while utf8.count - index >= 8 {
      let word = UInt64(littleEndian: utf8.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      // Bytes that are not ASCII are stopped at too, and passed one by one below.
      let special = JSONText.special(word)
      guard special == 0 else {
        index += special.trailingZeroBitCount >> 3
        guard utf8[index] >= 0x80 else { return index }
        repeat { index += 1 } while index < utf8.count && utf8[index] >= 0x80
        continue
      }
      index += 8
    }
    while index < utf8.count {
      let byte = utf8[index]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
      index += 1
    }
    return index
  }
}

extension JSONValue: CustomStringConvertible {
  /// The value as compact JSON text.
  public var description: String { String(decoding: jsonBytes(), as: UTF8.self) }

  /// The value as JSON text in UTF-8: compact, or for people with two spaces a level.
  public func jsonBytes(pretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(pretty: pretty)
    writer.value(self)
    return writer.sink
  }
}

extension JSONObject: CustomStringConvertible {
  /// The object as compact JSON text.
  public var description: String { JSONValue.object(self).description }
}
