import MetisKit
import MetisPluginAPI

/// A plugin as a host drives it: through its C tables alone.
final class LoadedPlugin {
  struct Refused: Error, CustomStringConvertible {
    let status: Int32
    let description: String
  }

  typealias Entry = (UInt32, UnsafeMutablePointer<metis_plugin_v1>?) -> Int32

  let table: metis_plugin_v1
  let plugin: UnsafeMutableRawPointer?
  private let host: UnsafeMutablePointer<metis_host_v1>

  init(config: String = "{}", _ entry: Entry) throws {
    var table = metis_plugin_v1()
    table.size = UInt32(MemoryLayout<metis_plugin_v1>.size)
    let status = entry(UInt32(METIS_ABI_VERSION), &table)
    guard status == METIS_OK else { throw Refused(status: status, description: "entry") }
    host = .allocate(capacity: 1)
    host.initialize(to: FakeHost.table())
    var plugin: UnsafeMutableRawPointer?
    var error = Self.error()
    let host = host
    let initialised = withSlice(config) {
      table.`init`(table.context, host, $0, &error, &plugin)
    }
    guard initialised == METIS_OK else {
      throw Refused(status: initialised, description: Self.text(error))
    }
    self.table = table
    self.plugin = plugin
  }

  deinit {
    table.`deinit`(plugin)
    host.deallocate()
  }

  var descriptor: metis_descriptor_v1 { table.descriptor.pointee }

  func query<Table>(_ id: String, _ type: Table.Type) -> UnsafePointer<Table>? {
    withSlice(id) { table.query(plugin, $0) }?.assumingMemoryBound(to: type)
  }

  var strategy: metis_strategy_v1 { query("metis.strategy/1", metis_strategy_v1.self)!.pointee }

  var schema: String {
    guard let config = query("metis.config/1", metis_config_v1.self)?.pointee else { return "" }
    return string(config.schema(plugin, METIS_SECTION_STRATEGY))
  }

  /// The pointer and the text of what `check` refuses, or nil.
  func check(_ section: String) -> (pointer: String, text: String)? {
    let config = query("metis.config/1", metis_config_v1.self)!.pointee
    var error = Self.error()
    let pointer = Collector()
    var sink = metis_sink_v1(
      size: UInt32(MemoryLayout<metis_sink_v1>.size), reserved: 0,
      context: Unmanaged.passUnretained(pointer).toOpaque(),
      write: { context, slice in
        Unmanaged<Collector>.fromOpaque(context!).takeUnretainedValue().text += string(slice)
        return METIS_OK
      })
    let status = withSlice(section) {
      config.check(plugin, METIS_SECTION_STRATEGY, $0, &sink, &error)
    }
    return status == METIS_OK ? nil : (pointer.text, Self.text(error))
  }

  final class Collector { var text = "" }

  /// Makes an instance for a target.
  func instance(
    _ section: String, kind: UInt32 = METIS_KIND_TOOL, target: String = "greet",
    definition: String = "{}", directory: String = "/", seed: UInt64 = 7
  ) throws -> Instance {
    var error = Self.error()
    var out: UnsafeMutableRawPointer?
    let strategy = strategy
    let status = withSlice(section) { section in
      withSlice(target) { target in
        withSlice(definition) { definition in
          withSlice(directory) { directory in
            var setup = metis_instance_v1(
              size: UInt32(MemoryLayout<metis_instance_v1>.size), kind: kind, target: target,
              config: section, definition: definition, directory: directory, seed: seed)
            return strategy.create(plugin, &setup, &error, &out)
          }
        }
      }
    }
    guard status == METIS_OK else {
      throw Refused(status: status, description: Self.text(error))
    }
    return Instance(plugin: self, strategy: strategy, pointer: out)
  }

  static func error() -> metis_error_v1 {
    var error = metis_error_v1()
    error.size = UInt32(MemoryLayout<metis_error_v1>.size)
    return error
  }

  static func text(_ error: metis_error_v1) -> String {
    withUnsafeBytes(of: error.text) {
      String(decoding: $0.prefix(Int(error.length)), as: UTF8.self)
    }
  }
}

/// An instance of a plugin's strategy.
final class Instance {
  let plugin: LoadedPlugin
  let strategy: metis_strategy_v1
  let pointer: UnsafeMutableRawPointer?

  init(plugin: LoadedPlugin, strategy: metis_strategy_v1, pointer: UnsafeMutableRawPointer?) {
    self.plugin = plugin
    self.strategy = strategy
    self.pointer = pointer
  }

  deinit { strategy.destroy(pointer) }

  /// Begins a call and gives its number; the recorder holds what the plugin does with it.
  func begin(
    _ arguments: String = "{}", target: String = "greet", state: String = "", inputs: String = "",
    seed: UInt64 = 99, ordinal: UInt64 = 3, _ change: (inout Recorder.Record) -> Void = { _ in }
  ) -> UInt64 {
    let call = Recorder.begin(change)
    var reply = Recorder.reply()
    let status = withSlice(arguments) { arguments in
      withSlice(target) { target in
        withSlice(state) { state in
          withSlice(inputs) { inputs in
            var request = metis_request_v1(
              size: UInt32(MemoryLayout<metis_request_v1>.size), kind: METIS_KIND_TOOL,
              call: call, target: target, arguments: arguments, state: state, inputs: inputs,
              seed: seed, ordinal: ordinal, deadline: 5_000)
            return strategy.call(pointer, &request, &reply)
          }
        }
      }
    }
    if status != METIS_OK {
      Recorder.change(call) { $0.endings.append(.fail(status, "returned", "")) }
    }
    return call
  }

  /// Calls and gives all that the plugin did.
  func record(
    _ arguments: String = "{}", target: String = "greet", state: String = "", inputs: String = "",
    seed: UInt64 = 99, ordinal: UInt64 = 0, _ change: (inout Recorder.Record) -> Void = { _ in }
  ) -> Recorder.Record {
    Recorder.take(
      begin(
        arguments, target: target, state: state, inputs: inputs, seed: seed, ordinal: ordinal,
        change))
  }

  /// Calls and gives how the call ended; nil unless it ended exactly once.
  func call(
    _ arguments: String = "{}", state: String = "", inputs: String = "", seed: UInt64 = 99
  ) -> Recorder.Ending? {
    let endings = record(arguments, state: state, inputs: inputs, seed: seed).endings
    return endings.count == 1 ? endings[0] : nil
  }
}
