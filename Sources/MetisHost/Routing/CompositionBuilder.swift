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
  /// Of sections and their plugins, each once.
  var warnings: [ConfigError] = []
  var errors: [ConfigError] = []
  let sections: SectionCheck
  /// What the files were like that sections name, by the targets that have some.
  private(set) var stamps: [TargetDefinition.Key: [String: FileStamp]] = [:]

  init(
    configuration: Configuration, active: [PluginGeneration], before: Composition?,
    context: Composition.Context
  ) {
    self.configuration = configuration
    self.active = active
    self.before = before
    self.context = context
    definitions = TargetDefinition.all(configuration)
    sections = SectionCheck(active: active)
  }

  mutating func build() throws(CompositionError) {
    try buildTargets()
    try buildAuths()
    try buildFilters()
    checkTransports()
    guard errors.isEmpty else { throw .configuration(errors.inOrder(of: configuration)) }
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
    for definition in definitions {
      let generation = sections.strategies[definition.mock.strategy]
      let place = old[definition.key]
      guard let target = makeTarget(definition, place) else { continue }
      targets.append(target)
      // Taken before the instances read the files: one that is written meanwhile counts as changed.
      let files = generation.map { sections.files(of: definition, $0) } ?? [:]
      if !files.isEmpty { stamps[definition.key] = files }
      if let before, let place, target === before.snapshot.targets[place],
        let set = before.snapshot.instanceSets[place], set.generation === generation,
        before.stamps[definition.key] ?? [:] == files
      {
        sets.append(set)
        continue
      }
      guard let generation else {
        sets.append(nil)
        warnings.append(missing(definition))
        continue
      }
      sets.append(try makeSet(definition, target, generation))
    }
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
    guard let config = checked(generation, METIS_SECTION_STRATEGY, section) else { return nil }
    let flags = strategy.pointee.flags
    let count =
      flags & METIS_STRATEGY_REENTRANT != 0
      ? 1 : flags & METIS_STRATEGY_MAY_BLOCK != 0 ? context.workers : context.inlineThreads
    var instances: [Instance] = []
    var failure: String?
    for _ in 0..<count where failure == nil {
      var error = metis_error_v1.empty
      var made: UnsafeMutableRawPointer?
      let code = create(strategy, generation, definition, config, target, &error, &made)
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
    errors.append(section.refusal(of: generation, failure))
    return nil
  }

  private func create(
    _ strategy: UnsafePointer<metis_strategy_v1>, _ generation: PluginGeneration,
    _ definition: TargetDefinition, _ config: [UInt8], _ target: Target,
    _ error: inout metis_error_v1, _ made: inout UnsafeMutableRawPointer?
  ) -> Int32 {
    target.name.withSlice { name in
      config.withSlice { config in
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
      guard let config = checked(generation, METIS_SECTION_AUTH, method.section) else { continue }
      var error = metis_error_v1.empty
      var made: UnsafeMutableRawPointer?
      let code = config.withSlice {
        metis_barrier_create(table.pointee.create, generation.plugin, $0, &error, &made)
      }
      guard code == METIS_OK else {
        errors.append(
          method.section.refusal(
            of: generation, StrategyCalls.reason(code, error, of: "create")))
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
