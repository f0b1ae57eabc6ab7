import MetisHost
import MetisPluginAPI

/// The operations of the host: routing, calling, a whole request.
enum HostOperations {
  static var all: [Operation] {
    [
      route(among: 10), route(among: 10_000),
      Operation("abi-call") {
        let (host, name) = try make(tools: 10)
        return { count in for _ in 0..<count { host.callThroughTables(name) } }
      },
      Operation("abi-direct") {
        let (host, name) = try make(tools: 10)
        return { count in
          for _ in 0..<count { host.callDirectly(name, MeasuredPlugin.answer) }
        }
      },
      Operation("request", prepare: request),
    ]
  }

  /// A host with as many tools and the name of the one in the middle.
  private static func make(
    tools count: Int
  ) throws -> (host: MeasuredHost, name: UnsafeRawBufferPointer) {
    let names = (0..<count).map { $0 == count / 2 ? "greet" : "tool_\($0)" }
    return (
      try MeasuredHost(plugin: MeasuredPlugin.table(), tools: names), immortal("greet")
    )
  }

  private static func route(among count: Int) -> Operation {
    Operation("route-\(count)") {
      let (host, name) = try make(tools: count)
      return { count in for _ in 0..<count { kept &+= host.hasRoute(name) ? 1 : 0 } }
    }
  }

  /// A call of a tool as a transport of HTTP brings it in: from its fields and bytes to the parts
  /// of its answer.
  private static func request() throws -> (Int) -> Void {
    let (host, _) = try make(tools: 10)
    guard let door = MeasuredPlugin.host, let context = MeasuredPlugin.hostContext,
      door.pointee.attach(context, 0) == METIS_OK
    else { throw Failure("the host gave no door") }
    let fields = UnsafeMutablePointer<metis_field_v1>.allocate(
      capacity: MessageOperations.fields.count)
    for (index, field) in MessageOperations.fields.enumerated() {
      fields[index] = metis_field_v1(name: slice(field.name), value: slice(field.value))
    }
    var message = metis_message_v1()
    message.size = UInt32(MemoryLayout<metis_message_v1>.size)
    message.kind = METIS_MESSAGE_HTTP
    message.verb = slice(immortal("POST"))
    message.target = slice(immortal("/mcp"))
    message.fields = UnsafePointer(fields)
    message.field_count = MessageOperations.fields.count
    message.body = slice(MessageOperations.call)
    message.peer = slice(immortal("127.0.0.1:50123"))
    MeasuredPlugin.answered = 0
    door.pointee.receive(context, 0, &message)
    guard MeasuredPlugin.answered == 1 else { throw Failure("the request was not answered by 200") }
    return { [message] count in
      var message = message
      for number in 0..<count {
        message.exchange = UInt64(number)
        door.pointee.receive(context, 0, &message)
      }
      // The host lives as long as its door is used.
      withExtendedLifetime(host) {}
    }
  }

  private static func slice(_ bytes: UnsafeRawBufferPointer) -> metis_slice_v1 {
    metis_slice_v1(
      bytes: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), count: bytes.count)
  }
}

/// Why an operation cannot be measured.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
