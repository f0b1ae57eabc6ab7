/// What has to be right of all definitions together.
struct DefinitionsCheck {
  let report: ConfigReport

  /// Refuses names and URIs that stand twice.
  func refuseDuplicates(_ configuration: Configuration) {
    let (tools, resources) = (configuration.tools, configuration.resources)
    let prompts = configuration.prompts
    refuse(
      path: "tools", count: tools.count, { tools[$0].value.name }, { tools[$0].value.place },
      words: { "tool \"\($0)\"" })
    // A URI may hold a secret of the environment.
    refuse(
      path: "resources", count: resources.count, { resources[$0].value.uri },
      { resources[$0].value.place },
      words: { _ in "resource with this URI" })
    refuse(
      path: "prompts", count: prompts.count, { prompts[$0].value.name },
      { prompts[$0].value.place },
      words: { "prompt \"\($0)\"" })
  }

  /// Asks for names and places by index: definitions are large, and there may be many.
  private func refuse(
    path: String, count: Int, _ name: (Int) -> String, _ place: (Int) -> ConfigPlace,
    words: (String) -> String
  ) {
    var first: [String: Int] = [:]
    first.reserveCapacity(count)
    for index in 0..<count {
      let name = name(index)
      guard let other = first.updateValue(index, forKey: name) else { continue }
      first[name] = other
      report.error(
        "found a second \(words(name)); the first stands at \(place(other))", at: place(index),
        path: path, hint: "rename or remove one of the two")
    }
  }

  /// Warns of tools whose user interface is no resource.
  func warnOfInterfaces(_ configuration: Configuration) {
    let tools = configuration.tools
    let interfaces = tools.indices.compactMap { tools[$0].value.ui }.filter {
      $0.resourceURI != nil
    }
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
