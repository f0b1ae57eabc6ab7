import Foundation
import JSON
import MetisPluginAPI
import Testing

@testable import MetisHost

/// Questions and answers as tests write them.
enum Asked {
  /// Arguments of the tools of `asker`: one form.
  static let form = #"{"name":\#(question("What is your name?", "name"))}"#
  /// A form, a sampling request and the roots.
  static let three =
    #"{"name":\#(question("Name?", "name")),"greeting":{"method":"sampling/createMessage","params":"#
    + #"{"messages":[{"role":"user","content":{"type":"text","text":"Greet"}}],"maxTokens":50}},"#
    + #""roots":{"method":"roots/list","params":{}}}"#
  /// Two forms.
  static let two = #"{"a":\#(question("A?", "a")),"b":\#(question("B?", "b"))}"#

  static func question(_ message: String, _ field: String) -> String {
    #"{"method":"elicitation/create","params":{"message":"\#(message)","requestedSchema":"#
      + #"{"type":"object","properties":{"\#(field)":{"type":"string"}},"required":["\#(field)"]}}}"#
  }

  static func accept(_ field: String, _ value: String) -> String {
    #"{"action":"accept","content":{"\#(field)":"\#(value)"}}"#
  }

  static let sampled =
    #"{"role":"assistant","content":{"type":"text","text":"Hi"},"model":"m","stopReason":"endTurn"}"#
  static let roots = #"{"roots":[{"uri":"file:///test/root","name":"Test Root"}]}"#
  static let all = #"{"elicitation":{"form":{},"url":{}},"sampling":{"tools":{}},"roots":{}}"#
  static let tasks =
    #"{"elicitation":{},"sampling":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}"#
}

/// A host with the tools of the plugin `asker`, and clients that answer.
extension TestHost {
  /// - Parameter strategy: `asker`, `asker-blocking` or `asker-async`.
  static func asking(
    _ names: [String], strategy: String = "asker", timeout: Int = 10_000, tools: [Tool] = [],
    plugins: [String] = [], more: String = "", loops: Int = 1
  ) throws -> TestHost {
    try TestHost(
      plugins: [strategy] + plugins,
      tools: names.map { Tool(name: $0, strategy: strategy, timeout: timeout) } + tools,
      more: more, loops: loops)
  }

  /// A modern request of HTTP. `params`: its members without `_meta`.
  func modern(
    _ method: String, _ params: String, capabilities: String = Asked.all, id: String = "1",
    name: String? = nil, fields: [(String, String)] = [], loop: Int = 0
  ) -> TestExchange {
    door.http(
      TestHost.modernBody(method, params, capabilities: capabilities, id: id),
      TestHost.modernFields + [("Mcp-Method", method)]
        + (name.map { [("Mcp-Name", $0)] } ?? []) + fields,
      loop: loop)
  }

  static func modernBody(
    _ method: String, _ params: String, capabilities: String = Asked.all, id: String = "1"
  ) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(params),"_meta":{"#
      + #""io.modelcontextprotocol/protocolVersion":"2026-07-28","#
      + #""io.modelcontextprotocol/clientCapabilities":\#(capabilities)}}}"#
  }

  /// A modern call of a tool, with `more` members of params: `,"inputResponses":…`.
  func callTool(
    _ tool: String, _ arguments: String = Asked.form, _ more: String = "",
    capabilities: String = Asked.all, fields: [(String, String)] = [], loop: Int = 0
  ) -> TestExchange {
    modern(
      "tools/call", #""name":"\#(tool)","arguments":\#(arguments)\#(more)"#,
      capabilities: capabilities, name: tool, fields: fields, loop: loop)
  }

