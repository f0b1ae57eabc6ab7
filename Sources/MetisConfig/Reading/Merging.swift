/// What becomes of an array that stands in two layers.
enum ArrayMerging {
  /// Arrays of tables are appended: between files, outside of definitions.
  case appended
  /// The later one counts: inside definitions, and for settings of the command line.
  case replaced
}

extension ConfigValue {
  /// This value with `later` laid over it: tables are merged entry by entry, arrays of tables as
  /// `arrays` says, and of everything else the later counts.
  func merged(with later: ConfigValue, arrays: ArrayMerging = .appended) -> ConfigValue {
    switch (content, later.content) {
    case (.table(let entries), .table(let laterEntries)):
      var result = entries
      // A search costs more than an index only where both are large.
      var index: [String: Int]?
      if entries.count > 16, laterEntries.count > 4 {
        index = Dictionary(entries.enumerated().map { ($1.key, $0) }) { first, _ in first }
      }
      for entry in laterEntries {
        let found = index.map { $0[entry.key] } ?? result.firstIndex { $0.key == entry.key }
        if let found {
          result[found].value = result[found].value.merged(with: entry.value, arrays: arrays)
          if entry.value.table == nil { result[found].place = entry.place }
        } else {
          index?[entry.key] = result.count
          result.append(entry)
        }
      }
      var value = self
      value.content = .table(result)
      return value
    case (.array(let elements), .array(let laterElements))
    where arrays == .appended && !elements.isEmpty && elements.allSatisfy({ $0.table != nil })
      && laterElements.allSatisfy({ $0.table != nil }):
      var value = self
      value.content = .array(elements + laterElements)
      return value
    default:
      return later
    }
  }

  /// Adds what the value holds to `hasher`: contents in their order, not where they stand.
  func hashContents(into hasher: inout Hasher) {
    hasher.combine(isSubstituted)
    switch content {
    case .null: hasher.combine(0)
    case .bool(let value):
      hasher.combine(1)
      hasher.combine(value)
    case .number(let number):
      hasher.combine(2)
      hasher.combine(number.isInteger)
      hasher.combine(number)
    case .string(let text):
      hasher.combine(3)
      text.hashBytes(into: &hasher)
    case .datetime(let text):
      hasher.combine(4)
      text.hashBytes(into: &hasher)
    case .array(let elements):
      hasher.combine(5)
      hasher.combine(elements.count)
      for element in elements { element.hashContents(into: &hasher) }
    case .table(let entries):
      hasher.combine(6)
      hasher.combine(entries.count)
      for entry in entries {
        entry.key.hashBytes(into: &hasher)
        entry.value.hashContents(into: &hasher)
      }
    }
  }
}

extension ConfigValue {
  /// Adds where everything in the value stands to `hasher`.
  func hashPlaces(into hasher: inout Hasher) {
    hasher.combine(place)
    switch content {
    case .array(let elements):
      for element in elements { element.hashPlaces(into: &hasher) }
    case .table(let entries):
      for entry in entries {
        hasher.combine(entry.place)
        entry.value.hashPlaces(into: &hasher)
      }
    default: break
    }
  }
}

extension ConfigValue {
  /// Adds the folders that relative paths in the value stand against, where they are not
  /// `directory`: layers of several folders may fill one table.
  func hashDirectories(otherThan directory: String, into hasher: inout Hasher) {
    switch content {
    case .array(let elements):
      for element in elements { element.hashDirectories(otherThan: directory, into: &hasher) }
    case .table(let entries):
      for entry in entries { entry.value.hashDirectories(otherThan: directory, into: &hasher) }
    case .string(let text):
      guard place.directory != directory else { return }
      text.hashBytes(into: &hasher)
      place.directory.hashBytes(into: &hasher)
    default: break
    }
  }
}

extension String {
  /// Adds the bytes themselves: strings that only look the same are others.
  func hashBytes(into hasher: inout Hasher) {
    var text = self
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(0xff as UInt8)
  }
}
