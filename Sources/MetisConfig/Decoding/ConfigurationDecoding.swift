import Glibc

/// Makes a ``Configuration`` from a merged tree. Used once.
struct ConfigurationDecoding {
  let report: ConfigReport
  let variable: (String) -> String?
  var files: [String]

  /// Sections of the product that this stage does not serve.
  private static let later = [
    "resources", "resources_dir", "resource_templates", "prompts", "prompts_dir", "defaults",
    "metrics", "cache", "reload", "development", "security", "fake_data", "workflows",
    "workflows_dir", "workflow_engine", "testing", "models", "models_dir", "agents", "agents_dir",
    "multi_agents", "multi_agents_dir", "scripting", "secrets", "completions", "proxy",
    "recording", "web",
  ]

  mutating func decode(_ root: ConfigValue) -> Configuration {
    let substitution = Substitution(variable: variable, report: report)
    let root = substitution.apply(to: root, path: "")
    var configuration = Configuration(
      transport: TransportSettings(type: "http", section: ConfigSection(root, path: "")))
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
    server?.finish()
    if let auth = reader.value("auth") {
      configuration.auth = AuthSettings.decode(auth, report: report)
    }
    configuration.logging = LoggingSettings.decode(
      reader.value("logging"), fallback: level, transport: configuration.transport.type,
      report: report)
    for (index, element) in reader.elements("tools").enumerated() {
      if let tool = ToolDefinition.decode(element, path: "tools[\(index)]", report: report) {
        configuration.tools.append(tool)
      }
    }
    configuration.tools += folder(reader, substitution)
    refuseDuplicates(configuration.tools)
    reader.notAvailable(Self.later) { $0 }
    reader.finish()
    configuration.warnings = report.warnings(in: files)
    configuration.files = files
    return configuration
  }

  /// The definitions of `tools_dir`: a file each, in the order of their names.
  private mutating func folder(
    _ reader: TableReader, _ substitution: Substitution
  ) -> [ToolDefinition] {
    guard let value = reader.value("tools_dir"), let directory = reader.file("tools_dir") else {
      return []
    }
    guard let names = FilePath.list(directory) else {
      report.warning(
        "the folder cannot be read: \(String(cString: strerror(errno)))", at: value.place,
        path: "tools_dir")
      return []
    }
    var tools: [ToolDefinition] = []
    for name in names
    where ["toml", "json", "yaml", "yml"].contains(FilePath.fileExtension(of: name)) {
      let file = FilePath.normalized(FilePath.resolve(name, in: directory))
      files.append(file)
      do {
        let definition = substitution.apply(to: try ConfigSource.read(file), path: "")
        if let tool = ToolDefinition.decode(definition, path: "", report: report) {
          tools.append(tool)
        }
      } catch {
        report.add(error)
      }
    }
    return tools
  }

  private func refuseDuplicates(_ tools: [ToolDefinition]) {
    var places: [String: ConfigPlace] = [:]
    for tool in tools {
      if let first = places[tool.name] {
        report.error(
          "found a second tool \"\(tool.name)\"; the first stands at \(first)", at: tool.place,
          path: "tools", hint: "rename or remove one of the two")
      } else {
        places[tool.name] = tool.place
      }
    }
  }
}

/// A variable of the process's environment.
func environmentVariable(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}
