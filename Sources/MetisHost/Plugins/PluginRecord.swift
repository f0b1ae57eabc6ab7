/// All that the registry knows of one plugin. Control thread only.
final class PluginRecord {
  /// A generation that no new call reaches.
  struct Draining {
    let generation: PluginGeneration
    /// Passes when no thread can still be inside what was visible before the change.
    let ticket: UInt64
    /// When the drain began, in nanoseconds of the registry's clock.
    let since: UInt64
    /// Whether its drain limit was reported.
    var isReported = false
  }

  /// What a rollback needs of an earlier generation.
  struct Previous {
    let number: Int
    let version: SemanticVersion
    /// Its private copy, which stays for this purpose.
    let path: String
    let source: String
    let sha256: String
    let signatureBytes: [UInt8]
    let manifest: PluginManifest
  }

  /// What the operator says.
  var manifest: PluginManifest
  /// Its id; nil until its library was loaded once.
  var id: String?
  /// Why it is not active, or why its last change failed.
  var failure: PluginError?
  /// Whether it was disabled by an operator or by its manifest.
  var isDisabled: Bool
  /// The generation that calls reach.
  var current: PluginGeneration?
  /// Generations whose last calls have not ended.
  var draining: [Draining] = []
  /// The generation to which a rollback returns.
  var previous: Previous?
  /// The latest generations that are retired or failed, oldest first.
  private(set) var history: [GenerationStatus] = []
  /// The number of the latest generation that became active.
  var lastNumber = 0
  /// SHA-256 of the manifest's library when it last became active: a scan swaps only what changed.
  var scannedDigest: String?

  /// How many past generations are shown.
  private static let historyLimit = 16

  init(manifest: PluginManifest) {
    self.manifest = manifest
    isDisabled = !manifest.isEnabled
  }

  /// The id, or the manifest's name where the id is not known.
  var label: String { id ?? manifest.name }

  func remember(_ generation: PluginGeneration, isMapped: Bool) {
    history.append(GenerationStatus(generation, isMapped: isMapped))
    if history.count > Self.historyLimit { history.removeFirst() }
  }
}

/// One generation, for status documents.
struct GenerationStatus: Sendable {
  let number: Int
  let version: SemanticVersion
  let fingerprint: String
  let sha256: String
  let source: String
  let signature: SignatureState
  /// Every state with its time in nanoseconds of the registry's clock.
  let steps: [PluginLifecycle.Step]
  /// Calls that hold it.
  let calls: Int
  /// Whether its image is in memory.
  let isMapped: Bool
  /// Bytes of its library.
  let byteCount: Int

  init(_ generation: PluginGeneration, isMapped: Bool) {
    number = generation.number
    version = generation.descriptor.version
    fingerprint = generation.descriptor.fingerprint
    sha256 = generation.sha256
    source = generation.source
    signature = generation.signature
    steps = generation.lifecycle.steps
    calls = generation.calls.load(ordering: .acquiring)
    self.isMapped = isMapped
    byteCount = generation.byteCount
  }
}

/// One plugin, for status documents.
struct PluginStatus: Sendable {
  /// What the plugin does as a whole.
  enum State: String, Sendable {
    /// Its manifest was read; it was not loaded yet.
    case found
    /// Calls reach it.
    case active
    /// It is not loaded, by an operator's wish.
    case disabled
    /// It is not loaded, for the reason given.
    case failed
  }

  /// Its id; nil where its library was never loaded.
  let id: String?
  /// The name by which an operator can speak of it all the same.
  let name: String
  let file: String
  let state: State
  /// Who it says it is; nil where it is not loaded.
  let descriptor: PluginDescriptor?
  /// Ids of the extensions it offers.
  let extensions: [String]
  let grants: [String]
  /// Why it is not active, or why its last change failed.
  let failure: PluginError?
  /// Active, draining, then past generations, newest first.
  let generations: [GenerationStatus]
  /// Calls that hold one of its generations.
  let calls: Int
  /// The generation to which a rollback returns.
  let previous: Int?
}

/// What the registry as a whole holds.
struct RegistryStatus: Sendable {
  /// Images that are retired, or failed to load, and cannot be unmapped.
  let mappedImages: Int
  /// Bytes of their libraries.
  let mappedBytes: Int
  /// How many of them make swaps fail.
  let mappedLimit: Int
  /// Bytes of the private copies.
  let bytesOnDisk: Int
  /// Where the private copies stand.
  let storeDirectory: String
  /// Generations that drain.
  let draining: Int
}

/// What to put in a plugin's place.
struct SwapRequest: Sendable {
  /// The library; nil for the one that the manifest names.
  var path: String?
  /// Its signature file; nil for the library's path with `.minisig` (or the manifest's, where
  /// `path` is nil too).
  var signature: String?
  /// The SHA-256 that the library must have, in hexadecimal of either case.
  var sha256: String?

  init(path: String? = nil, signature: String? = nil, sha256: String? = nil) {
    self.path = path
    self.signature = signature
    self.sha256 = sha256
  }
}

/// A swap that took place.
struct SwapOutcome: Sendable {
  /// What became of the old generation's state.
  enum Handover: String, Sendable {
    /// One of the two does not offer METIS_STATE_V1.
    case notOffered = "not-offered"
    /// The new generation has it.
    case restored
    /// The new generation does not know the format and started fresh.
    case fresh
  }

  let id: String
  /// Nil where nothing was active before.
  let oldNumber: Int?
  let newNumber: Int
  let oldVersion: SemanticVersion?
  let newVersion: SemanticVersion
  let sha256: String
  let state: Handover
  /// Nanoseconds from the request to the store.
  let duration: UInt64
}

/// Something that an operator should know and that stops nothing.
enum PluginNotice: Sendable {
  /// The policy is `warn`, and the signature is missing or not good.
  case signature(id: String, file: String, state: SignatureState)
  /// A generation has been draining for longer than the limit; it stays until its calls end.
  case drainLimit(id: String, number: Int, calls: Int, seconds: UInt64)
  /// A generation was retired.
  case retired(id: String, number: Int, isMapped: Bool)
  /// A plugin failed while it was being taken down.
  case failure(PluginError)
}
