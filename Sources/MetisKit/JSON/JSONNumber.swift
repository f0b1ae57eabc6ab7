/// A JSON number that keeps what its text says: nothing is rounded unless a Double is asked for.
///
/// An integer that fits is an Int64 and a number whose shortest form is its own text is a Double;
/// every other number (`1.50`, `1e400`, `-0`, integers above 64 bits) is kept as text. So reading
/// and writing a number gives the same bytes.
///
/// Two numbers are equal where they denote the same decimal number: `1`, `1.0` and `10e-1` are
/// equal, 9007199254740993 and 9007199254740992.0 are not. (Exponents of more than 15 digits are
/// equal only to the same exponent.) A Double denotes its shortest decimal form.
public struct JSONNumber: Sendable {
  enum Storage: Sendable {
    case int(Int64)
    case double(Double)
    case text(String)
  }

  let storage: Storage

  init(storage: Storage) { self.storage = storage }

  /// The number `value`, whatever its size.
  public init(_ value: some BinaryInteger) {
    storage = Int64(exactly: value).map(Storage.int) ?? .text(String(value))
  }

  /// The number `value`; nil where it is infinite or not a number, which JSON cannot say.
  public init?(_ value: Double) {
    guard value.isFinite else { return nil }
    storage = .double(value)
  }

  /// The number that `text` is. Throws where it is not one JSON number and nothing else.
  public init(text: String) throws(JSONError) {
    var text = text
    self = try text.withUTF8 { utf8 in
      Result { () throws(JSONError) in
        var cursor = JSONCursor(UnsafeRawBufferPointer(utf8), limits: JSONLimits(bytes: .max))
        let number = try cursor.number()
        guard number.raw.count == utf8.count else { throw cursor.error(.expectedNumber) }
        return number.number
      }
    }.get()
  }

  /// The number of validated bytes.
  init(validated raw: UnsafeRawBufferPointer, isInteger: Bool) {
    if isInteger {
      if let int = DecimalText.int64(raw), int != 0 || raw.count == 1 {
        storage = .int(int)
        return
      }
      storage = .text(String(decoding: raw, as: UTF8.self))
      return
    }
    let text = String(decoding: raw, as: UTF8.self)
    if raw.count <= 24, let double = Double(text), double.isFinite, double.description == text {
      storage = .double(double)
    } else {
      storage = .text(text)
    }
  }

  /// The number where it is an integer that fits, however it is written (`1.0` is 1).
  public var int: Int64? {
    switch storage {
    case .int(let value): value
    case .double(let value) where value.magnitude < 0x1p53: Int64(exactly: value)
    case .double, .text: decimal.integer(Int64.self)
    }
  }

  /// The number where it is an integer that fits, however it is written.
  public var uint: UInt64? {
    switch storage {
    case .int(let value): UInt64(exactly: value)
    case .double(let value) where value.magnitude < 0x1p53: UInt64(exactly: value)
    case .double, .text: decimal.integer(UInt64.self)
    }
  }

  /// The nearest Double; nil where that would be infinite.
  public var double: Double? {
    switch storage {
    case .int(let value): return Double(value)
    case .double(let value): return value
    case .text(let text):
      guard let value = Double(text), value.isFinite else { return nil }
      return value
    }
  }

  /// Whether the number is mathematically an integer, of any size.
  public var isInteger: Bool {
    switch storage {
    case .int: return true
    case .double(let value): return value.rounded() == value
    case .text:
      let decimal = decimal
      return decimal.hugeExponent.isEmpty
        ? decimal.exponent >= 0 : decimal.hugeExponent.first != UInt8(ascii: "-")
    }
  }

  var decimal: DecimalText {
    var text = description
    return text.withUTF8 { DecimalText(UnsafeRawBufferPointer($0)) }
  }
}

extension JSONNumber: CustomStringConvertible {
  /// The number as JSON text.
  public var description: String {
    switch storage {
    case .int(let value): value.description
    case .double(let value): value.description
    case .text(let text): text
    }
  }
}

extension JSONNumber: Hashable {
  /// Whether both denote the same decimal number.
  public static func == (left: JSONNumber, right: JSONNumber) -> Bool {
    switch (left.storage, right.storage) {
    case (.int(let left), .int(let right)): left == right
    case (.double(let left), .double(let right)): left == right
    default: left.decimal == right.decimal
    }
  }

  /// Hashes the decimal number.
  public func hash(into hasher: inout Hasher) {
    // Every form of an integer that fits hashes as that integer.
    if let int { hasher.combine(int) } else { hasher.combine(decimal) }
  }
}

extension JSONNumber: ExpressibleByIntegerLiteral {
  /// The number of an integer literal.
  public init(integerLiteral value: Int64) { storage = .int(value) }
}
