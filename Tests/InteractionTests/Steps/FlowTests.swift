import Foundation
import MetisKit
import MetisPluginAPI
import Testing

/// What goes out before the end, waiting, and who wakes whom.
@Suite struct FlowTests {
  @Test func theStrategyIsAsynchronousAndReentrant() {
    #expect(SimulatedHost().flags == METIS_STRATEGY_ASYNC | METIS_STRATEGY_REENTRANT)
  }

  @Test func whatIsEmittedKeepsItsOrder() throws {
    let target = try SimulatedHost().steps(
      """
      [{"progress":{"progress":"{{ 1 + 1 }}","total":4,"message":"m {{ arguments.a }}"}},
       {"log":"plain"},{"log":{"level":"warning","logger":"l","data":{"a":"{{ arguments.a }}"}}},
       {"notify":{"method":"notifications/x","params":{"a":"{{ arguments.a }}"}}},
       {"close_stream":{"retry_ms":10}},{"close_stream":true},{"disconnect":true},
       {"task":true},{"task":{"ttl_ms":60000,"poll_interval_ms":5,"status_message":"s"}},
       {"progress":3},{"text":"end"}]
      """)
    let call = target.call(#"{"a":1}"#)
    #expect(
      call.emitted == [
        #"1 {"progress":2,"total":4,"message":"m 1"}"#, #"2 {"level":"info","data":"plain"}"#,
        #"2 {"level":"warning","logger":"l","data":{"a":1}}"#,
        #"7 {"method":"notifications/x","params":{"a":1}}"#, #"5 {"retryMs":10}"#, "5 {}", "6 {}",
        "4 {}", #"4 {"ttlMs":60000,"pollIntervalMs":5,"statusMessage":"s"}"#, #"1 {"progress":3}"#,
      ])
    #expect(call.answer == "end")
  }

  @Test func listsAndResourcesAreNotifiedThroughTheHost() throws {
    let host = SimulatedHost()
    let target = try host.steps(
      """
      [{"notify":"tools"},{"notify":{"list":"resources"}},{"notify":"prompts"},
       {"notify":{"resource":"a://{{ arguments.id }}"}}]
      """)
    #expect(target.call(#"{"id":7}"#).ending == .result(#"{"content":[]}"#))
    #expect(host.notices == ["list 1", "list 2", "list 3", "resource a://7"])
  }

