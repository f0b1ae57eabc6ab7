import Glibc
import JSON
import MetisConfig

/// What the admin endpoint asks about configurations. Control thread only.
extension Host {
  func config(_ request: ConfigRequest) throws(Problem) -> JSONValue {
    switch request {
    case .effective:
      let secrets = composition.references.secretPlaces
      return ConfigTrees.masked(try tree(.inForce), secrets: secrets).toJSON()
    case .status: return configStatus
    case .history:
      let number = reloads.history.current.number
      return [
        "in_force": JSONValue(number), "limit": JSONValue(reloads.history.limit),
        "entries": .array(
          reloads.history.all.map { .object(ReloadReport.entry($0, inForce: number)) }),
      ]
    case .entry(let number):
      return .object(
        ReloadReport.full(try entry(number), inForce: reloads.history.current.number))
    case .difference(let from, let to):
      var object = ConfigTrees.difference(try comparable(from), try comparable(to))
      object["from"] = side(from)
      object["to"] = side(to)
      return .object(object)
    case .validate: return validate()
    case .rollback(let number, let isWriting): return try rollback(to: number, isWriting: isWriting)
    }
  }

  private var configStatus: JSONValue {
    let current = reloads.history.current
    return [
      "number": JSONValue(current.number), "origin": current.origin.json,
      "since": .string(TimeText.rfc3339(current.time)), "digest": .string(current.digest),
      "files": .array(current.sources.map { .string($0.path) }),
      "counts": ReloadReport.counts(current.counts),
      "last_attempt": reloads.last.map { .object(ReloadReport.attempt($0)) } ?? .null,
      "needs_restart": .array(reloads.needsRestart.map(JSONValue.string)),
      "watching": ReloadReport.watching(reloads.watcher?.status),
      "pinned_to": reloads.pinned.map { JSONValue($0) } ?? .null,
      "development": .bool(isDevelopment),
    ]
  }

  private func entry(_ number: Int) throws(Problem) -> HistoryEntry {
    guard let entry = reloads.history[number] else {
      let kept = reloads.history.all.map { "\($0.number)" }.joined(separator: ", ")
      throw Problem(.notFound, "no configuration of number \(number) is kept; there are: \(kept)")
    }
    return entry
  }

  private func side(_ side: ConfigSide) -> JSONValue {
    switch side {
    case .number(let number): JSONValue(number)
    case .inForce: JSONValue(reloads.history.current.number)
    case .disk: "disk"
    }
  }

  /// One side of a comparison as a tree without the secrets in sections of plugins, which only the
  /// plugins' schemas tell. Read by a loader of its own: what the host's keeps and watches stays.
  private func comparable(_ side: ConfigSide) throws(Problem) -> ConfigValue {
    let sources = try sources(side)
    let loader = ConfigLoader(reloads.loader.inputs)
    let (value, configuration) = try reading { () throws(ConfigErrors) in
      let configuration =
        if let sources { try loader.load(frozen: sources) } else { try loader.load() }
      return (try loader.effective(frozen: sources), configuration)
    }
    let references = SectionReferences(configuration, registry.active)
    return ConfigTrees.hiding(references.secretPlaces, in: value)
  }

  /// One side as a tree, read again for this purpose: none is kept in memory.
  private func tree(_ side: ConfigSide) throws(Problem) -> ConfigValue {
    let sources = try sources(side)
    return try reading { [reloads] () throws(ConfigErrors) in
      try reloads.loader.effective(frozen: sources)
    }
  }

  /// The files of one side; nil for those on disk.
  private func sources(_ side: ConfigSide) throws(Problem) -> [ConfigSourceFile]? {
    switch side {
    case .disk: return nil
    case .inForce: return reloads.history.current.sources
    case .number(let number):
      let entry = try entry(number)
      guard entry.failure == nil else {
        throw Problem(.conflict, "configuration \(number) was refused; its files are not kept")
      }
      return entry.sources
    }
  }

  private func reading<Value>(
    _ body: () throws(ConfigErrors) -> Value
  ) throws(Problem) -> Value {
    do {
      return try body()
    } catch {
      throw ReloadError(message: error.description, isRefused: false, errors: error.errors).problem
    }
  }

  /// Reads and builds what the files say, and publishes nothing.
  private func validate() -> JSONValue {
    do throws(ReloadError) {
      let configuration: Configuration
      do {
        configuration = try reloads.loader.load()
      } catch {
        throw ReloadError(message: error.description, isRefused: false, errors: error.errors)
      }
      let next = try build(configuration)
      next.abandon()
      return [
        "valid": true, "errors": [],
        "warnings": .array(
          configuration.warnings.map(ReloadReport.diagnostic)
            + next.issues.map(ReloadReport.diagnostic)),
        "counts": ReloadReport.counts(HistoryEntry.Counts(configuration)),
        "changed": .bool(reloads.digest(configuration) != reloads.history.current.digest),
        "needs_restart": .array(
          reloads.started.differences(to: options.restartKeys(of: configuration)).map(
            JSONValue.string)),
      ]
    } catch {
      return [
        "valid": false, "errors": .array(error.errors.map(ReloadReport.diagnostic)),
        "message": .string(error.message),
      ]
    }
  }

  // MARK: Strategies and the process

  func strategies() -> JSONValue {
    let configuration = composition.configuration
    var uses: [String: [Target.Kind: Int]] = [:]
    for tool in configuration.tools {
      uses[tool.mock.strategy, default: [:]][.tool, default: 0] += 1
    }
    for resource in configuration.resources {
      uses[resource.mock.strategy, default: [:]][.resource, default: 0] += 1
    }
    for prompt in configuration.prompts {
      uses[prompt.mock.strategy, default: [:]][.prompt, default: 0] += 1
    }
    var list: [JSONValue] = []
    var provided: Set<String> = []
    for generation in registry.active {
      guard generation.strategy != nil else { continue }
      for name in generation.descriptor.provides where provided.insert(name).inserted {
        list.append([
          "name": .string(name), "plugin": .string(generation.id),
          "version": .string(generation.descriptor.version.description),
          "uses": Host.uses(uses[name] ?? [:]),
        ])
      }
    }
    let missing = uses.filter { !provided.contains($0.key) }.sorted { $0.key < $1.key }
    return [
      "strategies": .array(list),
      "missing": .array(
        missing.map { name, uses in
          ["name": .string(name), "uses": Host.uses(uses)]
        }),
    ]
  }

  /// How many definitions of each kind ask for a strategy: `{"tool":2,"prompt":1}`.
  private static func uses(_ counts: [Target.Kind: Int]) -> JSONValue {
    .object(
      JSONObject(
        Target.Kind.allCases.compactMap { kind in
          counts[kind].map { ("\(kind)", JSONValue($0)) }
        }))
  }

  /// Memory of this process that is in use (`VmRSS`); 0 without /proc.
  static var residentBytes: Int {
    let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    // Its size says 0, so it is read without asking.
    let text = withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
      let count = read(file, buffer.baseAddress, buffer.count)
      return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
    let words = text.split(separator: " ")
    guard words.count > 1, let pages = Int(words[1]) else { return 0 }
    return pages * Int(getpagesize())
  }
}
