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
  let row: DefinitionRow
  private(set) var targets: [Target] = []
  private(set) var sets: [InstanceSet?] = []
  private(set) var auths: [Snapshot.Auth] = []
  private(set) var filters: [Snapshot.Filter] = []
  private(set) var madeSets: [InstanceSet] = []
  private(set) var madeAuths: [Snapshot.Auth] = []
  private(set) var madeFilters: [Snapshot.Filter] = []
  /// Of each target the place in the composition before, where its definition is the same; else -1.
  private(set) var origins: [Int] = []
  /// Of sections and their plugins, each once.
  var warnings: [ConfigError] = []
  var errors: [ConfigError] = []
  let sections: SectionCheck
  private var schemas = CompiledSchemas()
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
    row = DefinitionRow(configuration)
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
    var search = before.map { DefinitionSearch($0.row) }
    var providers = Providers(generations: sections.strategies)
    targets.reserveCapacity(row.count)
    sets.reserveCapacity(row.count)
    origins.reserveCapacity(row.count)
    for place in row.indices {
      let generation = providers.generation(row.strategy(place))
      let found = search?.find(place, in: row)
      origins.append(found.flatMap { $0.hasSameDefinition ? $0.place : nil } ?? -1)
      if let before, let found, found.isSame {
        let (target, set) = (
          before.snapshot.targets[found.place], before.snapshot.instanceSets[found.place]
        )
        let isFresh = note(files(of: place, generation, before: found.place), place, before)
        if let set, set.generation === generation, isFresh, !context.remakesInstances {
          targets.append(target)
          sets.append(set)
        } else {
          let definition = row[place]
          targets.append(target)
          sets.append(try makeSet(definition, target, generation))
        }
        continue
      }
      let definition = row[place]
      // The same target under other rules of the server: its calls are numbered on.
      let ordinal = found.flatMap { found in
        found.hasSameDefinition
          ? before?.snapshot.targets[found.place].ordinal.load(ordering: .relaxed) : nil
      }
      guard let target = makeTarget(definition, ordinal ?? 0) else { continue }
      targets.append(target)
      _ = note(files(of: place, generation, before: nil), place, nil)
      sets.append(try makeSet(definition, target, generation))
    }
  }

  /// What the files are like that a definition's section names. Taken before its instances read them:
  /// one that is written meanwhile counts as changed. `origin`: its place in the composition before.
  private func files(
    of place: Int, _ generation: PluginGeneration?, before origin: Int?
  ) -> [String: FileStamp] {
    guard let generation else { return [:] }
    if let origin, let before, before.references.isPlain(origin, under: sections.active) {
      return [:]
    }
    return sections.files(of: row[place], generation)
  }

  /// Notes the files of a definition; whether they are as they were in the composition before.
  private mutating func note(
    _ files: [String: FileStamp], _ place: Int, _ before: Composition?
  ) -> Bool {
    if files.isEmpty, before?.stamps.isEmpty ?? true { return true }
    let key = row[place].key
    if !files.isEmpty { stamps[key] = files }
    return before?.stamps[key] ?? [:] == files
  }

  /// Who provides which strategy. Tools that stand beside each other often ask for the same one.
  private struct Providers {
    let generations: [String: PluginGeneration]
    private var last: (name: String, generation: PluginGeneration?)?

    init(generations: [String: PluginGeneration]) { self.generations = generations }

    mutating func generation(_ name: String) -> PluginGeneration? {
      if let last, last.name == name { return last.generation }
      let found = generations[name]
      last = (name, found)
      return found
    }
  }

  /// A target, whose calls go on from number `ordinal`; nil with an error where its schemas do not
  /// compile.
  private mutating func makeTarget(_ definition: TargetDefinition, _ ordinal: UInt64) -> Target? {
    do {
      return Target(
        listing: definition.listing, rules: try definition.rules(&schemas),
        seed: definition.mock.seed ?? context.seed ^ definition.hash,
        timeout: definition.settings.timeout, ordinal: ordinal)
    } catch {
      errors.append(error)
      return nil
    }
  }

  /// The instances for a target; nil with a warning where nobody provides the strategy, or with an
  /// error where the section is refused.
  private mutating func makeSet(
    _ definition: TargetDefinition, _ target: Target, _ generation: PluginGeneration?
  ) throws(CompositionError) -> InstanceSet? {
    guard let generation, let strategy = generation.strategy else {
      warnings.append(missing(definition))
      return nil
    }
    let section = definition.mock.section
    guard let config = checked(generation, METIS_SECTION_STRATEGY, section) else { return nil }
    let flags = strategy.pointee.flags
    let count =
      flags & METIS_STRATEGY_REENTRANT != 0
      ? 1 : flags & METIS_STRATEGY_MAY_BLOCK != 0 ? context.workers : context.inlineThreads
    let text = definition.definition.jsonBytes()
    var instances: [Instance] = []
    var failure: String?
    for _ in 0..<count where failure == nil {
      var error = metis_error_v1.empty
      var made: UnsafeMutableRawPointer?
      let code = definition.create(
        by: strategy, of: generation, for: target, config: config, definition: text, &error, &made)
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

extension TargetDefinition {
  /// Has a plugin make one instance. `config` and `definition` are the section and the definition as
  /// JSON.
  fileprivate func create(
    by strategy: UnsafePointer<metis_strategy_v1>, of generation: PluginGeneration,
    for target: Target, config: [UInt8], definition: [UInt8], _ error: inout metis_error_v1,
    _ made: inout UnsafeMutableRawPointer?
  ) -> Int32 {
    target.name.withSlice { name in
      config.withSlice { config in
        definition.withSlice { text in
          directory.withSlice { directory in
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
}

extension Duration {
  /// Whole nanoseconds.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds.multipliedReportingOverflow(by: 1_000_000_000).overflow
      ? .max : seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}
