import Glibc
import MetisPluginAPI
import Testing

/// A plugin as a host loads it: from the library that the build made.
final class LoadedPlugin {
  let descriptor: metis_descriptor_v1
  let transport: UnsafePointer<metis_transport_v1>
  let config: UnsafePointer<metis_config_v1>
  let plugin: UnsafeMutableRawPointer?
  private let table: metis_plugin_v1

  init(_ name: String) throws {
    var path = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &path, path.count - 1)
    let executable = String(
      decoding: path.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let folder = executable.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let library = folder.joined(separator: "/") + "/lib\(name).so"
    let handle = try #require(dlopen(library, RTLD_NOW | RTLD_LOCAL), "\(library)")
    let symbol = try #require(dlsym(handle, "metis_plugin_entry"))
    typealias Entry = @convention(c) (UInt32, UnsafeMutablePointer<metis_plugin_v1>?) -> Int32
    let entry = unsafeBitCast(symbol, to: Entry.self)
    var table = metis_plugin_v1()
    table.size = UInt32(MemoryLayout<metis_plugin_v1>.size)
    try #require(entry(METIS_ABI_VERSION, &table) == METIS_OK)
    var refused = table
    try #require(entry(0x0002_0000, &refused) == METIS_UNSUPPORTED)
    descriptor = try #require(table.descriptor).pointee
    var host = metis_host_v1()
    host.service = { _, _ in nil }
    var state: UnsafeMutableRawPointer?
    try #require(table.`init`(table.context, &host, metis_slice_v1(), nil, &state) == METIS_OK)
    plugin = state
    self.table = table
    transport = try #require(LoadedPlugin.query(table, state, METIS_TRANSPORT_V1))
      .assumingMemoryBound(to: metis_transport_v1.self)
    config = try #require(LoadedPlugin.query(table, state, METIS_CONFIG_V1))
      .assumingMemoryBound(to: metis_config_v1.self)
    try #require(LoadedPlugin.query(table, state, "metis.other/1") == nil)
  }

  deinit { table.`deinit`(plugin) }

  private static func query(
    _ table: metis_plugin_v1, _ plugin: UnsafeMutableRawPointer?, _ id: String
  ) -> UnsafeRawPointer? {
    withSlice(id) { table.query(plugin, $0) }
  }

  /// The code and the text of `create`'s answer to a configuration.
  func create(
    _ json: String, host: UnsafePointer<metis_host_transport_v1>,
    context: UnsafeMutableRawPointer?, out: inout UnsafeMutableRawPointer?
  ) -> (code: Int32, text: String) {
    withSlice(json) { slice in
      var setup = metis_transport_setup_v1()
      setup.size = UInt32(MemoryLayout<metis_transport_setup_v1>.size)
      setup.loops = 1
      setup.config = slice
      setup.host = host
      setup.host_context = context
      var error = metis_error_v1()
      let code = transport.pointee.create(plugin, &setup, &error, &out)
      let text = withUnsafeBytes(of: error.text) {
        String(decoding: $0.prefix(Int(error.length)), as: UTF8.self)
      }
      return (code, text)
    }
  }
}

/// Lends a text as a slice.
func withSlice<Result>(_ text: String, _ body: (metis_slice_v1) -> Result) -> Result {
  let bytes = Array(text.utf8)
  return bytes.withUnsafeBufferPointer {
    body(metis_slice_v1(bytes: $0.baseAddress, count: $0.count))
  }
}

/// A thread of its own, so that a blocking write does not hold a test's.
final class JoinedThread {
  private var thread = pthread_t()

  init(_ body: @escaping () -> Void) {
    let box = Unmanaged.passRetained(Box(body))
    pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
  }

  func join() { pthread_join(thread, nil) }

  private final class Box {
    let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }
  }
}

@Suite struct HTTPPluginTests {
  @Test func describesItself() throws {
    let plugin = try LoadedPlugin("HTTPTransport")
    #expect(String(plugin.descriptor.id) == "dev.metis.transport.http")
    let provides = (0..<plugin.descriptor.provides_count).map {
      String(plugin.descriptor.provides[$0])
    }
    #expect(provides == ["http", "sse", "websocket"])
    #expect(String(plugin.descriptor.needs[0]) == "net.listen")
    #expect(plugin.transport.pointee.flags == METIS_TRANSPORT_LISTENS)
    let schema = String(plugin.config.pointee.schema(plugin.plugin, METIS_SECTION_TRANSPORT))
    #expect(schema.contains("idle_timeout_ms"))
    #expect(plugin.config.pointee.schema(plugin.plugin, METIS_SECTION_AUTH).count == 0)
  }

  @Test func checksItsConfiguration() throws {
    let plugin = try LoadedPlugin("HTTPTransport")
    var error = metis_error_v1()
    let code = withSlice(#"{"max_headers": "many"}"#) {
      plugin.config.pointee.check(plugin.plugin, METIS_SECTION_TRANSPORT, $0, nil, &error)
    }
    #expect(code == METIS_INVALID)
    let text = withUnsafeBytes(of: error.text) {
      String(decoding: $0.prefix(Int(error.length)), as: UTF8.self)
    }
    #expect(text.contains("max_headers"))
    var instance: UnsafeMutableRawPointer?
    let host = FrameHost()
    let made = plugin.create(
      #"{"tls": {"certificate": "/nowhere", "key": "/nowhere"}}"#, host: host.table, context: nil,
      out: &instance)
    #expect(made.code == METIS_INVALID && made.text.contains("/nowhere"))
    let good = plugin.create(
      "{}", host: host.table, context: Unmanaged.passUnretained(host).toOpaque(), out: &instance)
    #expect(good.code == METIS_OK)
    #expect(plugin.transport.pointee.start(instance, nil) == METIS_OK)
    plugin.transport.pointee.destroy(instance)
  }
}
