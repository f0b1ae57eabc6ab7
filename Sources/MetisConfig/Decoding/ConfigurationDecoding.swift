import Glibc

/// Makes a ``Configuration`` from a merged tree. Used once.
struct ConfigurationDecoding {
  let report: ConfigReport
  let variable: (String) -> String?
  var files: [String]

  mutating func decode(_ root: ConfigValue) -> Configuration {
    let substitution = Substitution(variable: variable, report: report)
    let root = substitution.apply(to: root, path: "")
    var configuration = Configuration(
      transport: TransportSettings(type: "http", place: root.place))
    var check = DeclarationCheck(report)
    check.check(root, against: .root)
    guard let reader = TableReader(root, path: "", report: report) else { return configuration }

    var level: LoggingSettings.Level?
    let server = reader.table("server")
    if let server { configuration.server = ServerSettings.decode(server, level: &level) }
    configuration.transport = TransportSettings.decode(
      server?.value("transport"), tls: server?.value("tls"), file: files.first ?? "metis.toml",
      report: report)
    if let performance = server?.table("performance") {
      configuration.performance = PerformanceSettings.decode(performance)
    }
    if let auth = reader.value("auth") {
      configuration.auth = AuthSettings.decode(auth, report: report)
    }
    configuration.logging = LoggingSettings.decode(
      reader.value("logging"), fallback: level, transport: configuration.transport.type,
      report: report)
    if let journal = reader.table("journal") {
      configuration.journal = JournalSettings.decode(journal)
    }
    decodeHost(reader, into: &configuration)
    decodeDefinitions(reader, substitution, into: &configuration)
    configuration.warnings = report.warnings(in: files)
    configuration.files = files
    return configuration
  }

  /// Tables about the host itself.
  private func decodeHost(_ reader: TableReader, into configuration: inout Configuration) {
    if let reload = reader.table("reload") { configuration.reload = ReloadSettings.decode(reload) }
    if let development = reader.table("development") {
      configuration.development = DevelopmentSettings.decode(development)
    }
    if let plugins = reader.table("plugins") {
      configuration.plugins = PluginSettings.decode(plugins)
    }
    if let security = reader.table("security") {
      configuration.security = SecuritySettings.decode(security)
    }
  }

  /// The definitions of the files and of their folders; folders come last.
  private mutating func decodeDefinitions(
    _ reader: TableReader, _ substitution: Substitution, into configuration: inout Configuration
  ) {
    let report = report
    let validation = configuration.server.validation
    let defaults = DefinitionDefaults(reader.table, report: report)
    let tool = { (value: ConfigValue, path: String) in
      ToolDefinition.decode(
        defaults.apply(to: value, .tool, path: path), path: path, validation: validation,
        report: report)
    }
    let resource = { (value: ConfigValue, path: String) in
      ResourceDefinition.decode(
        defaults.apply(to: value, .resource, path: path), path: path, report: report)
    }
    let template = { (value: ConfigValue, path: String) in
      ResourceDefinition.decode(
        defaults.apply(to: value, .resource, path: path), path: path, isTemplate: true,
        report: report)
    }
    let prompt = { (value: ConfigValue, path: String) in
      PromptDefinition.decode(
        defaults.apply(to: value, .prompt, path: path), path: path, report: report)
    }
    configuration.tools =
      tables(reader, "tools", tool) + folder(reader, "tools_dir", substitution, .tool, tool)
    configuration.resources =
      tables(reader, "resources", resource) + tables(reader, "resource_templates", template)
      + folder(reader, "resources_dir", substitution, .resource, resource)
    configuration.prompts =
      tables(reader, "prompts", prompt)
      + folder(reader, "prompts_dir", substitution, .prompt, prompt)
    refuseDuplicates(configuration.tools.map { ($0.name, $0.place) }, path: "tools") {
      "tool \"\($0)\""
    }
    // A URI may hold a secret of the environment.
    refuseDuplicates(configuration.resources.map { ($0.uri, $0.place) }, path: "resources") { _ in
      "resource with this URI"
    }
    warnOfInterfaces(configuration)
    refuseDuplicates(configuration.prompts.map { ($0.name, $0.place) }, path: "prompts") {
      "prompt \"\($0)\""
    }
  }

  /// The definitions of an array of tables.
  private func tables<Definition>(
    _ reader: TableReader, _ key: String, _ decode: (ConfigValue, String) -> Definition?
  ) -> [Definition] {
    reader.elements(key).enumerated().compactMap { decode($1, "\(key)[\($0)]") }
  }

  /// The definitions of a folder: a file each, in the order of their names.
  private mutating func folder<Definition>(
    _ reader: TableReader, _ key: String, _ substitution: Substitution,
    _ declaration: TableDeclaration, _ decode: (ConfigValue, String) -> Definition?
  ) -> [Definition] {
    guard let value = reader.value(key), let directory = reader.file(key) else { return [] }
    guard let names = FilePath.list(directory) else {
      report.warning(
        "the folder cannot be read: \(String(cString: strerror(errno)))", at: value.place,
        path: key)
      return []
    }
    var definitions: [Definition] = []
    for name in names
    where ["toml", "json", "yaml", "yml"].contains(FilePath.fileExtension(of: name)) {
      let file = FilePath.normalized(FilePath.resolve(name, in: directory))
      files.append(file)
      do {
        let definition = substitution.apply(to: try ConfigSource.read(file), path: "")
        var check = DeclarationCheck(report)
        check.check(definition, against: declaration)
        if let definition = decode(definition, "") { definitions.append(definition) }
      } catch {
        report.add(error)
      }
    }
    return definitions
  }

  /// Warns of tools whose user interface is no resource.
  private func warnOfInterfaces(_ configuration: Configuration) {
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

  private func refuseDuplicates(
    _ definitions: [(identity: String, place: ConfigPlace)], path: String,
    words: (String) -> String
  ) {
    var places: [String: ConfigPlace] = [:]
    for (identity, place) in definitions {
      if let first = places[identity] {
        report.error(
          "found a second \(words(identity)); the first stands at \(first)", at: place,
          path: path, hint: "rename or remove one of the two")
      } else {
        places[identity] = place
      }
    }
  }
}

/// A variable of the process's environment.
func environmentVariable(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}
