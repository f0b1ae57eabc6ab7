import CBarrier
import Glibc
import MetisPluginAPI

/// The calls that the registry makes into a plugin, each with its failure as a value.
///
/// Where the barrier is part of the build, an exception that a plugin lets out is caught there
/// and reported; Swift cannot catch it and would end the process.
enum PluginCalls {
  /// Calls the entry at `symbol`.
  static func entry(
    _ symbol: UnsafeMutableRawPointer, _ table: inout metis_plugin_v1
  ) throws(PluginError) -> Int32 {
    typealias Entry = @convention(c) (UInt32, UnsafeMutablePointer<metis_plugin_v1>?) -> Int32
    let function = unsafeBitCast(symbol, to: Entry.self)
    let code = metis_barrier_entry(function, METIS_ABI_VERSION, &table)
    return try checked(code, "metis_plugin_entry")
  }

  /// Calls `init` with the configuration's JSON bytes; returns what the plugin made.
  static func initialise(
    _ table: metis_plugin_v1, host: UnsafePointer<metis_host_v1>, config: [UInt8]
  ) throws(PluginError) -> UnsafeMutableRawPointer? {
    var plugin: UnsafeMutableRawPointer?
    let slot = ErrorSlot()
    let code = config.withUnsafeBufferPointer { bytes in
      let slice = metis_slice_v1(bytes: bytes.baseAddress, count: bytes.count)
      return metis_barrier_init(table.`init`, table.context, host, slice, slot.pointer, &plugin)
    }
    guard try checked(code, "init") == METIS_OK else {
      throw PluginError(.initFailed, "init failed: \(slot.text(code: code))")
    }
    return plugin
  }

  /// Calls `deinit`; returns the exception that it let out.
  static func deinitialise(
    _ table: metis_plugin_v1, plugin: UnsafeMutableRawPointer?
  ) -> PluginError? {
    let code = metis_barrier_destroy(table.`deinit`, plugin)
    return code == METIS_BARRIER_EXCEPTION ? exception("deinit") : nil
  }

  /// Asks for an extension.
  static func query(
    _ table: metis_plugin_v1, plugin: UnsafeMutableRawPointer?, id: String
  ) throws(PluginError) -> UnsafeRawPointer? {
    var id = id
    var result: UnsafeRawPointer?
    let code = id.withUTF8 { bytes in
      let slice = metis_slice_v1(bytes: bytes.baseAddress, count: bytes.count)
      return metis_barrier_query(table.query, plugin, slice, &result)
    }
    _ = try checked(code, "query")
    return result
  }

  /// Lets the old generation write its state; nil where it said METIS_UNSUPPORTED.
  static func save(
    _ table: UnsafePointer<metis_state_v1>, plugin: UnsafeMutableRawPointer?, limit: Int
  ) throws(PluginError) -> [UInt8]? {
    let buffer = BoundedBuffer(limit: limit)
    let slot = ErrorSlot()
    let code = buffer.withSink { sink in
      return metis_barrier_state_save(table.pointee.save, plugin, sink, slot.pointer)
    }
    switch try checked(code, "save") {
    case METIS_OK where buffer.overflowed:
      throw PluginError(
        .stateHandover,
        "the old generation's state is larger than \(limit) bytes; it would be lost in part")
    case METIS_OK: return buffer.bytes
    case METIS_UNSUPPORTED: return nil
    default:
      throw PluginError(
        .stateHandover, "the old generation could not save its state: \(slot.text(code: code))")
    }
  }

  /// Hands `state` to the new generation; false where it does not know the format and starts
  /// fresh.
  static func restore(
    _ table: UnsafePointer<metis_state_v1>, plugin: UnsafeMutableRawPointer?, revision: UInt32,
    state: [UInt8]
  ) throws(PluginError) -> Bool {
    let slot = ErrorSlot()
    let code = state.withUnsafeBufferPointer { bytes in
      let slice = metis_slice_v1(bytes: bytes.baseAddress, count: bytes.count)
      return metis_barrier_state_restore(
        table.pointee.restore, plugin, revision, slice, slot.pointer)
    }
    switch try checked(code, "restore") {
    case METIS_OK: return true
    case METIS_UNSUPPORTED: return false
    default:
      throw PluginError(
        .stateHandover, "the new generation refused the state: \(slot.text(code: code))")
    }
  }

  private static func checked(_ code: Int32, _ function: String) throws(PluginError) -> Int32 {
    if code == METIS_BARRIER_EXCEPTION { throw exception(function) }
    return code
  }

  private static func exception(_ function: String) -> PluginError {
    let text = String(cString: metis_barrier_text())
    return PluginError(
      .exception,
      "\(function) let an exception out (\(text)); expected a return code: catch exceptions "
        + "inside the plugin")
  }
}

/// The memory of a `metis_error_v1` for one call.
final class ErrorSlot {
  /// Passed to the plugin; zeroed but for its size.
  let pointer: UnsafeMutablePointer<metis_error_v1>

  init() {
    pointer = .allocate(capacity: 1)
    memset(pointer, 0, MemoryLayout<metis_error_v1>.size)
    pointer.pointee.size = UInt32(MemoryLayout<metis_error_v1>.size)
  }

  deinit { pointer.deallocate() }

  /// The text, as far as it is in bounds, with bad UTF-8 repaired; a sentence about `code` where
  /// there is none.
  func text(code: Int32) -> String {
    let raw = UnsafeRawPointer(pointer)
    let start = MemoryLayout<metis_error_v1>.offset(of: \.text) ?? 0
    let room = MemoryLayout<metis_error_v1>.size - start
    let length = min(Int(pointer.pointee.length), room)
    guard length > 0 else { return "code \(code), no text given" }
    return String(
      decoding: UnsafeRawBufferPointer(start: raw + start, count: length), as: UTF8.self)
  }
}

/// A growable buffer that a plugin writes into through a sink, up to a limit.
final class BoundedBuffer {
  private(set) var bytes: [UInt8] = []
  /// Whether a write was refused.
  private(set) var overflowed = false
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Lends a sink to `body`; it is valid until `body` returns.
  func withSink(_ body: (UnsafePointer<metis_sink_v1>) -> Int32) -> Int32 {
    var sink = metis_sink_v1(
      size: UInt32(MemoryLayout<metis_sink_v1>.size), reserved: 0,
      context: Unmanaged.passUnretained(self).toOpaque(),
      write: { context, slice in
        guard let context else { return METIS_INVALID }
        let buffer = Unmanaged<BoundedBuffer>.fromOpaque(context).takeUnretainedValue()
        return buffer.append(slice)
      })
    return withExtendedLifetime(self) { withUnsafePointer(to: &sink) { body($0) } }
  }

  private func append(_ slice: metis_slice_v1) -> Int32 {
    guard slice.count > 0 else { return slice.count == 0 ? METIS_OK : METIS_INVALID }
    guard let start = slice.bytes else { return METIS_INVALID }
    guard slice.count <= limit - bytes.count else {
      overflowed = true
      return METIS_LIMIT
    }
    bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: slice.count))
    return METIS_OK
  }
}
