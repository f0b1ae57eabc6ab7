/// What has to be right of all definitions together.
struct DefinitionsCheck {
  let report: ConfigReport

  /// Refuses names and URIs that stand twice.
  func refuseDuplicates(_ configuration: Configuration) {
    refuseDuplicates(
      configuration.tools, \.name, \.place, path: "tools"
    ) { "tool \"\($0)\"" }
    // A URI may hold a secret of the environment.
    refuseDuplicates(
      configuration.resources, \.uri, \.place, path: "resources"
    ) { _ in "resource with this URI" }
    refuseDuplicates(
      configuration.prompts, \.name, \.place, path: "prompts"
    ) { "prompt \"\($0)\"" }
  }

  private func refuseDuplicates<Definition>(
    _ definitions: [Definition], _ identity: (Definition) -> String,
    _ place: (Definition) -> ConfigPlace, path: String,
    words: (String) -> String
  ) {
    var first: [String: Int] = [:]
    first.reserveCapacity(definitions.count)
    for (index, definition) in definitions.enumerated() {
      let name = identity(definition)
      guard let other = first.updateValue(index, forKey: name) else { continue }
      first[name] = other
      report.error(
        "found a second \(words(name)); the first stands at \(place(definitions[other]))",
        at: place(definition), path: path, hint: "rename or remove one of the two")
    }
  }

  /// Warns of tools whose user interface is no resource.
  func warnOfInterfaces(_ configuration: Configuration) {
    let interfaces = configuration.tools.compactMap(\.ui).filter { $0.resourceURI != nil }
    guard !interfaces.isEmpty else { return }
    let resources = configuration.resources.filter { !$0.isTemplate }.map(\.uri)
    let known = Set(resources)
    // What a template stands for is known when it is asked for.
    let isOpen = configuration.resources.contains {
      $0.isTemplate && ($0.uri.lowercased().hasPrefix("ui:") || $0.uri.hasPrefix("{"))
    }
    for ui in interfaces where !isOpen {
      guard let uri = ui.resourceURI, let place = ui.place, !known.contains(uri) else { continue }
      report.warning(
        "no resource has this URI", at: place, path: "tools.ui.resource_uri",
        hint: "add it to [[resources]]")
    }
  }
}
