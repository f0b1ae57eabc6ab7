import JSON

extension CompletionValues {
  /// Reads what is suggested for `argument`: an array of strings, a table, or an array of tables of
  /// which one may stand without `when`. Conditions may name `others`.
  static func decode(
    _ value: ConfigValue, path: String, argument: String, others: [String], report: ConfigReport
  ) -> CompletionValues? {
    if let array = value.array, array.contains(where: { $0.table != nil }) {
      return list(array, path: path, argument: argument, others: others, report: report)
    }
    if let array = value.array { return CompletionValues(array.compactMap(\.string)) }
    guard let reader = TableReader(value, path: path, .completions, report: report) else {
      return nil
    }
    var completions = CompletionValues([])
    let plain = Variant.decode(reader, match: .prefix, needsValues: reader.value("variants") == nil)
    completions.take(plain)
    for reader in reader.tables("variants") {
      let when = condition(reader, argument: argument, others: others)
      var variant = Variant.decode(reader, match: plain.match, needsValues: true)
      if when == nil, reader.value("when") == nil {
        report.error(
          "a variant needs when, the values of other arguments", at: reader.place,
          path: reader.path)
      }
      variant.when = when ?? [:]
      completions.variants.append(variant)
    }
    return completions
  }

  private static func list(
    _ array: [ConfigValue], path: String, argument: String, others: [String], report: ConfigReport
  ) -> CompletionValues {
    var completions = CompletionValues([])
    var first: ConfigPlace?
    for (index, element) in array.enumerated() {
      let path = "\(path)[\(index)]"
      guard let reader = TableReader(element, path: path, .completionVariant, report: report) else {
        continue
      }
      let when = condition(reader, argument: argument, others: others)
      var variant = Variant.decode(reader, match: .prefix, needsValues: true)
      if let when {
        variant.when = when
        completions.variants.append(variant)
      } else if reader.value("when") != nil {
        continue
      } else if let first {
        report.error(
          "found a second table without when; the first stands at \(first)", at: element.place,
          path: path, hint: "give one of the two a condition")
      } else {
        first = element.place
        completions.take(variant)
      }
    }
    return completions
  }

  private mutating func take(_ variant: Variant) {
    values = variant.values
    total = variant.total
    hasMore = variant.hasMore
    match = variant.match
  }

  private static func condition(
    _ reader: TableReader, argument: String, others: [String]
  ) -> [String: String]? {
    guard let value = reader.value("when"), let entries = value.table else { return nil }
    if entries.isEmpty {
      reader.report.error(
        "found an empty table, expected the values of other arguments", at: value.place,
        path: reader.path("when"))
      return nil
    }
    var condition: [String: String] = [:]
    for entry in entries {
      let path = reader.path("when.\(entry.key)")
      if !others.contains(entry.key) {
        let isOwn = entry.key == argument
        let hint =
          nearest(to: entry.key, among: others).map { "did you mean \"\($0)\"?" }
          ?? "known here: \(others.isEmpty ? "none" : others.joined(separator: ", "))"
        reader.report.error(
          isOwn ? "found the argument itself, expected another one" : "unknown argument",
          at: entry.place, path: path, hint: isOwn ? nil : hint)
      }
      condition[entry.key] = entry.value.string
    }
    return condition
  }
}

extension CompletionValues.Variant {
  /// Reads all but `when`.
  fileprivate static func decode(
    _ reader: TableReader, match: CompletionValues.Match, needsValues: Bool
  ) -> Self {
    if reader.value("values") == nil, needsValues {
      reader.report.error(
        "expected values, an array of strings", at: reader.place, path: reader.path)
    }
    return Self(
      when: [:], values: reader.strings("values")?.compactMap(\.string) ?? [],
      total: reader.integer("total"), hasMore: reader.bool("has_more"),
      match: reader.choice("match") ?? match)
  }
}
