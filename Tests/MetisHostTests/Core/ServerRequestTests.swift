import Foundation
import JSON
import Testing

@testable import MetisHost

/// Questions of the handshake era: requests of the server on the call's own stream.
@Suite struct ServerRequestTests {
  private let ada = Asked.accept("name", "Ada")

  @Test(arguments: ["asker", "asker-blocking", "asker-async"])
  func aCallAsksOnItsStreamAndGoesOnWithTheAnswer(_ strategy: String) throws {
    let host = try TestHost.asking(["ask-state", "ask-twice"], strategy: strategy, loops: 2)
    for isFramed in [false, true] {
      let client = LegacyClient(host, isFramed: isFramed)
      let call = client.call("ask-state", id: 7)
      let question = call.question()
      #expect(question["method"] == "elicitation/create")
      #expect(question["params"]?["message"] == "What is your name?")
      let answered = client.respond(question, ada, loop: isFramed ? 0 : 1)
      if !isFramed { #expect(answered.exchange.ended().status == 202) }
      let told = call.answer(7)["result"]?["structuredContent"]
      #expect(told?["state"] == "state-1")
      #expect(told?["inputs"]?["name"]?["content"] == ["name": "Ada"])
      #expect(told?["arguments"] == (try? JSONValue(json: Asked.form)))
      // Two rounds, other ids.
      let twice = client.call("ask-twice", id: 8)
      let first = twice.message { $0["method"] != nil && $0["id"] != question["id"] }
      client.respond(first, ada)
      let second = twice.message {
        $0["method"] != nil && $0["id"] != first["id"] && $0["id"] != question["id"]
      }
      #expect(second["id"] != nil)
      client.respond(second, ada)
      #expect(twice.answer(8)["result"]?["structuredContent"]?["state"] == "round-2")
      client.disconnect()
    }
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }

  @Test func allAnswersAreAwaitedAndErrorsAreAnswersToo() throws {
    let host = try TestHost.asking(["ask-state"], loops: 2)
    let client = LegacyClient(host)
    let call = client.call("ask-state", Asked.three)
    let questions = (0..<3).map { call.question($0) }
    #expect(
      questions.map { $0["method"]?.string } == [
        "elicitation/create", "sampling/createMessage", "roots/list",
      ])
    client.respond(questions[2], Asked.roots, loop: 1)
    client.send(
      #"{"jsonrpc":"2.0","id":\#(questions[1]["id"] ?? .null),"error":"#
        + #"{"code":-1,"message":"no"}}"#)
    usleep(20_000)
    #expect(host.openCalls == 1)
    // A result of another shape is an error to the strategy.
    client.respond(questions[0], #"{"roots":[]}"#, loop: 1)
    let inputs = call.answer(1)["result"]?["structuredContent"]?["inputs"]
    #expect(inputs?["roots"]?["roots"]?[0]?["name"] == "Test Root")
    #expect(inputs?["greeting"] == ["error": ["code": -1, "message": "no"]])
    #expect(inputs?["name"]?["error"]?["code"] == -32602)
    host.stop()
  }

  @Test func answersToNothingAreAcceptedAndPassedOver() throws {
    let host = try TestHost.asking(["ask-state"], loops: 2)
    let client = LegacyClient(host)
    let stranger = LegacyClient(host)
    let call = client.call("ask-state")
    let question = call.question()
    for id in [#""1""#, "99", #""x""#] {
      let sent = client.send(#"{"jsonrpc":"2.0","id":\#(id),"result":\#(ada)}"#)
      #expect(sent.exchange.ended().status == 202, "\(id)")
    }
    #expect(stranger.respond(question, ada).exchange.ended().status == 202)
    usleep(20_000)
    #expect(host.openCalls == 1)
    client.respond(question, ada)
    #expect(client.respond(question, ada).exchange.ended().status == 202)
    #expect(call.answer(1)["result"]?["structuredContent"]?["state"] == "state-1")
    client.respond(question, ada, loop: 1).exchange.ended()
    let changed = client.send(#"{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}"#)
    #expect(changed.exchange.ended().status == 202)
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }

  @Test func aClientThatDoesNotAnswerIsToldSo() throws {
    // The strategy's own time is shorter than the client's, and does not run meanwhile.
    let host = try TestHost.asking(
      ["ask-state"], strategy: "asker-async", timeout: 300,
      more: "[server.input]\ntimeout_sec = 1")
    let client = LegacyClient(host)
    let slow = client.call("ask-state", id: 1)
    let question = slow.question()
    usleep(600_000)
    client.respond(question, ada)
    #expect(slow.answer(1)["result"]?["structuredContent"]?["state"] == "state-1")
    let never = client.call("ask-state", Asked.two, id: 2)
    client.respond(never.question(1), Asked.accept("b", "B"))
    let error = never.answer(2)["error"]
    #expect(error?["code"] == -32603)
    #expect(error?["message"]?.string?.contains("elicitation/create 'a'") == true)
    #expect(error?["message"]?.string?.contains("server.input") == true)
    let cancelled = never.messages.filter { $0["method"] == "notifications/cancelled" }
    #expect(cancelled.count == 1)
    #expect(cancelled.first?["params"]?["requestId"] == never.question()["id"])
    // Its answer comes too late.
    #expect(client.respond(never.question(), Asked.accept("a", "A")).exchange.ended().status == 202)
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }

  @Test(arguments: ["asker", "asker-async"])
  func whoEndsTheCallTakesItsQuestionsBack(_ strategy: String) throws {
    let host = try TestHost.asking(["ask-state"], strategy: strategy, loops: 2)
    // The client cancels.
    let client = LegacyClient(host)
    let call = client.call("ask-state", id: 5)
    let question = call.question()
    client.send(
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}"#, loop: 1)
    #expect(call.message { $0["method"] == "notifications/cancelled" } != .null)
    #expect(call.exchange.ended().now.hasEnded)
    #expect(client.respond(question, ada).exchange.ended().status == 202)
    #expect(eventually { host.openCalls == 0 })
    // The session ends.
    let second = client.call("ask-state", id: 6)
    #expect(second.question() != .null)
    _ = host.door.http(
      "", TestHost.legacyFields + [("Mcp-Session-Id", client.session)], verb: "DELETE", loop: 1
    ).ended()
    #expect(second.exchange.ended().now.hasEnded)
    #expect(eventually { host.openCalls == 0 })
    // The connection is gone.
    let framed = LegacyClient(host, isFramed: true)
    #expect(framed.call("ask-state").question() != .null)
    #expect(host.openCalls == 1)
    framed.disconnect()
    #expect(eventually { host.openCalls == 0 })
    // A client of HTTP that hangs up has not cancelled: it may answer all the same.
    let other = LegacyClient(host)
    let third = other.call("ask-state")
    let asked = third.question()
    third.exchange.disconnect()
    other.respond(asked, ada)
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }

  @Test func eachRevisionIsAskedWhatItKnows() throws {
    let host = try TestHost.asking(["ask-plain"])
    let url =
      #"{"u":{"method":"elicitation/create","params":{"mode":"url","message":"Go","#
      + #""url":"https://example.org/x"}}}"#
    let sampling =
      #"{"s":{"method":"sampling/createMessage","params":{"maxTokens":1,"messages":["#
      + #"{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}}}"#
    let choice =
      #"{"c":{"method":"elicitation/create","params":{"mode":"form","message":"m","#
      + #""requestedSchema":{"type":"object","properties":{"p":{"type":"string","#
      + #""oneOf":[{"const":"a","title":"A"}]}}}}}}"#
    let revisions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
    let known: [(String, Int)] = [(Asked.form, 2), (choice, 2), (url, 3), (sampling, 0)]
    for (index, revision) in revisions.enumerated() {
      let client = LegacyClient(host, revision)
      for (id, (requests, since)) in known.enumerated() {
        let call = client.call("ask-plain", requests, id: id + 1)
        if index < since {
          #expect(
            call.answer(JSONValue(id + 1))["result"]?["content"]?[0]?["text"] == "unsupported",
            "\(revision) \(requests)")
          continue
        }
        let params = call.question()["params"]
        switch id {
        case 1 where index == 2:
          #expect(params?["mode"] == nil)
          let property = params?["requestedSchema"]?["properties"]?["p"]
          #expect(property == ["type": "string", "enum": ["a"], "enumNames": ["A"]])
        case 1: #expect(params?["mode"] == "form")
        case 2: #expect(params?["elicitationId"]?.string != nil)
        case 3: #expect(params?["messages"]?.array?.count == (index < 3 ? 2 : 1))
        default: #expect(params?["message"] == "What is your name?")
        }
        client.send(
          #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id + 1)}}"#
        )
      }
    }
    let none = LegacyClient(host, capabilities: "{}")
    #expect(none.call("ask-plain").answer(1)["result"]?["content"]?[0]?["text"] == "unsupported")
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }

  @Test func aThousandQuestionsWaitWithoutAThreadAndNoMore() throws {
    let host = try TestHost.asking(["ask-state"], strategy: "asker-blocking", loops: 2)
    let client = LegacyClient(host)
    let calls = (0..<SessionQuestions.maximumCount).map { index in
      let call = client.call("ask-state", id: index + 1, loop: index % 2)
      // The workers' queue is bounded, too.
      #expect(call.question() != .null)
      return call
    }
    #expect(host.openCalls == calls.count)
    let refused = client.call("ask-state", id: 5000).answer(5000)
    #expect(refused["error"]?["message"]?.string?.contains("1024") == true)
    for (index, call) in calls.enumerated() {
      client.respond(call.question(), ada, loop: (index / 2) % 2)
    }
    for (index, call) in calls.enumerated() {
      #expect(
        call.answer(JSONValue(index + 1))["result"]?["structuredContent"]?["state"] == "state-1")
    }
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }

  @Test(arguments: ["asker", "asker-blocking", "asker-async"])
  func anAnswerAndAnEndAtOnceEndTheCallOnce(_ strategy: String) throws {
    let host = try TestHost.asking(
      ["ask-state"], strategy: strategy, more: "[server.input]\ntimeout_sec = 20", loops: 2)
    let client = LegacyClient(host)
    for round in 0..<100 {
      let call = client.call("ask-state", id: round + 1, loop: round % 2)
      let question = call.question()
      let cancel =
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(round + 1)}}"#
      if round % 3 == 0 { call.exchange.disconnect() }
      client.send(cancel, loop: (round + 1) % 2)
      client.respond(question, ada, loop: round / 2 % 2)
      client.respond(question, ada, loop: round % 2)
      _ = call.exchange.ended()
    }
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }

  @Test func anIdInUseIsRefused() throws {
    let host = try TestHost.asking(["ask-state"])
    let client = LegacyClient(host)
    let call = client.call("ask-state", id: 3)
    let question = call.question()
    #expect(client.call("good", "{}", id: 3).answer(3)["error"]?["code"] == -32600)
    #expect(client.call("good", "{}", id: 4).answer(4)["error"] == nil)
    client.respond(question, ada)
    #expect(call.answer(3)["result"] != nil)
    #expect(client.call("good", "{}", id: 3).answer(3)["result"] != nil)
    host.stop()
  }

  @Test func aCancelledCallCancelsTheCallsInsideIt() throws {
    let host = try TestHost(
      plugins: ["puppet-async"],
      tools: ["nest-never", "never", "report"].map { .init(name: $0, strategy: "puppet-async") })
    func report() -> JSONValue? {
      host.call("report").result["structuredContent"]?["cancellations"]
    }
    let gone = host.begin("nest-never")
    #expect(eventually { host.openCalls == 2 })
    usleep(50_000)
    gone.disconnect()
    #expect(eventually { report() == 1 })
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }
}
