import JSON

extension PromptDefinition {
  /// Reads one `[[prompts]]` table or one definition file; nil, with errors, where it has no usable
  /// name or strategy.
  static func decode(
    _ value: ConfigValue, path: String, report: ConfigReport
  ) -> PromptDefinition? {
    guard let reader = TableReader(value, path: path, .prompt, report: report) else { return nil }
    let name = reader.name("name")
    let arguments = PromptArgument.decode(reader)
    let common = DefinitionReading(reader)
    guard let name, let mock = common.mock else { return nil }
    return PromptDefinition(
      name: name, title: common.title, description: common.description, icons: common.icons,
      meta: common.meta, arguments: arguments, group: common.group, behavior: common.behavior,
      mock: mock, definition: value.toJSON(),
      directory: value.place.directory,
      place: reader.value("name")?.place ?? value.place)
  }
}

extension PromptArgument {
  /// Reads the `arguments` of a prompt.
  fileprivate static func decode(_ prompt: TableReader) -> [PromptArgument] {
    let readers = prompt.tables("arguments")
    let names = readers.compactMap { $0.name("name") }
    var places: [String: ConfigPlace] = [:]
    var arguments: [PromptArgument] = []
    for reader in readers {
      guard let argument = decode(reader, names: names) else { continue }
      let place = reader.value("name")?.place ?? reader.place
      if let first = places[argument.name] {
        prompt.report.error(
          "found a second argument \"\(argument.name)\"; the first stands at \(first)", at: place,
          path: reader.path, hint: "rename or remove one of the two")
      }
      places[argument.name] = place
      arguments.append(argument)
    }
    return arguments
  }

  private static func decode(_ reader: TableReader, names: [String]) -> PromptArgument? {
    let name = reader.name("name")
    let title = reader.name("title")
    let description = reader.string("description")
    let isRequired = reader.bool("required") ?? false
    let defaultValue = reader.string("default")
    let choices = reader.strings("enum")?.compactMap(\.string)
    let completions = reader.value("complete").flatMap {
      CompletionValues.decode(
        $0, path: reader.path("complete"), argument: name ?? "",
        others: names.filter { $0 != name }, report: reader.report)
    }
    if let value = reader.value("default"), let defaultValue {
      if let choices, !choices.contains(defaultValue) {
        reader.report.error(
          "found \(reader.quoted(defaultValue, value)), expected one of "
            + choices.joined(separator: ", "), at: value.place, path: reader.path("default"),
          hint: value.isSubstituted
            ? nil : nearest(to: defaultValue, among: choices).map { "did you mean \"\($0)\"?" })
      }
      if isRequired {
        reader.report.warning(
          "has no effect: the argument is required", at: value.place,
          path: reader.path("default"))
      }
    }
    guard let name else { return nil }
    return PromptArgument(
      name: name, title: title, description: description, isRequired: isRequired,
      defaultValue: defaultValue, choices: choices,
      completions: completions ?? choices.map { CompletionValues($0) })
  }
}
