import CBarrier
import JSON
import MCP
import MetisConfig
import MetisPluginAPI

/// The steps of building a ``Composition``. Control thread only.
struct CompositionBuilder {
  let configuration: Configuration
  let active: [PluginGeneration]
  let before: Composition?
  let context: Composition.Context
  /// What is to be served, in the order of the snapshot's targets.
  let definitions: [TargetDefinition]

  private(set) var targets: [Target] = []
  private(set) var sets: [InstanceSet?] = []
  private(set) var auths: [Snapshot.Auth] = []
  private(set) var filters: [Snapshot.Filter] = []
  private(set) var madeSets: [InstanceSet] = []
  private(set) var madeAuths: [Snapshot.Auth] = []
  private(set) var madeFilters: [Snapshot.Filter] = []
  private(set) var warnings: [String] = []
  private var errors: [ConfigError] = []

  init(
    configuration: Configuration, active: [PluginGeneration], before: Composition?,
    context: Composition.Context
  ) {
    self.configuration = configuration
    self.active = active
    self.before = before
    self.context = context
    definitions = TargetDefinition.all(configuration)
  }

  mutating func build() throws(CompositionError) {
    try buildTargets()
    try buildAuths()
    try buildFilters()
    guard errors.isEmpty else { throw .configuration(errors) }
  }

  /// Destroys what was made before building failed.
  func destroyMade() {
    Composition.destroy(sets: madeSets, auths: madeAuths, filters: madeFilters)
  }

  // MARK: Targets

  private mutating func buildTargets() throws(CompositionError) {
    var old: [TargetDefinition.Key: Int] = [:]
    for (place, definition) in (before?.definitions ?? []).enumerated() {
      old[definition.key] = place
    }
    var providers: [String: PluginGeneration] = [:]
    for generation in active.reversed() where generation.strategy != nil {
      for name in generation.descriptor.provides { providers[name] = generation }
    }
    for definition in definitions {
      let generation = providers[definition.mock.strategy]
      let place = old[definition.key]
      guard let target = makeTarget(definition, place) else { continue }
      targets.append(target)
      if let before, let place, target === before.snapshot.targets[place],
        let set = before.snapshot.instanceSets[place], set.generation === generation
      {
        sets.append(set)
        continue
      }
      guard let generation else {
        sets.append(nil)
        warnings.append(missing(definition, providers))
        continue
      }
      sets.append(try makeSet(definition, target, generation))
    }
  }

  private func missing(
    _ definition: TargetDefinition, _ providers: [String: PluginGeneration]
  ) -> String {
    let known = providers.keys.sorted().joined(separator: ", ")
    return "\(definition.mock.place): \(definition.title) asks for strategy "
      + "\"\(definition.mock.strategy)\", which no active plugin provides; there are: "
      + (known.isEmpty ? "none" : known)
  }

  /// The target of a definition: that of the composition before, at `place`, where nothing changed;
  /// nil with an error where its schemas do not compile.
  private mutating func makeTarget(_ definition: TargetDefinition, _ place: Int?) -> Target? {
    var ordinal: UInt64 = 0
    if let before, let place {
      let kept = before.snapshot.targets[place]
      let isSame = before.definitions[place].isSame(as: definition)
      if isSame, before.definitions[place].settings == definition.settings { return kept }
      // The same target under other rules of the server: its calls are numbered on.
      if isSame { ordinal = kept.ordinal.load(ordering: .relaxed) }
    }
    do {
      return Target(
        listing: definition.listing, rules: try definition.rules(),
        seed: definition.mock.seed ?? context.seed ^ definition.hash,
        timeout: definition.settings.timeout, ordinal: ordinal)
    } catch {
      errors.append(error)
      return nil
    }
  }

  private mutating func makeSet(
    _ definition: TargetDefinition, _ target: Target, _ generation: PluginGeneration
  ) throws(CompositionError) -> InstanceSet? {
    guard let strategy = generation.strategy else { return nil }
    let section = definition.mock.section
    if let error = check(
      generation, METIS_SECTION_STRATEGY, section.value.toJSON().jsonBytes(), section)
    {
      errors.append(error)
      return nil
    }
    let flags = strategy.pointee.flags
    let count =
      flags & METIS_STRATEGY_REENTRANT != 0
      ? 1 : flags & METIS_STRATEGY_MAY_BLOCK != 0 ? context.workers : context.inlineThreads
    var instances: [Instance] = []
    var failure: String?
    for _ in 0..<count where failure == nil {
      var error = metis_error_v1.empty
      var made: UnsafeMutableRawPointer?
      let code = create(strategy, generation, definition, target, &error, &made)
      if code == METIS_OK {
        instances.append(Instance(pointer: made))
      } else {
        failure =
          StrategyCalls.reason(code, error, of: "create")
      }
    }
    guard let failure else {
      let set = InstanceSet(
        generation: generation, target: target, strategy: strategy, instances: instances)
      madeSets.append(set)
      return set
    }
    for instance in instances {
      _ = metis_barrier_destroy(strategy.pointee.destroy, instance.pointer)
    }
    errors.append(section.error(at: "", message: "\(generation.id): \(failure)"))
    return nil
  }

