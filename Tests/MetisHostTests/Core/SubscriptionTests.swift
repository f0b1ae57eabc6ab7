import JSON
import MCP
import Testing

@testable import MetisHost

/// `subscriptions/listen` of 2026-07-28: exactly the streams that asked.
@Suite struct SubscriptionTests {
  private static let key = "io.modelcontextprotocol/subscriptionId"

  private static let tools = ["changed-t", "changed-p", "changed-r", "updated"].map {
    TestHost.Tool(name: $0, strategy: "streamer")
  }

  /// Capabilities of what the host here has none of.
  private static let offers =
    "[server.capabilities.prompts]\nlist_changed = true\n"
    + "[server.capabilities.resources]\nlist_changed = true"

  private func make(_ more: String = offers, loops: Int = 1) throws -> TestHost {
    try TestHost(plugins: ["streamer"], tools: SubscriptionTests.tools, more: more, loops: loops)
  }

  static func body(_ id: String, _ filter: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"subscriptions/listen","params":{"#
      + #""notifications":\#(filter),"_meta":{\#(TestHost.meta)}}}"#
  }

  private func listen(
    _ host: TestHost, _ id: String, _ filter: String, loop: Int = 0
  ) -> TestExchange {
    host.door.http(
      SubscriptionTests.body(id, filter),
      TestHost.modernFields + [("Mcp-Method", "subscriptions/listen")], loop: loop)
  }

  @Test func exactlyTheStreamsThatAskedAreTold() throws {
    let host = try make(loops: 2)
    let tools = listen(host, "\"a\"", #"{"toolsListChanged":true,"promptsListChanged":false}"#)
    let watched = listen(
      host, "7", #"{"resourceSubscriptions":["test://watched","test://other"]}"#, loop: 1)
    let nothing = listen(host, "8", "{}")
    for exchange in [tools, watched, nothing] { #expect(exchange.wait { !$0.body.isEmpty }) }
    #expect(tools.field("content-type") == "text/event-stream")
    #expect(tools.events[0]["method"] == "notifications/subscriptions/acknowledged")
    #expect(
      tools.events[0]["params"]
        == ["_meta": [SubscriptionTests.key: "a"], "notifications": ["toolsListChanged": true]])
    #expect(
      watched.events[0]["params"]?["notifications"]
        == ["resourceSubscriptions": ["test://watched", "test://other"]])
    for tool in ["changed-t", "changed-p", "changed-r", "updated"] {
      #expect(host.call(tool).firstText == "1")
    }
    #expect(tools.wait { $0.events.count == 2 })
    #expect(watched.wait { $0.events.count == 2 })
    #expect(
      tools.events[1] == [
        "jsonrpc": "2.0", "method": "notifications/tools/list_changed",
        "params": ["_meta": [SubscriptionTests.key: "a"]],
      ])
    #expect(
      watched.events[1]["params"] == ["_meta": [SubscriptionTests.key: 7], "uri": "test://watched"])
    #expect(!nothing.wait(seconds: 0.1) { $0.events.count > 1 })
    #expect(host.host.core.subscriptions.uriCount == 2)
    host.host.core.subscriptions.publish(.task(id: "t", json: Array("{}".utf8)))
    for exchange in [tools, watched, nothing] { exchange.disconnect() }
    #expect(eventually { host.open() == Census() })
    #expect(host.host.core.subscriptions.uriCount == 0)
    host.stop()
  }

