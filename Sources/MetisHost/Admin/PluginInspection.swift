public import JSON
import MetisPluginAPI

/// What a library says about itself: read from its file, and, in a process that may crash, from the
/// tables that it fills in.
public struct PluginInspection: Sendable {
  /// The library.
  public let path: String

  /// Its size in bytes.
  public let byteCount: Int

  /// Lower-case hexadecimal digest of its bytes.
  public let sha256: String

  /// What its ELF section `metis_meta` says.
  public let meta: PluginMeta

  /// Who it says it is; nil before ``load()``.
  public private(set) var descriptor: PluginDescriptor?

  /// Ids of the extensions that it offers; nil where `init` failed, for they are asked after it.
  public private(set) var extensions: [String]?

  /// What `init` said. It has neither services of a host nor a configuration here, and some plugins
  /// need them.
  public private(set) var initFailure: String?

  /// Reads the file without running anything of it.
  public init(path: String) throws(PluginError) {
    let bytes = try PluginStore.read(path)
    self.path = path
    byteCount = bytes.count
    sha256 = PluginStore.sha256(bytes)
    meta = try bytes.withUnsafeBytes { buffer in
      Result { () throws(PluginError) in try ELFImage.meta(of: buffer) }
    }.get()
  }

  /// Loads the library into this process, which runs its code, and checks its tables. The library
  /// stays loaded.
  public mutating func load() throws(PluginError) {
    let absolute = path.contains("/") ? path : "./\(path)"
    let image = try PluginLoader.load(path: absolute, meta: meta, keptMapped: {})
    descriptor = image.descriptor
    let host = UnsafeMutablePointer<metis_host_v1>.allocate(capacity: 1)
    host.initialize(
      to: metis_host_v1(
        size: UInt32(MemoryLayout<metis_host_v1>.size), abi: METIS_ABI_VERSION, context: nil,
        service: { _, _ in nil }))
    let plugin: UnsafeMutableRawPointer?
    do {
      plugin = try PluginCalls.initialise(image.table, host: host, config: Array("{}".utf8))
    } catch {
      initFailure = error.message
      return
    }
    let tables = try ExtensionTables { (id) throws(PluginError) in
      try PluginCalls.query(image.table, plugin: plugin, id: id)
    }
    extensions = tables.ids
    if let failure = PluginCalls.deinitialise(image.table, plugin: plugin) { throw failure }
  }

  /// All of it, for programs.
  public var json: JSONValue {
    var object = JSONObject()
    object["file"] = .string(path)
    object["bytes"] = JSONValue(byteCount)
    object["sha256"] = .string(sha256)
    object["abi"] = .string(abiText(meta.abi))
    object["unloadable"] = .bool(meta.isUnloadable)
    object["contains_swift"] = .bool(meta.containsSwift)
    object["needed"] = .array(meta.needed.map(JSONValue.string))
    object["descriptor"] = descriptor?.json
    object["extensions"] = extensions.map { .array($0.map(JSONValue.string)) }
    object["init_failure"] = initFailure.map(JSONValue.string)
    return .object(object)
  }
}

extension PluginDescriptor {
  /// Who the plugin says it is.
  fileprivate var json: JSONValue {
    [
      "id": .string(id), "name": .string(name), "version": .string(version.description),
      "vendor": .string(vendor), "license": .string(license),
      "fingerprint": .string(fingerprint), "provides": .array(provides.map(JSONValue.string)),
      "requires": .array(
        requirements.map { ["id": .string($0.id), "range": .string($0.range.description)] }),
      "needs": .array(needs.map(JSONValue.string)),
    ]
  }
}
