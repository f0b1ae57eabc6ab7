extension ConfigValue {
  /// This table or array with each of its parts replaced; keys, places and all else stay. Every other
  /// value as it is.
  /// - Parameters:
  ///   - entry: gives the new value of an entry of a table.
  ///   - element: gives the new element of an array, by its index and what it is.
  public func replacingParts(
    entry: (ConfigEntry) -> ConfigValue, element: (Int, ConfigValue) -> ConfigValue
  ) -> ConfigValue {
    var value = self
    switch content {
    case .table(let entries):
      value.content = .table(
        entries.map { old in
          var new = old
          new.value = entry(old)
          return new
        })
    case .array(let elements):
      value.content = .array(elements.enumerated().map { element($0, $1) })
    case .null, .bool, .number, .string, .datetime: break
    }
    return value
  }
}