  /// What the server has none of is no capability: nobody is told that it hears of it.
  @Test func whatIsNotThereIsNotGranted() throws {
    let host = try make("")
    let exchange = listen(
      host, "1",
      #"{"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true,"#
        + #""resourceSubscriptions":["a:b"]}"#)
    #expect(exchange.wait { !$0.body.isEmpty })
    #expect(exchange.events[0]["params"]?["notifications"] == ["toolsListChanged": true])
    exchange.disconnect()
    host.stop()
  }

  /// With a principal, a task's id is not enough to hear of it.
  @Test func tasksOfOthersAreNotTold() throws {
    let host = try make()
    let description = TaskDescription(
      id: "theirs", createdAt: "2026-01-01T00:00:00Z", ttlMs: 60_000, pollIntervalMs: 1_000)
    _ = host.host.core.tasks.add(
      description, isCore: false, owner: "somebody", session: nil, call: 0, expiry: .max)
    let exchange = listen(host, "1", #"{"taskIds":["theirs","free"]}"#)
    #expect(exchange.wait { !$0.body.isEmpty })
    #expect(exchange.events[0]["params"]?["notifications"] == ["taskIds": ["free"]])
    exchange.disconnect()
    host.stop()
  }

  @Test func tasksAreToldById() throws {
    let host = try make()
    let exchange = listen(host, "1", #"{"taskIds":["t1","t1"]}"#)
    #expect(exchange.wait { !$0.body.isEmpty })
    #expect(exchange.events[0]["params"]?["notifications"] == ["taskIds": ["t1"]])
    let subscriptions = host.host.core.subscriptions
    subscriptions.publish(.task(id: "t2", json: Array(#"{"taskId":"t2"}"#.utf8)))
    subscriptions.publish(.task(id: "t1", json: Array(#"{"taskId":"t1","status":"working"}"#.utf8)))
    #expect(exchange.wait { $0.events.count == 2 })
    #expect(
      exchange.events[1] == [
        "jsonrpc": "2.0", "method": "notifications/tasks",
        "params": [
          "_meta": [SubscriptionTests.key: 1], "taskId": "t1", "status": "working",
        ],
      ])
    exchange.disconnect()
    host.stop()
  }

  @Test func aDrainAnswersEverySubscription() throws {
    let host = try make()
    let exchange = listen(host, "\"a\"", #"{"toolsListChanged":true}"#)
    let peer = host.door.connection()
    peer.send(SubscriptionTests.body("5", #"{"promptsListChanged":true}"#))
    #expect(exchange.wait { !$0.body.isEmpty })
    #expect(peer.frame(0)["method"] == "notifications/subscriptions/acknowledged")
    host.stop()
    #expect(exchange.now.hasEnded)
    #expect(exchange.json["id"] == "a")
    #expect(exchange.result["resultType"] == "complete")
    #expect(exchange.result["_meta"]?[SubscriptionTests.key] == "a")
    #expect(exchange.result["_meta"]?["io.modelcontextprotocol/serverInfo"] != nil)
    #expect(peer.frame(1)["result"]?["_meta"]?[SubscriptionTests.key] == 5)
    #expect(peer.frame(2)["method"] == "notifications/cancelled")
    #expect(peer.frame(2)["params"]?["requestId"] == 5)
  }

  @Test func severalOnOneConnectionEndOneByOne() throws {
    let host = try make()
    let peer = host.door.connection()
    peer.send(SubscriptionTests.body("1", #"{"toolsListChanged":true}"#))
    peer.send(SubscriptionTests.body("2", #"{"toolsListChanged":true}"#))
    peer.send(SubscriptionTests.body("2", #"{"toolsListChanged":true}"#))
    #expect(peer.frame(2)["error"]?["code"] == -32600)
    #expect(host.call("changed-t").firstText == "1")
    #expect(peer.wait { $0.frames.count == 5 })
    let told = (3...4).map { peer.frame($0)["params"]?["_meta"]?[SubscriptionTests.key]?.int }
    #expect(told == [1, 2])
    peer.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
    #expect(eventually { host.host.core.subscriptions.listenCount == 1 })
    #expect(host.call("changed-t").firstText == "1")
    #expect(peer.wait { $0.frames.count == 6 })
    #expect(peer.frame(5)["params"]?["_meta"]?[SubscriptionTests.key] == 2)
    peer.disconnect()
    #expect(eventually { host.open() == Census() })
    host.stop()
  }

  @Test func whatIsNotOfferedIsNotGranted() throws {
    let host = try make(
      "[server.capabilities]\n[server.capabilities.tools]\nlist_changed = false\n"
        + "[server.capabilities.resources]\nsubscribe = false\n"
        + "[server.capabilities.prompts]\nlist_changed = true")
    let exchange = listen(
      host, "1",
      #"{"toolsListChanged":true,"promptsListChanged":true,"resourceSubscriptions":["a:b"]}"#)
    #expect(exchange.wait { !$0.body.isEmpty })
    #expect(exchange.events[0]["params"]?["notifications"] == ["promptsListChanged": true])
    exchange.disconnect()
    host.stop()
  }

  @Test(arguments: [
    ("7", "notifications"), (#"{"toolsListChanged":1}"#, "toolsListChanged"),
    (#"{"resourceSubscriptions":"a"}"#, "resourceSubscriptions"),
    (#"{"resourceSubscriptions":[1]}"#, "resourceSubscriptions"),
    (#"{"taskIds":[""]}"#, "taskIds"),
  ])
  func aFilterOfAnotherShapeIsRefused(_ filter: String, _ says: String) throws {
    let host = try make()
    let exchange = listen(host, "1", filter).ended()
    #expect(exchange.status == 400 && exchange.errorCode == -32602)
    #expect(exchange.errorMessage.contains(says))
    let long = (0...1000).map { "\"a:\($0)\"" }.joined(separator: ",")
    #expect(
      listen(host, "1", #"{"resourceSubscriptions":[\#(long)]}"#).ended().errorMessage
        .contains("1000"))
    #expect(host.open() == Census())
    host.stop()
  }

  @Test func aSlowReaderHearsOfAChangeOnce() throws {
    let host = try make()
    let exchange = host.door.http(
      SubscriptionTests.body("1", #"{"toolsListChanged":true,"resourcesListChanged":true}"#),
      TestHost.modernFields + [("Mcp-Method", "subscriptions/listen")],
      reader: TestReader(high: 64, limit: 4096))
    #expect(exchange.wait { $0.wantsWritable })
    let subscriptions = host.host.core.subscriptions
    for _ in 0..<10_000 { subscriptions.publish(.toolsListChanged) }
    subscriptions.publish(.resourcesListChanged)
    let isComplete = eventually {
      exchange.read()
      return exchange.text.contains("notifications/resources/list_changed")
    }
    #expect(isComplete)
    let methods = exchange.events.compactMap { $0["method"]?.string }
    #expect(methods.count < 80 && methods.last == "notifications/resources/list_changed")
    exchange.disconnect()
    host.stop()
  }
}
