import JSON

extension ConfigSource {
  /// Parses JSON (RFC 8259). A member that stands twice in an object is an error.
  static func parseJSON(_ bytes: [UInt8], file: String) throws(ConfigErrors) -> ConfigValue {
    do {
      let (value, errors) = try bytes.withUnsafeBytes { raw in
        Result { () throws(JSONError) in
          var reading = JSONReading(
            cursor: JSONCursor(raw), bytes: raw, origin: ConfigPlace(file: file))
          let value = try reading.value()
          try reading.cursor.finish()
          return (value, reading.errors)
        }
      }.get()
      guard errors.isEmpty else { throw ConfigErrors(errors: errors) }
      return value
    } catch let error as JSONError {
      let found = JSONMessage(error, in: bytes)
      let place = ConfigPlace(file: file, line: error.line, column: error.column - found.shift)
      throw ConfigErrors(errors: [
        ConfigError(at: place, message: "not JSON: \(found.message)", hint: found.hint)
      ])
    } catch let errors as ConfigErrors {
      throw errors
    } catch {
      throw ConfigErrors(errors: [ConfigError(at: ConfigPlace(file: file), message: "\(error)")])
    }
  }
}

/// Builds the tree from a cursor, whose limits bound the depth. Positions only grow, so lines are
/// counted once.
private struct JSONReading {
  var cursor: JSONCursor
  let bytes: UnsafeRawBufferPointer
  /// The file as a whole.
  let origin: ConfigPlace
  var errors: [ConfigError] = []
  private var counted = 0
  private var line = 1
  private var column = 1

  init(cursor: JSONCursor, bytes: UnsafeRawBufferPointer, origin: ConfigPlace) {
    self.cursor = cursor
    self.bytes = bytes
    self.origin = origin
  }

  /// The place of the byte at `offset`, which is not before the one asked for last.
  private mutating func place(at offset: Int) -> ConfigPlace {
    while counted < offset {
      let byte = bytes[counted]
      counted += 1
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xc0 != 0x80 {
        column += 1
      }
    }
    return origin.at(line: line, column: column)
  }

  mutating func value() throws(JSONError) -> ConfigValue {
    let kind = try cursor.kind()
    let place = place(at: cursor.offset)
    let content: ConfigValue.Content
    switch kind {
    case .object: content = .table(try object())
    case .array:
      var elements: [ConfigValue] = []
      try cursor.beginArray()
      while try cursor.nextElement() { elements.append(try value()) }
      content = .array(elements)
    case .string: content = .string(try cursor.string().decoded)
    case .number: content = .number(try cursor.number().number)
    case .true, .false: content = .bool(try cursor.bool())
    case .null:
      try cursor.null()
      content = .null
    }
    return ConfigValue(content, at: place)
  }

  private mutating func object() throws(JSONError) -> [ConfigEntry] {
    var entries: [ConfigEntry] = []
    var names: [String: ConfigPlace] = [:]
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      let name = key.decoded
      // The key's bytes follow its quote.
      let offset = bytes.baseAddress.flatMap { base in key.raw.baseAddress.map { $0 - base - 1 } }
      let keyPlace = place(at: offset ?? cursor.offset)
      let value = try value()
      if let first = names.updateValue(keyPlace, forKey: name) {
        names[name] = first
        errors.append(
          ConfigError(
            at: keyPlace, keyPath: name,
            message: "found this key a second time in its object; it stands first in line "
              + "\(first.line), column \(first.column)"))
      } else {
        entries.append(ConfigEntry(key: name, at: keyPlace, value: value))
      }
    }
    return entries
  }
}
