import Foundation
import JSON
import MetisPluginAPI
import Synchronization
import Testing

@testable import MetisHost

/// Reloads and swaps while requests are served.
@Suite struct ChangeTests {
  @Test func aReloadIsAllOrNothing() throws {
    let host = try TestHost(
      plugins: ["puppet", "create_fails"], puppet: ["value"])
    let before = host.host.control.sync { host.host.composition.snapshot.number }
    for (tools, extra) in [
      ([TestHost.Tool(name: "value", strategy: "create-fails")], ""),
      ([TestHost.Tool(name: "value", strategy: "puppet")], "[auth]\nuse = [\"absent\"]\n"),
      ([TestHost.Tool(name: "not a name", strategy: "puppet")], ""),
      ([], "= this is no TOML"),
    ] {
      guard case .failure(let error) = try host.reload(tools: tools, extra: extra) else {
        Issue.record("took \(tools) \(extra)")
        continue
      }
      #expect(!error.message.isEmpty && !error.isRefused)
      #expect(host.call("value", #"{"a":1}"#).result["structuredContent"] == ["a": 1])
      #expect(host.host.control.sync { host.host.composition.snapshot.number } == before)
    }
    let next = try host.reload(tools: [.init(name: "number", strategy: "puppet")])
    #expect(try next.get()["tools"] == 2)
    #expect(host.call("number").firstText == "42")
    #expect(host.call("value").errorMessage == "Unknown tool: value")
    // What was made for nothing is gone; what serves is there.
    #expect(eventually { host.call("number").firstText == "42" })
    host.stop()
  }

  @Test func clientsHearOfAChangedListAndOnlyOfThat() throws {
    let host = try TestHost(puppet: ["value"])
    let id = try #require(host.initialize())
    let stream = host.door.http(
      "", TestHost.legacyFields + [("Mcp-Session-Id", id)], verb: "GET")
    #expect(stream.wait { $0.isStream })
    let peer = host.door.connection()
    peer.send(TestHost.initializeBody("2025-11-25"))
    #expect(peer.answer(0)["result"] != nil)
    // The same list; a time-out is none of the clients' business.
    _ = try host.reload(tools: [.init(name: "value", strategy: "puppet", timeout: 77)]).get()
    #expect(host.isWell())
    #expect(peer.now.frames.count == 1)
    _ = try host.reload(
      tools: [.init(name: "value", strategy: "puppet", more: "title = \"Changed\"")]
    ).get()
    #expect(peer.frame(1)["method"] == "notifications/tools/list_changed")
    #expect(stream.wait { String(decoding: $0.body, as: UTF8.self).contains("list_changed") })
    #expect(stream.events.count == 1)
    stream.disconnect()
    peer.disconnect()
    host.stop()
  }

  @Test func aTargetCountsOnOverReloadsAndSwaps() throws {
    let host = try TestHost(
      plugins: ["puppet", "stateful"],
      tools: [
        .init(name: "stateful", strategy: "stateful")
      ])
    func ordinal() -> UInt64? {
      host.host.control.sync {
        host.host.composition.snapshot.targets.first { $0.name == "stateful" }?
          .ordinal.load(ordering: .relaxed)
      }
    }
    #expect(host.call("stateful").firstText == "1")
    #expect(host.call("stateful").firstText == "2")
    _ = try host.reload(tools: [
      .init(name: "stateful", strategy: "stateful"), .init(name: "value", strategy: "puppet"),
    ]).get()
    #expect(host.call("stateful").firstText == "3")
    #expect(try host.swap("org.metis.test.stateful", by: "stateful-1.1").get().newNumber == 2)
    #expect(host.call("stateful").firstText == "4")
    #expect(ordinal() == 4)
    _ = try host.reload(tools: [
      .init(name: "stateful", strategy: "stateful", more: "title = \"New\"")
    ]).get()
    #expect(ordinal() == 0)
    host.stop()
  }