  /// A modern request about a task.
  func task(
    _ method: String, _ id: String, _ more: String = "", capabilities: String = Asked.tasks
  ) -> TestExchange {
    modern(method, #""taskId":"\#(id)"\#(more)"#, capabilities: capabilities, name: id).ended()
  }

  /// How many calls are open on all loops: of what every test leaves none.
  var openCalls: Int {
    let counts = Locked<[Int]>([])
    let asked = host.control.sync {
      var asked = 0
      for door in host.doors where door.kind == .mcp {
        for index in 0..<door.loopCount {
          guard let loop = door.loops[index] else { continue }
          asked += 1
          loop._withUnsafeGuaranteedRef { loop in
            loop.post(.run { loop in counts.withLock { $0.append(loop.calls.openCount) } })
          }
        }
      }
      return asked
    }
    _ = eventually { counts.withLock { $0.count } == asked }
    return counts.withLock { $0.reduce(0, +) }
  }
}

/// A client of the handshake era, over HTTP or a framed connection.
final class LegacyClient {
  let host: TestHost
  let session: String
  private let peer: TestExchange?

  /// Shakes hands.
  init(
    _ host: TestHost, _ revision: String = "2025-11-25", capabilities: String = Asked.all,
    isFramed: Bool = false, fields: [(String, String)] = []
  ) {
    self.host = host
    let body =
      #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"\#(revision)","#
      + #""capabilities":\#(capabilities),"clientInfo":{"name":"test","version":"1"}}}"#
    if isFramed {
      let peer = host.door.connection()
      peer.send(body)
      _ = peer.answer(0)
      self.peer = peer
      session = ""
    } else {
      peer = nil
      session =
        host.door.http(body, TestHost.legacyFields + fields).ended().field("mcp-session-id") ?? ""
    }
    self.fields = fields
  }

  private let fields: [(String, String)]

  /// What a message is answered on.
  struct Sent {
    let exchange: TestExchange
    let isFramed: Bool

    /// The messages so far.
    var messages: [JSONValue] {
      if isFramed {
        return exchange.now.frames.compactMap { try? JSONValue(jsonBytes: Array($0.utf8)) }
      }
      return exchange.now.isStream
        ? exchange.events.filter { $0["method"] != nil || $0["id"] != nil } : [exchange.json]
    }

    /// Waits for the message that `condition` holds for.
    func message(_ condition: (JSONValue) -> Bool) -> JSONValue {
      var found = JSONValue.null
      _ = eventually {
        found = messages.first(where: condition) ?? .null
        return found != .null
      }
      return found
    }

    /// Waits for the request number `index` of the server.
    func question(_ index: Int = 0) -> JSONValue {
      var found: [JSONValue] = []
      _ = eventually {
        found = messages.filter { $0["method"] != nil && $0["id"] != nil }
        return found.count > index
      }
      return index < found.count ? found[index] : .null
    }

    /// Waits for the answer to the request `id`.
    func answer(_ id: JSONValue) -> JSONValue {
      message { $0["id"] == id && $0["method"] == nil }
    }
  }

  /// Sends a message.
  @discardableResult
  func send(_ body: String, loop: Int = 0) -> Sent {
    if let peer {
      peer.send(body)
      return Sent(exchange: peer, isFramed: true)
    }
    return Sent(
      exchange: host.door.http(
        body, TestHost.legacyFields + [("Mcp-Session-Id", session)] + fields, loop: loop),
      isFramed: false)
  }

  /// Sends a request.
  func request(_ method: String, _ params: String, id: Int = 1, loop: Int = 0) -> Sent {
    send(
      #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(params)}}"#, loop: loop)
  }

  /// Calls a tool.
  func call(
    _ tool: String, _ arguments: String = Asked.form, _ more: String = "", id: Int = 1,
    loop: Int = 0
  ) -> Sent {
    request(
      "tools/call", #""name":"\#(tool)","arguments":\#(arguments)\#(more)"#, id: id, loop: loop)
  }

  /// Answers a request of the server.
  @discardableResult
  func respond(_ question: JSONValue, _ result: String, loop: Int = 0) -> Sent {
    send(#"{"jsonrpc":"2.0","id":\#(question["id"] ?? .null),"result":\#(result)}"#, loop: loop)
  }

  /// Goes away.
  func disconnect() { peer?.disconnect() }
}