  @Test func aDelayHoldsNoThread() throws {
    let host = SimulatedHost()
    let target = try host.steps(
      #"[{"progress":0},{"delay_ms":50},{"progress":50},{"delay_ms":"{{ arguments.ms }}"},"#
        + #"{"progress":100},{"delay_ms":0},{"text":"done"}]"#)
    let call = target.call(#"{"ms":30}"#)
    #expect(call.emitted.count == 1)
    #expect(call.isOpen)
    host.pass(49)
    #expect(call.emitted.count == 1)
    host.pass(1)
    #expect(call.emitted.count == 2)
    #expect(call.isOpen)
    host.pass(30)
    #expect(call.emitted.count == 3)
    #expect(call.answer == "done")
    #expect(host.waiting == 0)
    let wrong = target.call(#"{"ms":-1}"#)
    host.pass(50)
    #expect(
      wrong.ending
        == .fail(0, "steps.3.delay_ms: found -1, expected 0 to 3600000 milliseconds", ""))
  }

  @Test func aRangeOfDelaysIsDrawnFromTheSeed() throws {
    func wait(_ seed: UInt64) throws -> Int {
      let host = SimulatedHost()
      let call = try host.steps(#"[{"delay_ms":"range:10-1000"}]"#).call(seed: seed)
      var milliseconds = 0
      while call.isOpen, milliseconds < 2_000 {
        host.pass(1)
        milliseconds += 1
      }
      return milliseconds
    }
    #expect(try (0..<20).allSatisfy { (10...1_000).contains(try wait($0)) })
    #expect(try wait(3) == wait(3))
    #expect(try Set((0..<8).map { try wait($0) }).count > 4)
  }

  @Test func aSlowClientIsWaitedFor() throws {
    let target = try SimulatedHost().steps(
      #"[{"repeat":1000,"progress":"{{ loop.index }}"},{"text":"done"}]"#)
    let call = target.call { $0.window = 10 }
    var reads = 0
    while call.isOpen, reads < 1_000 {
      #expect(call.isWaitingForRoom)
      call.read()
      reads += 1
    }
    #expect(call.largestUnread == 10)
    #expect(reads == 99)
    #expect(call.emitted.count == 1_000)
    #expect(call.emitted.last == #"1 {"progress":1000}"#)
    #expect(call.answer == "done")
  }

  @Test func aClientThatCatchesUpAtOnceIsNoRecursion() throws {
    let host = SimulatedHost()
    let target = try host.steps(
      #"[{"repeat":50000,"progress":"{{ loop.index }}"},{"text":"done"}]"#)
    let call = target.call {
      $0.window = 1
      $0.isWritableAtOnce = true
    }
    // Not all on the thread that the call came on.
    #expect(call.isOpen && call.emitted.count < 10_000)
    host.pass(0)
    #expect(call.emitted.count == 50_000)
    #expect(call.answer == "done")
  }

  @Test func whatIsRefusedIsTriedAgain() throws {
    let host = SimulatedHost()
    let target = try host.steps(#"[{"progress":1},{"progress":2},{"text":"done"}]"#)
    let call = target.call { $0.refusals = 3 }
    #expect(call.emitted.isEmpty)
    host.pass(30)
    #expect(call.emitted == [#"1 {"progress":1}"#, #"1 {"progress":2}"#])
    #expect(call.answer == "done")
  }

  @Test func manySlowCallsKeepNothingThatGrows() throws {
    let host = SimulatedHost()
    let target = try host.steps(
      #"[{"repeat":1000,"progress":{"progress":"{{ loop.index }}","message":"{{ arguments.m }}"}}]"#
    )
    let message = String(repeating: "m", count: 2_000)
    let calls = (0..<1_000).map { _ in
      target.call(#"{"m":"\#(message)"}"#) {
        $0.window = 2
        $0.keepsLines = false
      }
    }
    #expect(calls.allSatisfy { $0.isWaitingForRoom && $0.emittedCount == 2 })
    // Kept anywhere, the 20 messages a call of each round would be 40 MB. Other tests of the process
    // take memory meanwhile, but not in every round.
    let growth = (0..<4).map { _ in
      let before = Memory.resident
      for _ in 0..<10 { for call in calls { call.read() } }
      return Memory.resident - before
    }
    #expect(growth.min() ?? .max < 16 << 20)
    #expect(calls.allSatisfy { $0.largestUnread == 2 && $0.emittedCount == 82 })
    for call in calls { call.cancel() }
    #expect(calls.allSatisfy { !$0.isWaitingForRoom })
  }

  /// Calls, timers, clients that read and clients that go away, each on a thread of its own.
  @Test func threadsMeetInWaits() throws {
    let host = SimulatedHost()
    let target = try host.steps(
      """
      [{"repeat":20,"steps":[{"progress":"{{ loop.index }}"},
        {"delay_ms":"{{ loop.index0 % 2 }}"}]},{"text":"{{ arguments.n }}"}]
      """)
    let calls = Shared<[SimulatedCall]>([])
    let isDone = Shared(false)
    nonisolated(unsafe) let shared = target
    let count = 200
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      switch thread {
      case 0:
        for number in 0..<count {
          let call = SimulatedCall(capabilities: "{}")
          call.window = 3
          calls.change { $0.append(call) }
          shared.call(#"{"n":"call \#(number)"}"#, using: call)
        }
        isDone.change { $0 = true }
      case 1:
        while !isDone.value || calls.value.contains(where: \.isOpen) { host.pass(1) }
      case 2:
        while !isDone.value || calls.value.contains(where: \.isOpen) {
          for call in calls.value { call.read() }
        }
      default:
        while !isDone.value {
          for (number, call) in calls.value.enumerated() where number % 7 == 3 && call.isOpen {
            call.cancel()
          }
        }
      }
    }
    for (number, call) in calls.value.enumerated() {
      if call.answer != nil {
        #expect(call.answer == "call \(number)")
        #expect(call.emitted == (1...20).map { #"1 {"progress":\#($0)}"# })
      } else {
        #expect(number % 7 == 3 && call.ending == .fail(-1, "cancelled", ""))
      }
    }
    #expect(host.waiting == 0)
  }

  @Test func aCancellationStopsTheSteps() throws {
    let host = SimulatedHost()
    let target = try host.steps(#"[{"delay_ms":50},{"progress":1},{"text":"done"}]"#)
    let call = target.call()
    #expect(host.waiting == 1)
    call.cancel()
    #expect(host.waiting == 0)
    host.pass(100)
    #expect(call.emitted.isEmpty)
    #expect(call.ending == .fail(-1, "cancelled", ""))
  }

  @Test func whatAClientCannotHaveItDoesWithout() throws {
    let steps = #"[{"task":true},{"close_stream":true},{"text":"done"}]"#
    let call = try SimulatedHost().steps(steps).call {
      $0.statuses = [
        METIS_EMIT_TASK: METIS_UNSUPPORTED, METIS_EMIT_CLOSE_STREAM: METIS_UNSUPPORTED,
      ]
    }
    #expect(call.answer == "done")
    let required = try SimulatedHost().steps(#"[{"task":{"required":true}},{"text":"done"}]"#).call
    {
      $0.statuses = [METIS_EMIT_TASK: METIS_UNSUPPORTED]
    }
    #expect(
      required.ending
        == .fail(
          -32_021, "this needs a capability that the client has not declared: extensions",
          #"{"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}}"#))
  }

  @Test func requiredCapabilitiesAreNamed() throws {
    func ending(_ required: String, _ capabilities: String) throws -> SimulatedCall.Ending? {
      try SimulatedHost().steps(#"[{"require":\#(required)},{"text":"ok"}]"#)
        .call(capabilities: capabilities).ending
    }
    let good = SimulatedCall.Ending.result(#"{"content":[{"type":"text","text":"ok"}]}"#)
    #expect(try ending(#""sampling""#, #"{"sampling":{}}"#) == good)
    #expect(try ending(#""elicitation.form""#, #"{"elicitation":{}}"#) == good)
    #expect(
      try ending(#"["roots","elicitation.url"]"#, #"{"roots":{},"elicitation":{"url":{}}}"#) == good
    )
    #expect(
      try ending(#"{"sampling":{"tools":{}},"roots":{}}"#, #"{"sampling":{},"roots":{}}"#)
        == .fail(
          -32_021, "this needs a capability that the client has not declared: sampling",
          #"{"requiredCapabilities":{"sampling":{"tools":{}}}}"#))
  }

  @Test func failuresNameTheStep() throws {
    func failure(_ steps: String, _ arguments: String = "{}") throws -> String? {
      let host = SimulatedHost()
      let call = try host.steps(steps).call(arguments)
      host.pass(0)
      guard case .fail(0, let text, _)? = call.ending else { return nil }
      return text
    }
    #expect(
      try failure(#"[{"text":"{{ arguments.nme }}"}]"#, #"{"name":1}"#)?
        .hasPrefix("steps.0.text: line 1, column") == true)
    #expect(
      try failure(#"[{"progress":"{{ arguments.p }}","label":"half"}]"#, #"{"p":"x"}"#)
        == "steps.0 (half): found a string as `progress`, expected a number")
    #expect(
      try failure(#"[{"repeat":"{{ arguments.n }}","text":"x"}]"#, #"{"n":1e9}"#)?
        .hasPrefix("steps.0: found a number in `repeat`, expected a number of turns") == true)
    #expect(
      try failure(
        #"[{"repeat":100000,"steps":[{"repeat":"{{ arguments.n }}","set":{"a":1}}]}]"#,
        #"{"n":100000}"#)?.contains("more than 1000000 steps") == true)
  }
}

/// A value that threads share.
final class Shared<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var stored: Value

  init(_ value: Value) { stored = value }

  var value: Value { lock.withLock { stored } }

  func change(_ body: (inout Value) -> Void) { lock.withLock { body(&stored) } }
}

enum Memory {
  /// Bytes of the process in memory.
  static var resident: Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