  /// A call ends on the generation that it began on, also where its tool is gone by then.
  @Test func pendingCallsOutliveSwapsAndReloads() throws {
    let host = try TestHost(
      plugins: ["puppet-async", "puppet-blocking"],
      tools: [
        .init(name: "sleep-1200", strategy: "puppet-async"),
        .init(name: "never", strategy: "puppet-async", timeout: 1_200),
        .init(name: "sleep-1201", strategy: "puppet-blocking"),
      ])
    let slow = ["sleep-1200", "never", "sleep-1201"].map { host.begin($0) }
    usleep(30_000)
    for id in ["puppet-async", "puppet-blocking"] {
      #expect(try host.swap("org.metis.test.\(id)", by: id).get().newNumber == 2)
    }
    #expect(host.draining == 2)
    _ = try host.reload(tools: []).get()
    _ = try host.reload(tools: [.init(name: "value", strategy: "puppet-async")]).get()
    #expect(host.call("value", #"{"a":1}"#).result["structuredContent"] == ["a": 1])
    #expect(slow.allSatisfy { !$0.now.hasEnded })
    #expect(slow[0].ended().firstText == "awake")
    #expect(slow[1].ended().errorMessage.contains("Tool never did not answer within 1200 ms"))
    #expect(slow[2].ended().firstText == "awake")
    #expect(eventually { host.draining == 0 })
    host.stop()
  }

  /// Loops call without a pause while the strategy is replaced and the configuration read again.
  @Test func noCallIsLostUnderSwapsAndReloads() throws {
    let host = try TestHost(
      plugins: ["puppet", "puppet-async"],
      tools: [
        .init(name: "value", strategy: "puppet"), .init(name: "sleep-1", strategy: "puppet-async"),
      ], loops: 2)
    let ends = Atomic<Bool>(false)
    let tally = Tally()
    let lost = Locked<[String]>([])
    try withoutActuallyEscaping(
      { @Sendable (loop: Int) -> Void in
        while !ends.load(ordering: .relaxed) {
          let answers = ["good", "value", "sleep-1"].map { host.begin($0, loop: loop) }
          for answer in answers where answer.ended().result["content"] == nil {
            lost.withLock { $0.append(answer.text) }
          }
          tally.add(answers.count)
        }
      },
      do: { body in
        let threads = try (0..<2).map { loop in
          try HostThread(name: "client-\(loop)") { body(loop) }
        }
        for round in 0..<30 {
          let library = ["good", "good-1.1", "good-2.0"][round % 3]
          _ = try host.swap("org.metis.test.good", by: library).get()
          if round % 5 == 0 { _ = try host.swap("org.metis.test.puppet", by: "puppet").get() }
          if round % 7 == 0 {
            _ = try host.swap("org.metis.test.puppet-async", by: "puppet-async").get()
          }
          _ = try host.reload(tools: [
            .init(name: "value", strategy: "puppet", timeout: 1_000 + round),
            .init(name: "sleep-1", strategy: "puppet-async"),
          ]).get()
        }
        ends.store(true, ordering: .relaxed)
        for thread in threads { thread.join() }
      })
    #expect(lost.withLock { $0 } == [])
    #expect(tally.value > 0)
    #expect(eventually { host.draining == 0 })
    host.stop()
  }

  @Test func aTransportIsReplacedWhileItsCallsEnd() throws {
    let host = try TestHost(
      plugins: ["puppet-async", "puppet-blocking"],
      tools: [
        .init(name: "nest-never", strategy: "puppet-blocking"),
        .init(name: "sleep-200", strategy: "puppet-async"),
        .init(name: "never", strategy: "puppet-async"),
        .init(name: "report", strategy: "puppet-async"),
      ], loops: 2)
    let slow = host.begin("sleep-200", loop: 1)
    let never = host.begin("never")
    // A worker waits for a call that its loop will not see the end of.
    let waiting = host.begin("nest-never")
    let peer = host.door.connection()
    peer.send(TestHost.initializeBody("2025-11-25"))
    #expect(peer.answer(0)["result"] != nil)
    usleep(20_000)
    #expect(try host.swap("org.metis.test.door", by: "door-1.1").get().newNumber == 2)
    #expect(host.door.count == 2)
    #expect(host.isWell(loop: 0) && host.isWell(loop: 1))
    #expect(peer.wait { $0.hasEnded })
    #expect(slow.ended().firstText == "awake")
    // What is left at the limit of the drain is cut, and its strategy told.
    #expect(never.wait { $0.hasEnded })
    #expect(never.status == 0)
    #expect(waiting.wait { $0.hasEnded })
    #expect(eventually { host.door.count == 1 && host.draining == 0 })
    #expect(
      eventually { host.call("report").result["structuredContent"]?["cancellations"] == 2 })
    _ = try host.swap("org.metis.test.puppet-blocking", by: "puppet-blocking").get()
    #expect(eventually { host.draining == 0 })
    host.stop()
  }
}
