extension ConfigValue {
  /// This value with `later` laid over it: tables are merged entry by entry, arrays of tables
  /// appended, and of everything else the later counts.
  func merged(with later: ConfigValue) -> ConfigValue {
    switch (content, later.content) {
    case (.table(let entries), .table(let laterEntries)):
      var result = entries
      for entry in laterEntries {
        if let index = result.firstIndex(where: { $0.key == entry.key }) {
          result[index].value = result[index].value.merged(with: entry.value)
        } else {
          result.append(entry)
        }
      }
      var value = self
      value.content = .table(result)
      return value
    case (.array(let elements), .array(let laterElements))
    where !elements.isEmpty && elements.allSatisfy({ $0.table != nil })
      && laterElements.allSatisfy({ $0.table != nil }):
      var value = self
      value.content = .array(elements + laterElements)
      return value
    default:
      return later
    }
  }
}
