import JSON
import Testing

@testable import MetisHost

/// Framed connections: both eras on one of them.
@Suite struct FrameRulesTests {
  private static func call(_ tool: String, _ id: Int, meta: String = "") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","#
      + #""_meta":{\#(meta)}}}"#
  }

  @Test func bothErasServeOnOneConnection() throws {
    let host = try TestHost(puppet: ["value", "number"])
    let peer = host.door.connection()
    peer.send(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
    #expect(peer.answer(1)["result"] == [:])
    peer.send(FrameRulesTests.call("number", 2))
    #expect(peer.answer(2)["error"]?["code"] == -32600)
    peer.send(FrameRulesTests.call("number", 3, meta: TestHost.meta))
    #expect(peer.answer(3)["result"]?["resultType"] == "complete")
    peer.send(#"{"jsonrpc":"2.0","id":4,"method":"server/discover"}"#)
    #expect(peer.answer(4)["error"]?["code"] == -32602)
    peer.send(
      #"{"jsonrpc":"2.0","id":5,"method":"server/discover","params":{"_meta":{\#(TestHost.meta)}}}"#
    )
    #expect(peer.answer(5)["result"]?["supportedVersions"] == ["2026-07-28"])
    peer.send(TestHost.initializeBody("2025-06-18"))
    #expect(peer.answer(0)["result"]?["protocolVersion"] == "2025-06-18")
    peer.send(FrameRulesTests.call("number", 6))
    #expect(peer.answer(6)["result"]?["content"]?[0]?["text"] == "42")
    #expect(peer.answer(6)["result"]?["resultType"] == nil)
    peer.send(FrameRulesTests.call("number", 7, meta: TestHost.meta))
    #expect(peer.answer(7)["result"]?["resultType"] == "complete")
    peer.send(
      #"{"jsonrpc":"2.0","id":8,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}"#)
    #expect(peer.answer(8)["error"]?["code"] == -32600)
    peer.send(
      FrameRulesTests.call("number", 9, meta: TestHost.meta)
        .replacing("2026-07-28", with: "2025-06-18"))
    #expect(peer.answer(9)["error"]?["code"] == -32022)
    peer.send(#"{"jsonrpc":"2.0","id":10,"method":"tools/dance"}"#)
    #expect(peer.answer(10)["error"]?["code"] == -32601)
    // Neither a response nor a notification is answered; what is no JSON is, without an id.
    peer.send(#"{"jsonrpc":"2.0","id":11,"result":{}}"#)
    peer.send(#"{"jsonrpc":"2.0","method":"notifications/anything"}"#)
    let count = peer.now.frames.count
    peer.send("{\"jsonrpc\"")
    #expect(peer.frame(count)["error"]?["code"] == -32700)
    #expect(peer.frame(count)["id"] == nil)
    peer.disconnect()
    host.stop()
  }

  @Test func aCancelledCallIsNotAnsweredAndItsStrategyIsTold() throws {
    let host = try TestHost(
      plugins: ["puppet-async"],
      tools: [
        .init(name: "never", strategy: "puppet-async"),
        .init(name: "report", strategy: "puppet-async"),
      ])
    let peer = host.door.connection()
    peer.send(FrameRulesTests.call("never", 1, meta: TestHost.meta))
    peer.send(FrameRulesTests.call("never", 2, meta: TestHost.meta))
    // The same id again: refused, by an error that names no id.
    peer.send(FrameRulesTests.call("never", 2, meta: TestHost.meta))
    #expect(peer.frame(0)["error"]?["code"] == -32600)
    #expect(peer.frame(0)["id"] == nil)
    peer.send(
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}}"#)
    func cancellations() -> JSONValue? {
      host.call("report").result["structuredContent"]?["cancellations"]
    }
    #expect(cancellations() == 0)
    peer.send(
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
    #expect(eventually { cancellations() == 1 })
    peer.disconnect()
    #expect(eventually { cancellations() == 2 })
    #expect(peer.now.frames.count == 1)
    host.stop()
  }

  @Test func lineBreaksOfAPluginDoNotEndAFrame() throws {
    let host = try TestHost(puppet: ["result", "value", "emit"])
    let peer = host.door.connection()
    let arguments = "{\n \"content\":\r\n[ ],\n\"_meta\":\n{\n\"a\":1 }\n}"
    for (id, tool, meta) in [(1, "result", TestHost.meta), (2, "value", TestHost.meta)] {
      peer.send(
        "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"tools/call\",\"params\":{\"name\":"
          + "\"\(tool)\",\"arguments\":\(arguments),\"_meta\":{\(meta)}}}")
    }
    #expect(peer.answer(1)["result"]?["_meta"]?["a"] == 1)
    #expect(peer.answer(2)["result"]?["structuredContent"]?["_meta"] == ["a": 1])
    peer.send(
      FrameRulesTests.call(
        "emit", 3,
        meta: TestHost.meta
          + #","progressToken":"p","io.modelcontextprotocol/logLevel":"debug""#))
    #expect(peer.answer(3)["result"]?["content"]?[1]?["text"] == "second")
    #expect(peer.frame(2)["method"] == "notifications/progress")
    #expect(
      peer.frame(2)["params"]
        == ["progressToken": "p", "progress": 1, "total": 2, "message": "half"])
    #expect(peer.frame(3)["method"] == "notifications/message")
    peer.disconnect()
    host.stop()
  }
}