  private func create(
    _ strategy: UnsafePointer<metis_strategy_v1>, _ generation: PluginGeneration,
    _ definition: TargetDefinition, _ target: Target, _ error: inout metis_error_v1,
    _ made: inout UnsafeMutableRawPointer?
  ) -> Int32 {
    target.name.withSlice { name in
      definition.mock.section.value.toJSON().jsonBytes().withSlice { config in
        definition.definition.jsonBytes().withSlice { text in
          definition.directory.withSlice { directory in
            var setup = metis_instance_v1()
            setup.size = UInt32(MemoryLayout<metis_instance_v1>.size)
            setup.kind = target.kind.rawValue
            setup.target = name
            setup.config = config
            setup.definition = text
            setup.directory = directory
            setup.seed = target.seed
            return metis_barrier_strategy_create(
              strategy.pointee.create, generation.plugin, &setup, &error, &made)
          }
        }
      }
    }
  }

  /// Has the plugin check a section by `metis.config/1`, where it offers that.
  private func check(
    _ generation: PluginGeneration, _ kind: UInt32, _ section: [UInt8], _ source: ConfigSection
  ) -> ConfigError? {
    guard let check = generation.config?.pointee.check else { return nil }
    var error = metis_error_v1.empty
    let pointer = BoundedBuffer(limit: 4096)
    let code = section.withSlice { text in
      pointer.withSink { metis_barrier_check(check, generation.plugin, kind, text, $0, &error) }
    }
    guard code != METIS_OK else { return nil }
    return source.error(
      at: String(decoding: pointer.bytes, as: UTF8.self),
      message: "\(generation.id): \(StrategyCalls.reason(code, error, of: "check"))")
  }

  // MARK: Auths and filters

  private mutating func buildAuths() throws(CompositionError) {
    for method in configuration.auth.methods {
      let generation = active.first {
        $0.auth != nil && $0.descriptor.provides.contains(method.name)
      }
      guard let generation, let table = generation.auth else {
        // A server that is meant to be protected does not start unprotected.
        errors.append(
          ConfigError(
            at: method.place, keyPath: "auth.use",
            message: "no active plugin provides the authentication \"\(method.name)\""))
        continue
      }
      let text = method.section.value.toJSON().jsonBytes()
      // The composition's auths stand in the order of its configuration's methods.
      if let before,
        let place = before.configuration.auth.methods.firstIndex(where: {
          $0.name == method.name && $0.section.value.toJSON().jsonBytes() == text
        }), before.auths[place].generation === generation
      {
        auths.append(before.auths[place])
        continue
      }
      if let error = check(generation, METIS_SECTION_AUTH, text, method.section) {
        errors.append(error)
        continue
      }
      var error = metis_error_v1.empty
      var made: UnsafeMutableRawPointer?
      let code = text.withSlice {
        metis_barrier_create(table.pointee.create, generation.plugin, $0, &error, &made)
      }
      guard code == METIS_OK else {
        errors.append(
          method.section.error(
            at: "",
            message: "\(generation.id): \(StrategyCalls.reason(code, error, of: "create"))"))
        continue
      }
      let auth = Snapshot.Auth(generation: generation, table: table, instance: made)
      auths.append(auth)
      madeAuths.append(auth)
    }
  }

  private mutating func buildFilters() throws(CompositionError) {
    for generation in active.inFilterOrder {
      guard let table = generation.filter else { continue }
      if let kept = before?.filters.first(where: { $0.generation === generation }) {
        filters.append(kept)
        continue
      }
      var error = metis_error_v1.empty
      var made: UnsafeMutableRawPointer?
      let code = generation.manifest.filter.withSlice {
        metis_barrier_create(table.pointee.create, generation.plugin, $0, &error, &made)
      }
      guard code == METIS_OK else {
        throw .plugin(
          PluginError(
            .adoption,
            "the filter refuses its section: "
              + StrategyCalls.reason(code, error, of: "create"), plugin: generation.id,
            file: generation.manifest.file))
      }
      let filter = Snapshot.Filter(generation: generation, table: table, instance: made)
      filters.append(filter)
      madeFilters.append(filter)
    }
  }
}

extension Duration {
  /// Whole nanoseconds.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds.multipliedReportingOverflow(by: 1_000_000_000).overflow
      ? .max : seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}
