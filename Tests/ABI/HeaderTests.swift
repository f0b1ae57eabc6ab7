import Foundation
import MetisPluginAPI
import Testing

/// The headers as C, C++ and Swift see them.
@Suite struct HeaderTests {
  /// Every compiler at hand, every header alone, and the layout table.
  @Test func compileAlikeEverywhere() throws {
    let (code, output) = try Tool.run(
      Tool.root.appending(path: "scripts/abi-headers").path, [])
    #expect(code == 0, "\(output)")
  }

  /// Swift's view of a C struct follows the same layout as the table's.
  @Test func swiftSeesTheSameSizes() throws {
    let table = try LayoutTable()
    let sizes: [(String, Int)] = [
      ("metis_slice_v1", MemoryLayout<metis_slice_v1>.size),
      ("metis_field_v1", MemoryLayout<metis_field_v1>.size),
      ("metis_error_v1", MemoryLayout<metis_error_v1>.size),
      ("metis_sink_v1", MemoryLayout<metis_sink_v1>.size),
      ("metis_host_v1", MemoryLayout<metis_host_v1>.size),
      ("metis_meta_v1", MemoryLayout<metis_meta_v1>.size),
      ("metis_requirement_v1", MemoryLayout<metis_requirement_v1>.size),
      ("metis_descriptor_v1", MemoryLayout<metis_descriptor_v1>.size),
      ("metis_plugin_v1", MemoryLayout<metis_plugin_v1>.size),
      ("metis_admin_v1", MemoryLayout<metis_admin_v1>.size),
      ("metis_auth_v1", MemoryLayout<metis_auth_v1>.size),
      ("metis_verdict_v1", MemoryLayout<metis_verdict_v1>.size),
      ("metis_config_v1", MemoryLayout<metis_config_v1>.size),
      ("metis_engine_v1", MemoryLayout<metis_engine_v1>.size),
      ("metis_filter_v1", MemoryLayout<metis_filter_v1>.size),
      ("metis_host_call_v1", MemoryLayout<metis_host_call_v1>.size),
      ("metis_host_clock_v1", MemoryLayout<metis_host_clock_v1>.size),
      ("metis_host_engine_v1", MemoryLayout<metis_host_engine_v1>.size),
      ("metis_host_flow_v1", MemoryLayout<metis_host_flow_v1>.size),
      ("metis_host_log_v1", MemoryLayout<metis_host_log_v1>.size),
      ("metis_host_metrics_v1", MemoryLayout<metis_host_metrics_v1>.size),
      ("metis_host_notify_v1", MemoryLayout<metis_host_notify_v1>.size),
      ("metis_host_secret_v1", MemoryLayout<metis_host_secret_v1>.size),
      ("metis_host_state_v1", MemoryLayout<metis_host_state_v1>.size),
      ("metis_host_timer_v1", MemoryLayout<metis_host_timer_v1>.size),
      ("metis_host_transport_v1", MemoryLayout<metis_host_transport_v1>.size),
      ("metis_message_v1", MemoryLayout<metis_message_v1>.size),
      ("metis_state_v1", MemoryLayout<metis_state_v1>.size),
      ("metis_instance_v1", MemoryLayout<metis_instance_v1>.size),
      ("metis_request_v1", MemoryLayout<metis_request_v1>.size),
      ("metis_reply_v1", MemoryLayout<metis_reply_v1>.size),
      ("metis_strategy_v1", MemoryLayout<metis_strategy_v1>.size),
      ("metis_listener_v1", MemoryLayout<metis_listener_v1>.size),
      ("metis_transport_setup_v1", MemoryLayout<metis_transport_setup_v1>.size),
      ("metis_response_v1", MemoryLayout<metis_response_v1>.size),
      ("metis_transport_v1", MemoryLayout<metis_transport_v1>.size),
    ]
    for (name, size) in sizes { #expect(table.places[name] == size, "\(name)") }
    // A struct that is new in the headers has to be added above.
    #expect(Set(sizes.map(\.0)) == table.structs)
    #expect(
      MemoryLayout<metis_reply_v1>.offset(of: \.on_cancel)
        == table.places["metis_reply_v1.on_cancel"])
    #expect(
      MemoryLayout<metis_request_v1>.offset(of: \.deadline)
        == table.places["metis_request_v1.deadline"])
  }

  /// Every struct that may grow starts with its size: the first member is `size` at offset 0.
  @Test func tablesStartWithTheirSize() throws {
    let table = try LayoutTable()
    let plain: Set = [
      "metis_slice_v1", "metis_field_v1", "metis_meta_v1", "metis_requirement_v1",
      "metis_listener_v1",
    ]
    for name in table.structs.subtracting(plain) {
      #expect(table.places["\(name).size"] == 0, "\(name)")
    }
  }

  @Test func versionsAgree() {
    #expect(METIS_ABI_VERSION == METIS_ABI_MAJOR << 16 | METIS_ABI_MINOR)
    let magic = withUnsafeBytes(of: UInt64(METIS_META_MAGIC).littleEndian) { Array($0) }
    #expect(String(decoding: magic, as: UTF8.self) == "METISPL1")
  }
}

/// Tests/ABI/layout-1.0.txt: sizes and offsets as they were released.
struct LayoutTable {
  /// Bytes by `struct` or `struct.member`.
  var places: [String: Int] = [:]
  var structs: Set<String> { Set(places.keys.filter { !$0.contains(".") }) }

  init() throws {
    let file = Tool.root.appending(path: "Tests/ABI/layout-1.0.txt")
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    where !line.hasPrefix("#") {
      let parts = line.split(separator: " ")
      places[String(parts[0])] = Int(parts[1])
    }
  }
}
