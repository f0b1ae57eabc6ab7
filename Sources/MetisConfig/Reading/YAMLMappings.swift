/// The keys of one table: found by a search while they are few, else by a dictionary.
private struct KeyIndex {
  private var places: [String: Int]?

  /// Where `key` stands among `entries`, all of which were added.
  func place(of key: String, in entries: [ConfigEntry]) -> Int? {
    if let places { return places[key] }
    return entries.firstIndex { $0.key == key }
  }

  mutating func add(_ entries: [ConfigEntry]) {
    let last = entries.count - 1
    if places != nil {
      places?[entries[last].key] = last
    } else if last == 16 {
      places = Dictionary(entries.enumerated().map { ($1.key, $0) }) { first, _ in first }
    }
  }
}

extension YAMLReading {
  /// Where a merge key stands among the entries, and the tables that it brings, the most important
  /// first.
  private struct Merge {
    var position: Int
    var place: ConfigPlace
    var tables: [[ConfigEntry]]
  }

  mutating func mapping(
    _ start: YAMLEvent, depth: Int, isFlow: Bool
  ) throws(ConfigErrors) -> ConfigValue {
    var entries: [ConfigEntry] = []
    var index = KeyIndex()
    var merge: Merge?
    while true {
      let event = try next()
      if case .mappingEnd = event.kind { break }
      let keyPlace = place(of: event)
      if isMerge(event) {
        let before = reported
        let value = try node(try next(), depth: depth + 1)
        if let first = merge {
          reportSecond("<<", at: keyPlace, first: first.place)
        } else if reported == before {
          merge = Merge(position: entries.count, place: keyPlace, tables: tables(to: value))
        }
        continue
      }
      let name = try key(event, depth: depth, isFlow: isFlow)
      let value = try node(try next(), depth: depth + 1)
      guard let name else { continue }
      if let first = index.place(of: name, in: entries) {
        reportSecond(name, at: keyPlace, first: entries[first].place)
      } else {
        entries.append(ConfigEntry(key: name, at: keyPlace, value: value))
        index.add(entries)
      }
    }
    if let merge { entries = merged(entries, index, merge) }
    return ConfigValue(.table(entries), at: place(of: start), isInline: isFlow)
  }

  private mutating func reportSecond(_ key: String, at place: ConfigPlace, first: ConfigPlace) {
    report(
      "found this key a second time in its table; it stands first in line \(first.line), column "
        + "\(first.column)", at: place, key: key)
  }

  /// The text of a key; nil where it is none, which was reported.
  private mutating func key(
    _ event: YAMLEvent, depth: Int, isFlow: Bool
  ) throws(ConfigErrors) -> String? {
    let place = place(of: event)
    switch event.kind {
    case .alias:
      if let text = try node(event, depth: depth + 1).string { return text }
      report("found an alias as a key that stands for no string", at: place)
      return nil
    case .scalar:
      // For the checks of its tag, and for its anchor.
      if event.tag != nil || event.anchor != nil {
        let before = reported
        _ = try node(event, depth: depth + 1)
        guard reported == before else { return nil }
      } else {
        count += 1
        textCount += event.text.utf8.count
      }
      if event.isPlain, event.text.isEmpty {
        report("found an empty key", at: place, hint: "write \"\" for a key without a character")
        return nil
      }
      if isFlow, event.isPlain, byteBefore(event) == UInt8(ascii: "?") {
        report(
          "found a key that begins with '?'", at: place,
          hint: "put the key in quotes, or write a space after '?'")
        return nil
      }
      return event.text
    default:
      _ = try node(event, depth: depth + 1)
      report("found a list or a table as a key, expected a string", at: place)
      return nil
    }
  }

  private func isMerge(_ event: YAMLEvent) -> Bool {
    guard case .scalar = event.kind, event.text == "<<" else { return false }
    return event.tag == "tag:yaml.org,2002:merge" || (event.isPlain && event.tag == nil)
  }

  /// The tables that a merge key's value brings.
  private mutating func tables(to value: ConfigValue) -> [[ConfigEntry]] {
    if let table = value.table { return [table] }
    var tables: [[ConfigEntry]] = []
    for element in value.array ?? [] {
      guard let table = element.table else {
        report("found \(element.kind) in the list of <<, expected tables", at: element.place)
        continue
      }
      tables.append(table)
    }
    if value.array == nil {
      report(
        "found \(value.kind) after <<, expected a table or a list of tables", at: value.place,
        hint: "put << in quotes if it is an ordinary key")
    }
    return tables
  }

  /// The own entries win, then those of the first table that has them; merged ones stand where the
  /// merge key stands.
  private func merged(
    _ entries: [ConfigEntry], _ index: KeyIndex, _ merge: Merge
  ) -> [ConfigEntry] {
    var added: [ConfigEntry] = []
    var names: Set<String> = []
    for table in merge.tables {
      for entry in table
      where index.place(of: entry.key, in: entries) == nil && names.insert(entry.key).inserted {
        added.append(entry)
      }
    }
    return Array(entries[..<merge.position] + added + entries[merge.position...])
  }
}
