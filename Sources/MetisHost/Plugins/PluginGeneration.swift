import MetisPluginAPI
import Synchronization

/// Whether and by whom a library was signed.
enum SignatureState: Sendable, Hashable {
  /// The policy is `off`.
  case unchecked
  /// The policy is `warn`, and there is no signature file.
  case unsigned
  /// The policy is `warn`, and the signature is not good.
  case invalid(reason: String)
  /// Signed by the trusted key with this id.
  case trusted(keyID: String, comment: String)
}

/// One loaded version of a plugin: its library, its tables, its life.
///
/// Written on the control thread before it is published, and read by all threads afterwards; the
/// two things that change while others read are `calls`, an atomic, and `lifecycle`, which only
/// the control thread touches. Hence `@unchecked Sendable`.
final class PluginGeneration: @unchecked Sendable {
  /// The plugin's reverse-DNS id.
  let id: String
  /// 1, 2, … for each plugin.
  let number: Int
  /// Who the plugin says it is.
  let descriptor: PluginDescriptor
  /// The private copy that is mapped.
  let path: String
  /// The file that was copied.
  let source: String
  /// Lower-case hexadecimal digest of the bytes.
  let sha256: String
  /// Bytes of the library.
  let byteCount: Int
  /// Whether and by whom it was signed.
  let signature: SignatureState
  /// The signature file's bytes; empty where there was none.
  let signatureBytes: [UInt8]
  /// The manifest it was loaded with.
  let manifest: PluginManifest
  /// The mapped library.
  let image: PluginImage
  /// What its sections have to be like. Control thread only.
  let sections = SectionSchemas()

  /// What `init` gave; passed to the functions of the tables.
  private(set) var plugin: UnsafeMutableRawPointer?
  /// The extensions it offers.
  private(set) var tables = ExtensionTables()
  /// The host as it sees it; held until `deinit` has returned.
  private var context: (any PluginContextHandle)?

  /// Calls that complete later, and whatever else must end before `deinit` (a draining transport,
  /// an admin request on a worker): each holds one, taken while a reader of what was visible and
  /// given up with release ordering when it is done with the generation.
  let calls = Atomic<Int>(0)
  /// Whether its library is the one that the manifest names, not one that an operator chose.
  /// Control thread only.
  var followsManifest = false
  /// Its life. Control thread only.
  var lifecycle: PluginLifecycle

  init(
    number: Int, source: String, stage: StagedLibrary, manifest: PluginManifest,
    image: PluginImage, lifecycle: PluginLifecycle
  ) {
    self.id = image.descriptor.id
    self.number = number
    self.descriptor = image.descriptor
    self.path = stage.path
    self.source = source
    self.sha256 = stage.sha256
    self.byteCount = stage.byteCount
    self.signature = stage.signature
    self.signatureBytes = stage.signatureBytes
    self.manifest = manifest
    self.image = image
    self.lifecycle = lifecycle
  }

  /// METIS_STRATEGY_V1; nil where it is not offered.
  var strategy: UnsafePointer<metis_strategy_v1>? { tables.strategy }
  /// METIS_TRANSPORT_V1.
  var transport: UnsafePointer<metis_transport_v1>? { tables.transport }
  /// METIS_AUTH_V1.
  var auth: UnsafePointer<metis_auth_v1>? { tables.auth }
  /// METIS_FILTER_V1.
  var filter: UnsafePointer<metis_filter_v1>? { tables.filter }
  /// METIS_STATE_V1.
  var state: UnsafePointer<metis_state_v1>? { tables.state }
  /// METIS_ADMIN_V1.
  var admin: UnsafePointer<metis_admin_v1>? { tables.admin }
  /// METIS_CONFIG_V1.
  var config: UnsafePointer<metis_config_v1>? { tables.config }
  /// METIS_ENGINE_V1.
  var engine: UnsafePointer<metis_engine_v1>? { tables.engine }

  /// Calls `init` and asks for the extensions. Where a table is malformed, `deinit` has been
  /// called when this throws.
  func initialise(with context: any PluginContextHandle) throws(PluginError) {
    self.context = context
    do {
      plugin = try PluginCalls.initialise(
        image.table, host: context.hostTable, config: manifest.config)
    } catch {
      context.endTimers()
      context.invalidate()
      self.context = nil
      throw error.about(plugin: id, file: manifest.file)
    }
    do {
      let table = image.table
      let plugin = self.plugin
      tables = try ExtensionTables { (id) throws(PluginError) in
        try PluginCalls.query(table, plugin: plugin, id: id)
      }
      try checkManifest()
    } catch {
      deinitialise()
      throw error.about(plugin: id, file: manifest.file)
    }
  }

  /// Calls `deinit` and takes the host's services from the plugin. Returns the failure of a
  /// plugin that threw an exception; it counts as gone all the same.
  @discardableResult
  func deinitialise() -> PluginError? {
    guard let context else { return nil }
    context.endTimers()
    let failure = PluginCalls.deinitialise(image.table, plugin: plugin)
    context.invalidate()
    tables = ExtensionTables()
    plugin = nil
    self.context = nil
    return failure?.about(plugin: id, file: manifest.file)
  }
}
