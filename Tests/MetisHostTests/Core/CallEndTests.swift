import Foundation
import JSON
import MetisPluginAPI
import Testing

@testable import MetisHost

/// Calls that do not end at once: threads, time-outs, cancellations, late ends.
@Suite struct CallEndTests {
  private func report(_ host: TestHost) -> JSONValue {
    host.call("report").result["structuredContent"] ?? .null
  }

  private func asynchronous(_ names: [(String, Int)]) throws -> TestHost {
    try TestHost(
      plugins: ["puppet-async"],
      tools: (names + [("report", 10_000)]).map {
        .init(name: $0.0, strategy: "puppet-async", timeout: $0.1)
      })
  }

  @Test func anAsynchronousCallEndsFromItsOwnThreadBeforeAndAfterItsReturn() throws {
    let host = try asynchronous([
      ("value", 10_000), ("value-before", 10_000), ("result-before", 10_000),
    ])
    for round in 0..<50 {
      #expect(
        host.call("value", #"{"n":\#(round)}"#).result["structuredContent"] == [
          "n": JSONValue(round)
        ])
      #expect(
        host.call("value-before", #"{"n":\#(round)}"#, id: #""x\#(round)""#).json["id"]
          == .string("x\(round)"))
      #expect(
        host.call("result-before", #"{"content":[]}"#).result["resultType"] == "complete")
    }
    // Many at once, on one loop.
    let many = (0..<200).map { host.begin("value", #"{"n":\#($0)}"#, id: "\($0)") }
    for (index, exchange) in many.enumerated() {
      let answer = exchange.ended()
      #expect(answer.json["id"] == JSONValue(index))
      #expect(answer.result["structuredContent"] == ["n": JSONValue(index)])
    }
    host.stop()
  }

  @Test func aCallThatTakesTooLongIsAnsweredAndItsEndIsLate() throws {
    let host = try asynchronous([("sleep-200", 30)])
    let answer = host.call("sleep-200")
    #expect(answer.status == 200 && answer.errorCode == -32603)
    #expect(answer.errorMessage.contains("sleep-200"))
    #expect(answer.errorMessage.contains("30 ms"))
    #expect(answer.errorMessage.contains("org.metis.test.puppet-async"))
    #expect(eventually { report(host)["cancellations"] == 1 })
    #expect(eventually { report(host)["late"] == 1 })
    #expect(host.isWell())
    host.stop()
  }

  @Test func aDisconnectCancelsInTheStatelessEraAlone() throws {
    let host = try asynchronous([("sleep-150", 10_000)])
    let modern = host.begin("sleep-150")
    usleep(30_000)
    modern.disconnect()
    #expect(eventually { report(host)["cancellations"] == 1 })
    #expect(eventually { report(host)["late"] == 1 })
    let session = try #require(host.initialize())
    let legacy = host.begin("sleep-150", session: session)
    usleep(30_000)
    legacy.disconnect()
    usleep(300_000)
    #expect(report(host)["cancellations"] == 1)
    #expect(report(host)["late"] == 1)
    #expect(host.door.violations == [])
    host.stop()
  }

  @Test func aSessionCancelsByNotificationAndByItsEnd() throws {
    let host = try asynchronous([("never", 10_000)])
    let session = try #require(host.initialize())
    let fields = TestHost.legacyFields + [("Mcp-Session-Id", session)]
    let first = host.begin("never", session: session, id: #""one""#)
    let second = host.begin("never", session: session, id: "2")
    usleep(20_000)
    let notified = host.door.http(
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"one"}}"#, fields)
    #expect(notified.ended().status == 202)
    #expect(first.ended().errorCode == -31999)
    #expect(!second.now.hasEnded)
    #expect(host.door.http("", fields, verb: "DELETE").ended().status == 200)
    #expect(second.ended().errorCode == -31999)
    #expect(eventually { report(host)["cancellations"] == 2 })
    host.stop()
  }

  /// The buffer and the context that a strategy borrowed stay its own after the time-out, also
  /// while other calls use the same place.
  @Test func whatACallLendsOutlivesItsTimeOut() throws {
    let host = try TestHost(
      plugins: ["puppet-async", "puppet-blocking"],
      tools: [
        .init(name: "hold-400", strategy: "puppet-async", timeout: 100),
        .init(name: "hold-401", strategy: "puppet-blocking", timeout: 100),
        .init(name: "reserve", strategy: "puppet-async"),
        .init(name: "report", strategy: "puppet-async"),
        .init(name: "reserve-blocking", strategy: "puppet-blocking"),
      ])
    for _ in 0..<3 {
      let held = ["hold-400", "hold-401", "hold-400", "hold-401"].map { host.begin($0) }
      for exchange in held { #expect(exchange.ended().errorCode == -32603) }
      for _ in 0..<20 {
        #expect(host.call("reserve").result["structuredContent"] == ["reserved": true])
      }
      #expect(host.call("reserve-blocking").result["structuredContent"] == ["reserved": true])
    }
    #expect(eventually { report(host)["late"] == 6 })
    host.stop()
    #expect(eventually { LateMemory.keptCount == 0 })
  }

  @Test func blockingCallsGoToWorkersAndDoNotHoldTheLoop() throws {
    let host = try TestHost(
      plugins: ["puppet-blocking"],
      tools: [
        .init(name: "exclusive-400", strategy: "puppet-blocking"),
        .init(name: "sleep-300", strategy: "puppet-blocking", timeout: 50),
      ])
    let exchanges = (0..<8).map { host.begin("exclusive-400", id: "\($0)") }
    #expect(host.isWell())
    #expect(exchanges.contains { !$0.now.hasEnded })
    for exchange in exchanges { #expect(exchange.ended().firstText == "alone") }
    let slow = host.call("sleep-300")
    #expect(slow.errorMessage.contains("50 ms"))
    #expect(host.isWell())
    host.stop()
  }

  @Test func moreCallsThanMayWaitAreRefused() throws {
    let host = try TestHost(
      plugins: ["puppet-blocking"],
      tools: [.init(name: "sleep-1000", strategy: "puppet-blocking", timeout: 90_000)], workers: 1)
    // One is at work, 10,000 wait; each second makes room for one more.
    let exchanges = (0..<10_050).map { host.begin("sleep-1000", id: "\($0)") }
    #expect(host.isWell())
    let refused = exchanges.filter { $0.errorMessage.contains("limit of waiting calls") }
    #expect((20...49).contains(refused.count), "\(refused.count)")
    #expect(refused.allSatisfy { $0.errorCode == -32603 })
    for exchange in exchanges { exchange.disconnect() }
    #expect(host.isWell())
    host.stop()
  }

  @Test func anInstanceThatIsNotReentrantSeesOneCallAtATime() throws {
    let host = try TestHost(
      plugins: ["puppet-single"],
      tools: [.init(name: "exclusive-1", strategy: "puppet-single")], loops: 3)
    let exchanges = (0..<90).map { host.begin("exclusive-1", id: "\($0)", loop: $0 % 3) }
    for exchange in exchanges { #expect(exchange.ended().firstText == "alone") }
    host.stop()
  }

  /// A thousand calls and a thousand ends by other threads, time-outs among them.
  @Test func endsRaceWithTimeOuts() throws {
    let host = try TestHost(
      plugins: ["puppet-async"],
      tools: [
        .init(name: "sleep-5", strategy: "puppet-async", timeout: 5),
        .init(name: "emit-sleep", strategy: "puppet-async", timeout: 5),
        .init(name: "report", strategy: "puppet-async"),
      ], loops: 2)
    for round in 0..<10 {
      let exchanges = (0..<40).map {
        host.begin($0 % 4 == 0 ? "emit-sleep" : "sleep-5", id: "\($0)", loop: $0 % 2)
      }
      for (index, exchange) in exchanges.enumerated() {
        if index % 10 == round { exchange.disconnect() }
      }
      for (index, exchange) in exchanges.enumerated() where index % 10 != round {
        let answer = exchange.ended()
        #expect(answer.json["id"] == JSONValue(index))
        #expect(
          answer.errorCode == -32603 || answer.result["content"] != nil, "\(answer.text)")
      }
    }
    #expect(host.isWell(loop: 0) && host.isWell(loop: 1))
    host.stop()
  }
}
