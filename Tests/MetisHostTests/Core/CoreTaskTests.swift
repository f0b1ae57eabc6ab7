import Foundation
import JSON
import Testing

@testable import MetisHost

/// Tasks of 2025-11-25.
@Suite struct CoreTaskTests {
  private static func host(_ loops: Int = 1, more: String = "") throws -> TestHost {
    let tools = [
      ("ask-plain", "forbidden"), ("task-50", "optional"), ("task-must-0", "required"),
      ("task-refuse", "optional"), ("task-fail", "optional"), ("task-never", "optional"),
      ("ask-state", "optional"),
    ]
    return try TestHost(
      plugins: ["asker-async"],
      tools: tools.map {
        .init(name: $0.0, strategy: "asker-async", more: "task_support = \"\($0.1)\"")
      }, more: more, loops: loops)
  }

  private let task = #","task":{"ttl":60000}"#

  @Test func aCallIsATaskWhereItsToolTakesPart() throws {
    let host = try CoreTaskTests.host()
    let client = LegacyClient(host)
    let created = client.call("task-50", "{}", task, id: 1).answer(1)["result"]?["task"]
    let id = try #require(created?["taskId"]?.string)
    #expect(created?["status"] == "working" && created?["ttl"] == 60_000)
    #expect(created?["pollInterval"] == 1000 && created?["createdAt"]?.string != nil)
    let got = client.request("tasks/get", #""taskId":"\#(id)""#, id: 2).answer(2)["result"]
    #expect(got?["taskId"]?.string == id && got?["resultType"] == nil)
    // It waits for the end.
    let result = client.request("tasks/result", #""taskId":"\#(id)""#, id: 3).answer(3)["result"]
    #expect(result?["content"]?[0]?["text"]?.string != nil)
    #expect(
      result?["_meta"] == ["io.modelcontextprotocol/related-task": ["taskId": .string(id)]])
    #expect(
      client.request("tasks/get", #""taskId":"\#(id)""#, id: 4).answer(4)["result"]?["status"]
        == "completed")
    // Again, at once.
    #expect(client.request("tasks/result", #""taskId":"\#(id)""#, id: 5).answer(5)["error"] == nil)
    #expect(client.call("task-must-0", "{}", id: 6).answer(6)["error"]?["code"] == -32601)
    #expect(client.call("ask-plain", "{}", task, id: 7).answer(7)["error"]?["code"] == -32601)
    #expect(
      client.call("task-50", "{}", #","task":{"ttl":"x"}"#, id: 8).answer(8)["error"]?["code"]
        == -32602)
    // Older clients have no tasks: the member says nothing to them.
    let june = LegacyClient(host, "2025-06-18")
    #expect(june.call("task-50", "{}", task).answer(1)["result"]?["content"] != nil)
    #expect(
      june.request("tasks/get", #""taskId":"\#(id)""#, id: 2).answer(2)["error"]?["code"]
        == -32601)
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }

  @Test func endsAreThoseOfTheCall() throws {
    let host = try CoreTaskTests.host(2)
    let client = LegacyClient(host)
    func begin(_ tool: String, _ id: Int) -> String {
      client.call(tool, "{}", task, id: id).answer(JSONValue(id))["result"]?["task"]?["taskId"]?
        .string ?? ""
    }
    let refused = begin("task-refuse", 1)
    let result = client.request("tasks/result", #""taskId":"\#(refused)""#, id: 2, loop: 1)
      .answer(2)["result"]
    #expect(result?["isError"] == true)
    #expect(
      client.request("tasks/get", #""taskId":"\#(refused)""#, id: 3).answer(3)["result"]?["status"]
        == "failed")
    let failed = begin("task-fail", 4)
    #expect(
      client.request("tasks/result", #""taskId":"\#(failed)""#, id: 5).answer(5)["error"]?["code"]
        == 77)
    // Somebody waits, somebody cancels, on two loops; somebody waits no more.
    let never = begin("task-never", 6)
    let waiting = client.request("tasks/result", #""taskId":"\#(never)""#, id: 7, loop: 1)
    let patience = client.request("tasks/result", #""taskId":"\#(never)""#, id: 8)
    #expect(eventually { host.openCalls == 3 })
    client.send(
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":8}}"#)
    #expect(patience.exchange.ended().now.hasEnded)
    let cancelled = client.request("tasks/cancel", #""taskId":"\#(never)""#, id: 9).answer(9)
    #expect(cancelled["result"]?["status"] == "cancelled")
    #expect(waiting.answer(7)["error"] != nil)
    let again = client.request("tasks/cancel", #""taskId":"\#(never)""#, id: 10).answer(10)
    #expect(again["error"]?["code"] == -32602)
    #expect(
      client.request("tasks/result", #""taskId":"absent""#, id: 11).answer(11)["error"]?["code"]
        == -32602)
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }

  @Test func questionsOfATaskGoOutOnTheStreamThatWaitsForIt() throws {
    let host = try CoreTaskTests.host(2)
    let client = LegacyClient(host)
    for early in [true, false] {
      let base = early ? 0 : 100
      let id =
        client.call("ask-state", Asked.two, task, id: base + 1).answer(JSONValue(base + 1))[
          "result"]?["task"]?["taskId"]?.string ?? ""
      if !early {
        #expect(
          eventually {
            let sent = client.request("tasks/get", #""taskId":"\#(id)""#, id: 999)
            return sent.answer(999)["result"]?["status"] == "input_required"
          })
        // The first that waits goes away with the questions.
        let gone = client.request("tasks/result", #""taskId":"\#(id)""#, id: base + 2)
        #expect(gone.question(1) != .null)
        client.send(
          #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":102}}"#)
        _ = gone.exchange.ended()
      }
      let waiting = client.request("tasks/result", #""taskId":"\#(id)""#, id: base + 3, loop: 1)
      let questions = [waiting.question(0), waiting.question(1)]
      for question in questions {
        #expect(
          question["params"]?["_meta"]?["io.modelcontextprotocol/related-task"]?["taskId"]
            == .string(id))
      }
      client.respond(questions[1], Asked.accept("b", "2"))
      client.respond(questions[0], Asked.accept("a", "1"), loop: 1)
      let result = waiting.answer(JSONValue(base + 3))["result"]
      #expect(result?["structuredContent"]?["inputs"]?["a"]?["content"] == ["a": "1"])
      #expect(
        result?["_meta"]?["io.modelcontextprotocol/related-task"]?["taskId"] == .string(id))
    }
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }

  @Test func tasksAreListedPageByPageForTheirSessionAlone() throws {
    let host = try CoreTaskTests.host(more: "[server]\npage_size = 2")
    let client = LegacyClient(host)
    var made: [String] = []
    for id in 1...5 {
      made.append(
        client.call("task-50", "{}", task, id: id).answer(JSONValue(id))["result"]?["task"]?[
          "taskId"]?.string ?? "")
    }
    var listed: [String] = []
    var cursor: String?
    var pages = 0
    repeat {
      let params = cursor.map { #""cursor":"\#($0)""# } ?? ""
      let page = client.request("tasks/list", params, id: 20 + pages)
        .answer(JSONValue(20 + pages))["result"]
      listed += (page?["tasks"]?.array ?? []).compactMap { $0["taskId"]?.string }
      cursor = page?["nextCursor"]?.string
      pages += 1
    } while cursor != nil && pages < 10
    #expect(listed == made && pages == 3)
    #expect(
      client.request("tasks/list", #""cursor":"bogus""#, id: 40).answer(40)["error"]?["code"]
        == -32602)
    let stranger = LegacyClient(host)
    #expect(stranger.request("tasks/list", "").answer(1)["result"]?["tasks"] == [])
    host.stop()
  }

  @Test func aTaskHasAnEndInTime() throws {
    let host = try CoreTaskTests.host()
    let client = LegacyClient(host)
    let id =
      client.call("task-never", "{}", #","task":{"ttl":200}"#).answer(1)["result"]?["task"]?[
        "taskId"]?.string ?? ""
    let waiting = client.request("tasks/result", #""taskId":"\#(id)""#, id: 2)
    #expect(waiting.answer(2)["error"] != nil)
    #expect(
      client.request("tasks/get", #""taskId":"\#(id)""#, id: 3).answer(3)["error"]?["code"]
        == -32602)
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }
}
