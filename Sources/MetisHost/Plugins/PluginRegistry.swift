/// Every plugin of the host: found, verified, loaded, ordered, replaced, drained, retired.
///
/// Every method runs on the host's control thread, one at a time; none is called from inside an
/// adopter's method. Other threads see generations only through what the adopter publishes.
final class PluginRegistry {
  /// What the registry is made from.
  struct Options {
    /// Directories in which a manifest's relative `library` is searched, after its own.
    var librarySearchPath: [String] = []
    /// What is demanded of signatures.
    var signatures = SignaturePolicy.off
    /// Where the private copies go; nil for `$XDG_RUNTIME_DIR` or `/tmp`.
    var storeParent: String?
    /// Nanoseconds after which a drain is reported.
    var drainLimit: UInt64 = 30_000_000_000
    /// How many retired images may stay mapped before a swap is refused.
    var mappedLimit = 512
    /// Bytes of a state that is handed over.
    var stateLimit = 64 << 20
    /// Nanoseconds; monotonic.
    var clock: () -> UInt64 = monotonicNanoseconds

    init() {}
  }

  let options: Options
  let store: PluginStore
  let contexts: any PluginContextProvider
  /// Builds and publishes what uses the plugins. While it is nil, plugins become active without
  /// being asked for: a host loads its plugins first, builds its first snapshot from
  /// ``active`` and then becomes the adopter.
  weak var adopter: (any GenerationAdopter)?

  /// Asks the filters whether the plugin `id` may be changed; throws to refuse.
  var beforeChange: ((_ id: String) throws(PluginError) -> Void)?
  /// Tells the filters that the change of `id` took place, or why not.
  var afterChange: ((_ id: String, _ failure: PluginError?) -> Void)?
  /// Receives what an operator should know.
  var report: (PluginNotice) -> Void = { _ in }

  /// In the order of their files.
  var records: [PluginRecord] = []
  /// The directory of manifests; nil before ``discover(directory:)``.
  var directory: String?
  /// Images that stay mapped although nothing uses them.
  var mappedImages = 0
  var mappedBytes = 0

  init(
    options: Options = Options(), contexts: any PluginContextProvider
  ) throws(PluginError) {
    self.options = options
    self.contexts = contexts
    store = try PluginStore(parent: options.storeParent)
  }
}
