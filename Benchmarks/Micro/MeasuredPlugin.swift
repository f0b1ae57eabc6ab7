import MetisPluginAPI

/// A plugin in this program: a strategy with one fixed result and a transport that counts answers.
/// The host reaches it by its C tables alone.
enum MeasuredPlugin {
  /// What the strategy answers.
  private nonisolated(unsafe) static let answer = metis_micro.immortal(
    #"{"content":[{"type":"text","text":"Hello from a static answer"}]}"#)

  /// The door that the host handed to the transport which it made last.
  nonisolated(unsafe) static var host: UnsafePointer<metis_host_transport_v1>?
  nonisolated(unsafe) static var hostContext: UnsafeMutableRawPointer?

  /// Answers with 200 so far.
  nonisolated(unsafe) static var answered = 0

  /// A text that lives as long as the process.
  private static func slice(_ text: StaticString) -> metis_slice_v1 {
    metis_slice_v1(bytes: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  private static func equals(_ slice: metis_slice_v1, _ text: String) -> Bool {
    UnsafeBufferPointer(start: slice.bytes, count: slice.count).elementsEqual(text.utf8)
  }

  private static func immortal<Table>(_ table: Table) -> UnsafePointer<Table> {
    let pointer = UnsafeMutablePointer<Table>.allocate(capacity: 1)
    pointer.initialize(to: table)
    return UnsafePointer(pointer)
  }

  /// The strategy's one instance: the slice that it answers with.
  private nonisolated(unsafe) static let instance = immortal(
    metis_slice_v1(
      bytes: answer.baseAddress?.assumingMemoryBound(to: UInt8.self), count: answer.count))

  private nonisolated(unsafe) static let strategy = immortal(
    metis_strategy_v1(
      size: UInt32(MemoryLayout<metis_strategy_v1>.size), flags: METIS_STRATEGY_REENTRANT,
      create: { _, _, _, out in
        out?.pointee = UnsafeMutableRawPointer(mutating: instance)
        return METIS_OK
      },
      destroy: { _ in },
      call: { instance, request, reply in
        guard let instance, let request, let reply else { return METIS_INVALID }
        return reply.pointee.complete(
          request.pointee.call, METIS_SHAPE_RESULT,
          instance.assumingMemoryBound(to: metis_slice_v1.self), 1)
      }))

  private nonisolated(unsafe) static let transport = immortal(
    metis_transport_v1(
      size: UInt32(MemoryLayout<metis_transport_v1>.size), flags: 0,
      create: { _, setup, _, _ in
        host = setup?.pointee.host
        hostContext = setup?.pointee.host_context
        return METIS_OK
      },
      start: { _, _ in METIS_OK }, drain: { _, _, _ in }, destroy: { _ in },
      respond: { _, _, response in
        if response?.pointee.status == 200 { answered &+= 1 }
        return METIS_OK
      },
      begin: { _, _, _ in METIS_OK }, send: { _, _, _, _ in METIS_OK },
      finish: { _, _ in METIS_OK }, abort: { _, _ in }, wake: { _, _ in }, reload: nil))

  /// The plugin's table, as its entry would fill it in.
  static func table() -> metis_plugin_v1 {
    var descriptor = metis_descriptor_v1()
    descriptor.size = UInt32(MemoryLayout<metis_descriptor_v1>.size)
    descriptor.id = slice("dev.metis.bench.measured")
    descriptor.name = slice("Measured plugin")
    descriptor.version = slice("1.0.0")
    var table = metis_plugin_v1()
    table.size = UInt32(MemoryLayout<metis_plugin_v1>.size)
    table.abi = METIS_ABI_VERSION
    table.descriptor = immortal(descriptor)
    table.`init` = { _, _, _, _, _ in METIS_OK }
    table.deinit = { _ in }
    table.query = { _, id in
      if MeasuredPlugin.equals(id, METIS_STRATEGY_V1) {
        return UnsafeRawPointer(MeasuredPlugin.strategy)
      }
      if MeasuredPlugin.equals(id, METIS_TRANSPORT_V1) {
        return UnsafeRawPointer(MeasuredPlugin.transport)
      }
      return nil
    }
    return table
  }

  /// The strategy as a function of this program: the same work without an ABI.
  @inline(never)
  static func answer(
    _ instance: UnsafeMutableRawPointer?, _ request: borrowing metis_request_v1
  ) -> UnsafeRawBufferPointer {
    guard let slice = instance?.assumingMemoryBound(to: metis_slice_v1.self) else {
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    return UnsafeRawBufferPointer(start: slice.pointee.bytes, count: slice.pointee.count)
  }
}
