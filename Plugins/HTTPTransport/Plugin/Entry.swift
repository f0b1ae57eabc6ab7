import HTTPEngine
import MetisPluginAPI

/// What the host reads before it runs a line: magic, ABI version, flags (`metis_meta_v1`).
@section("metis_meta") @used
let pluginMeta: (UInt64, UInt32, UInt32) = (0x314c_5053_4954_454d, 0x0001_0000, 0)

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The plugin's entry: plain stores (metis/plugin.h).
@c @implementation
public func metis_plugin_entry(
  _ hostABI: UInt32, _ out: UnsafeMutablePointer<metis_plugin_v1>!
) -> Int32 {
  guard hostABI >> 16 == METIS_ABI_MAJOR else { return METIS_UNSUPPORTED }
  out.pointee.size = UInt32(MemoryLayout<metis_plugin_v1>.size)
  out.pointee.abi = METIS_ABI_VERSION
  out.pointee.descriptor = makeDescriptor()
  out.pointee.context = nil
  out.pointee.`init` = initialize
  out.pointee.`deinit` = deinitialize
  out.pointee.query = query
  return METIS_OK
}

/// A slice of static text.
func slice(_ text: StaticString) -> metis_slice_v1 {
  metis_slice_v1(bytes: text.utf8Start, count: text.utf8CodeUnitCount)
}

/// The descriptor, in memory that is never freed: it lives as long as the library.
private func makeDescriptor() -> UnsafePointer<metis_descriptor_v1> {
  // One door: streams and WebSockets begin as requests of it.
  let names = [slice("http"), slice("sse"), slice("websocket")]
  let provides = UnsafeMutableBufferPointer<metis_slice_v1>.allocate(capacity: names.count)
  _ = provides.initialize(from: names)
  let needs = UnsafeMutablePointer<metis_slice_v1>.allocate(capacity: 1)
  needs.initialize(to: slice("net.listen"))
  var content = metis_descriptor_v1()
  content.size = UInt32(MemoryLayout<metis_descriptor_v1>.size)
  content.id = slice("dev.metis.transport.http")
  content.name = slice("HTTP/1.1 transport")
  content.version = slice("0.1.0")
  content.vendor = slice("Metis")
  content.license = slice("MIT")
  content.provides = UnsafePointer(provides.baseAddress)
  content.provides_count = names.count
  content.needs = UnsafePointer(needs)
  content.needs_count = 1
  let descriptor = UnsafeMutablePointer<metis_descriptor_v1>.allocate(capacity: 1)
  descriptor.initialize(to: content)
  return UnsafePointer(descriptor)
}

/// The plugin between `init` and `deinit`.
final class PluginState {
  let log: EngineLog
  /// The schema of the transport's section.
  let schema: UnsafeMutableBufferPointer<UInt8>

  init(_ log: EngineLog) {
    self.log = log
    let text = Array(EngineSettings.schema().utf8)
    schema = .allocate(capacity: text.count)
    _ = schema.initialize(from: text)
  }

  deinit { schema.deallocate() }
}

private func initialize(
  _ context: UnsafeMutableRawPointer?, _ host: UnsafePointer<metis_host_v1>?,
  _ config: metis_slice_v1, _ error: UnsafeMutablePointer<metis_error_v1>?,
  _ plugin: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  let table = host?.pointee.service?(host?.pointee.context, slice("metis.host.log/1"))
  let log = EngineLog(
    table?.assumingMemoryBound(to: metis_host_log_v1.self), context: host?.pointee.context)
  plugin?.pointee = Unmanaged.passRetained(PluginState(log)).toOpaque()
  return METIS_OK
}

private func deinitialize(_ plugin: UnsafeMutableRawPointer?) {
  if let plugin { Unmanaged<PluginState>.fromOpaque(plugin).release() }
}

private func query(
  _ plugin: UnsafeMutableRawPointer?, _ id: metis_slice_v1
) -> UnsafeRawPointer? {
  if isEqual(id, METIS_TRANSPORT_V1) { return UnsafeRawPointer(makeTransportTable()) }
  if isEqual(id, METIS_CONFIG_V1) { return UnsafeRawPointer(makeConfigTable()) }
  return nil
}

private func isEqual(_ slice: metis_slice_v1, _ text: String) -> Bool {
  UnsafeBufferPointer(start: slice.bytes, count: slice.count).elementsEqual(text.utf8)
}
