import MetisKit
import MetisPluginAPI
import Synchronization
import Testing

/// A strategy that uses one service of the host: the one that its argument names.
private struct Guest: Responder {
  static var descriptor: Descriptor {
    Descriptor(id: "org.example.guest", name: "Guest", version: "1.0.0", provides: ["guest"])
  }

  static var options: StrategyOptions { [.reentrant, .mayBlock] }

  static let fired = Mutex(0)

  init(section: JSONValue, target: Target) throws {}

  func respond(to call: borrowing Call) throws {
    call.end(with: .value(try use(try call.arguments["use"]?.string ?? "", call)))
  }

  private func use(_ service: String, _ call: borrowing Call) throws -> JSONValue {
    let host = call.host
    switch service {
    case "log":
      host.log(.debug, "hidden")
      host.log(.warn, "shown", fields: ["n": 1])
      return true
    case "clock": return [JSONValue(host.monotonic), JSONValue(host.wall)]
    case "state":
      let before = try host.state.get("key")
      try host.state.set("key", Array("value".utf8))
      let after = try host.state.get("key").map { String(decoding: $0, as: UTF8.self) }
      try host.state.set("key", [])
      let removed = try host.state.get("key")
      return [
        .bool(before == nil), .string(after ?? ""), .bool(removed == nil),
        JSONValue(try host.state.add("n", 2)), JSONValue(try host.state.add("n", -5)),
        JSONValue(try host.state(of: call).add("n", 1)),
      ]
    case "limit":
      try host.state.set(String(repeating: "k", count: 300), [1])
      return .null
    case "metrics":
      let metric = try host.metric(.counter, "hits", labels: [("tool", "a"), ("kind", "é")])
      metric.record(1)
      try host.metric(.gauge, "depth").record(2.5)
      return true
    case "bad metric":
      _ = try host.metric(.gauge, "no name")
      return .null
    case "secret":
      return .string(String(decoding: try host.secret("token"), as: UTF8.self))
    case "no secret": return .string(String(decoding: try host.secret("x"), as: UTF8.self))
    case "notify":
      try host.listChanged(.tool)
      try host.resourceUpdated("db://x")
      return true
    case "timer":
      try host.after(0) { Self.fired.withLock { $0 += 1 } }
      let later = try host.after(1_000) { Self.fired.withLock { $0 += 100 } }
      return .bool(later.cancel())
    case "no timer":
      try host.after(.max) {}
      return .null
    default:
      let result = ResultBox()
      try call.call(.tool, service, arguments: ["a": 1]) { result.set($0) }
      return result.value
    }
  }

  /// What an inner call gave, as a value.
  private final class ResultBox: Sendable {
    private let stored = Mutex<JSONValue>(.null)

    func set(_ result: Result<JSONValue, CallError>) {
      let value: JSONValue =
        switch result {
        case .success(let value): value
        case .failure(let error): [JSONValue(error.code), .string(error.message)]
        }
      stored.withLock { $0 = value }
    }

    var value: JSONValue { stored.withLock { $0 } }
  }
}

private func use(_ service: String) throws -> Recorder.Ending? {
  let plugin = try LoadedPlugin { Plugin.enter(Guest.self, $0, $1) }
  return try plugin.instance("{}").call(#"{"use":"\#(service)"}"#)
}

@Suite(.serialized) struct HostTests {
  @Test func optionsReachTheTable() throws {
    let plugin = try LoadedPlugin { Plugin.enter(Guest.self, $0, $1) }
    #expect(plugin.strategy.flags == METIS_STRATEGY_REENTRANT | METIS_STRATEGY_MAY_BLOCK)
    #expect(plugin.schema == "")
    #expect(plugin.check("{}") == nil)
  }

  @Test func onlyEnabledLevelsAreLogged() throws {
    FakeHost.lines.withLock { $0 = [] }
    #expect(try use("log") == .complete(0, "true"))
    #expect(FakeHost.lines.withLock { $0 } == [#"3 shown {"n":1}"#])
  }

  @Test func theClockIsTheHosts() throws {
    #expect(try use("clock") == .complete(0, "[1234,1700000000000000000]"))
  }

  @Test func stateIsReadWrittenRemovedAndCounted() throws {
    FakeHost.store.withLock { $0 = [:] }
    #expect(try use("state") == .complete(0, #"[true,"value",true,2,-3,1]"#))
    #expect(
      try use("limit") == .fail(0, "metis.host.state/1: a limit of the host was reached", ""))
  }

  @Test func metricsCarryTheirLabels() throws {
    FakeHost.samples.withLock { $0 = [] }
    #expect(try use("metrics") == .complete(0, "true"))
    #expect(
      FakeHost.samples.withLock { $0 } == ["1 hits tool=a kind=é", "5 1.0", "2 depth", "5 2.5"])
    #expect(
      try use("bad metric")
        == .fail(0, "metis.host.metrics/1: the host refused an argument as malformed", ""))
  }

  @Test func secretsComeByName() throws {
    #expect(try use("secret") == .complete(0, #""hush""#))
    #expect(try use("no secret") == .fail(0, "metis.host.secret/1: not found", ""))
  }

  @Test func clientsAreNotified() throws {
    FakeHost.notices.withLock { $0 = [] }
    #expect(try use("notify") == .complete(0, "true"))
    #expect(FakeHost.notices.withLock { $0 } == ["list 1", "resource db://x"])
  }

  @Test func timersFireOrAreCancelled() throws {
    #expect(try use("timer") == .complete(0, "true"))
    #expect(Guest.fired.withLock { $0 } == 1)
    #expect(
      try use("no timer") == .fail(0, "metis.host.timer/1: a limit of the host was reached", ""))
  }

  @Test func otherTargetsAreCalled() throws {
    #expect(try use("upper") == .complete(0, #"{"echo":{"a":1}}"#))
    #expect(try use("broken") == .complete(0, #"[-32000,"it broke"]"#))
    #expect(try use("nobody") == .fail(0, "metis.host.call/1: not found", ""))
  }
}
