import CBarrier
import JSON
import MCP
import MetisConfig
import MetisPluginAPI

/// What a configuration and the active plugins make together, built without being visible: targets,
/// instances, and the snapshot that routes to them. Control thread only.
///
/// Building takes from the composition before whatever has not changed, so that a reload or a swap
/// makes only what is new. What was made in vain is destroyed by ``abandon()``.
final class Composition {
  let configuration: Configuration
  let snapshot: Snapshot
  /// What the snapshot's targets were made from, in their order.
  let row: DefinitionRow
  /// By the plugin's id: what its filter made.
  let filters: [Snapshot.Filter]
  let auths: [Snapshot.Auth]
  /// Made for this composition, not taken over.
  private let madeSets: [InstanceSet]
  private let madeAuths: [Snapshot.Auth]
  private let madeFilters: [Snapshot.Filter]
  /// The definitions that the snapshot's targets were made from, in their order: made at each call.
  var definitions: [TargetDefinition] { row.indices.map { row[$0] } }
  /// What an operator should know, where it stands: strategies that are not installed, faulty schemas
  /// of plugins, secrets in the clear.
  let issues: [ConfigError]
  /// What the sections refer to: files to watch, secrets to mask.
  let references: SectionReferences

  /// What the files were like that sections name, by the targets that have some: an instance is
  /// made anew where one has changed.
  let stamps: [TargetDefinition.Key: [String: FileStamp]]

  /// ``issues`` as lines.
  var warnings: [String] { issues.map(\.description) }

  /// What building needs to know of the host.
  struct Context {
    let seed: UInt64
    /// How many threads can call an inline strategy at once: loops of old and new generations.
    let inlineThreads: Int
    let workers: Int
    var number: UInt64
    /// Whether instances are made anew even for definitions that have not changed: something in
    /// `[reload] watch_directories` has, and nobody knows who reads it.
    var remakesInstances = false
  }

  /// Builds. `active` are the generations that serve, in the order of their manifests.
  init(
    _ configuration: Configuration, active: [PluginGeneration], before: Composition?,
    context: Context
  ) throws(CompositionError) {
    var builder = CompositionBuilder(
      configuration: configuration, active: active, before: before, context: context)
    do {
      try builder.build()
    } catch {
      builder.destroyMade()
      throw error
    }
    self.configuration = configuration
    madeSets = builder.madeSets
    madeAuths = builder.madeAuths
    madeFilters = builder.madeFilters
    filters = builder.filters
    auths = builder.auths
    stamps = builder.stamps
    references = SectionReferences(
      configuration, active, before: before?.references, origins: builder.origins)
    issues = (builder.warnings + references.warnings).inOrder(of: configuration)
    row = builder.row
    let encoded = EncodedAnswers(
      server: ServerInfo(configuration), targets: builder.targets,
      pageSize: configuration.server.pageSize, caching: configuration.server.caching,
      before: before?.snapshot.encoded)
    snapshot = Snapshot(
      number: context.number, settings: configuration.server, targets: builder.targets,
      instanceSets: builder.sets,
      auths: builder.auths, filters: builder.filters, encoded: encoded)
  }

  /// Destroys what was made for this composition: it never became visible.
  func abandon() { Composition.destroy(sets: madeSets, auths: madeAuths, filters: madeFilters) }

  /// Destroys everything, at the end of the host; but for what a call still holds.
  func destroyAll() {
    let free = snapshot.instanceSets.compactMap { $0 }.filter {
      $0.pending.load(ordering: .acquiring) == 0
    }
    Composition.destroy(sets: free, auths: auths, filters: filters)
  }

  static func destroy(
    sets: [InstanceSet], auths: [Snapshot.Auth], filters: [Snapshot.Filter]
  ) {
    for set in sets { set.destroy() }
    for auth in auths { _ = metis_barrier_destroy(auth.table.pointee.destroy, auth.instance) }
    for filter in filters {
      _ = metis_barrier_destroy(filter.table.pointee.destroy, filter.instance)
    }
  }

  /// What `after` no longer uses: to be destroyed once nobody can see it.
  func leftovers(after: Composition) -> Leftovers {
    return Leftovers(
      composition: self,
      sets: Composition.missing(snapshot.instanceSets, in: after.snapshot.instanceSets),
      auths: auths.filter { old in
        !after.auths.contains { $0.generation === old.generation && $0.instance == old.instance }
      },
      filters: filters.filter { old in
        !after.filters.contains {
          $0.generation === old.generation && $0.instance == old.instance
        }
      })
  }

  /// Those of `old` that are not in `new`: mostly a few between a common beginning and end.
  private static func missing(_ old: [InstanceSet?], in new: [InstanceSet?]) -> [InstanceSet] {
    var begin = 0
    while begin < min(old.count, new.count), old[begin] === new[begin] { begin += 1 }
    var end = 0
    let rest = min(old.count, new.count) - begin
    while end < rest, old[old.count - 1 - end] === new[new.count - 1 - end] { end += 1 }
    let kept = Set(
      new[begin..<new.count - end].compactMap { $0.map(ObjectIdentifier.init) })
    return old[begin..<old.count - end].compactMap { $0 }.filter {
      !kept.contains(ObjectIdentifier($0))
    }
  }

  /// Instances that were replaced.
  struct Leftovers {
    /// Who used them: its configuration goes with them, and not while somebody waits for a reload.
    private let composition: Composition
    var sets: [InstanceSet]
    var auths: [Snapshot.Auth]
    var filters: [Snapshot.Filter]

    fileprivate init(
      composition: Composition, sets: [InstanceSet], auths: [Snapshot.Auth],
      filters: [Snapshot.Filter]
    ) {
      self.composition = composition
      self.sets = sets
      self.auths = auths
      self.filters = filters
    }

    /// Removes and returns what `generation` made.
    mutating func take(of generation: PluginGeneration) -> Leftovers {
      let taken = Leftovers(
        composition: composition, sets: sets.filter { $0.generation === generation },
        auths: auths.filter { $0.generation === generation },
        filters: filters.filter { $0.generation === generation })
      sets.removeAll { $0.generation === generation }
      auths.removeAll { $0.generation === generation }
      filters.removeAll { $0.generation === generation }
      return taken
    }

    func destroy() { Composition.destroy(sets: sets, auths: auths, filters: filters) }
  }
}

/// Why a configuration and the plugins do not go together.
enum CompositionError: Error {
  /// A section that its plugin refuses: located in the configuration.
  case configuration([ConfigError])
  /// A plugin that fails on its own.
  case plugin(PluginError)

  /// For an operator.
  var description: String {
    switch self {
    case .configuration(let errors): errors.map(\.description).joined(separator: "\n")
    case .plugin(let error): error.description
    }
  }
}
