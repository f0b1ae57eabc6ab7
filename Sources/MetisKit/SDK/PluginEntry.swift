// The ELF section `metis_meta` (`metis_meta_v1` of `metis/plugin.h`) of every library that holds
// MetisKit: the host reads it before a line of the library runs. METIS_META_MAGIC and
// METIS_ABI_VERSION are spelled out because a section takes literals alone; a test compares them
// with the headers. The flags are 0: an image that holds Swift is never unmapped.
@section("metis_meta") @used
let pluginMeta: (UInt64, UInt32, UInt32) = (0x314c_5053_4954_454d, 0x0001_0000, 0)

/// The one line between the C entry of a plugin and its Swift type.
public enum Plugin {
  /// Fills the host's table for a plugin with one strategy. All there is to write beside it:
  ///
  ///     @c(metis_plugin_entry)
  ///     public func entry(_ host: UInt32, _ out: UnsafeMutablePointer<metis_plugin_v1>?) -> Int32 {
  ///       Plugin.enter(Greeting.self, host, out)
  ///     }
  @inlinable
  public static func enter<R: Responder>(
    _ strategy: R.Type, _ host: UInt32, _ out: UnsafeMutablePointer<metis_plugin_v1>?
  ) -> Int32 {
    enter(StrategyPlugin<R>(), host, out)
  }

  /// Fills the table so that every function leads to `plugin`, which is never released: the host
  /// may read the tables as long as the library is loaded.
  @usableFromInline
  static func enter(
    _ plugin: PluginBox, _ host: UInt32, _ out: UnsafeMutablePointer<metis_plugin_v1>?
  ) -> Int32 {
    guard let out else { return METIS_INVALID }
    guard host >> 16 == METIS_ABI_MAJOR else { return METIS_UNSUPPORTED }
    guard out.pointee.size >= UInt32(MemoryLayout<metis_plugin_v1>.size) else {
      return METIS_UNSUPPORTED
    }
    out.pointee = metis_plugin_v1(
      size: UInt32(MemoryLayout<metis_plugin_v1>.size),
      abi: pluginMeta.1,
      descriptor: plugin.descriptor.leak(),
      context: Unmanaged.passRetained(plugin).toOpaque(),
      init: { context, host, config, error, plugin in
        guard let context, let host, let plugin else { return METIS_INVALID }
        return Unmanaged<PluginBox>.fromOpaque(context)._withUnsafeGuaranteedRef {
          $0.start(host, config, error, plugin)
        }
      },
      deinit: { plugin in
        guard let plugin else { return }
        Unmanaged<PluginBox>.fromOpaque(plugin)._withUnsafeGuaranteedRef { $0.stop() }
      },
      query: { plugin, id in
        guard let plugin else { return nil }
        return Unmanaged<PluginBox>.fromOpaque(plugin)._withUnsafeGuaranteedRef { $0.table(id) }
      })
    return METIS_OK
  }
}

/// A plugin behind a C `void *`. C function pointers cannot capture a generic type, so the tables
/// lead to this class and the generic subclass knows the type. Used on the main thread alone.
@usableFromInline
class PluginBox {
  /// Who the plugin is.
  let descriptor: Descriptor

  /// The host's services, from `init` to `deinit`.
  private(set) var host: Host?

  @usableFromInline
  init(_ descriptor: Descriptor) { self.descriptor = descriptor }

  func start(
    _ host: UnsafePointer<metis_host_v1>, _ config: metis_slice_v1,
    _ error: UnsafeMutablePointer<metis_error_v1>?,
    _ plugin: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  ) -> Int32 {
    do {
      let config: JSONValue =
        config.count == 0 ? [:] : try JSONValue(parsing: config.buffer)
      self.host = Host(host, configuration: config)
      plugin.pointee = Unmanaged.passUnretained(self).toOpaque()
      return METIS_OK
    } catch let failure {
      error?.fill(METIS_INVALID, "the manifest's [config]: \(failure)")
      return METIS_INVALID
    }
  }

  func stop() { host = nil }

  /// The table of the extension `id`.
  func table(_ id: metis_slice_v1) -> UnsafeRawPointer? { nil }

  /// Allocates a table that lives as long as the library.
  static func leak<Table>(_ table: Table) -> UnsafeRawPointer {
    let storage = UnsafeMutablePointer<Table>.allocate(capacity: 1)
    storage.initialize(to: table)
    return UnsafeRawPointer(storage)
  }
}
