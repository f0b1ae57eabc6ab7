import MetisKit
import MetisPluginAPI
import Synchronization
import Testing

/// Keeps the calls that it gets under their target's name, for a test to end.
private struct Keeper: AsyncResponder {
  static var descriptor: Descriptor {
    Descriptor(id: "org.example.keeper", name: "Keeper", version: "1.0.0", provides: ["keeper"])
  }

  struct Refused: Error, CustomStringConvertible { let description = "refused" }

  static let calls = Mutex<[String: OpenCall]>([:])

  init(section: JSONValue, target: Target) {}

  func respond(to call: OpenCall) throws {
    switch call.target {
    case "throws": throw Refused()
    case "drops": return
    default: Self.calls.withLock { $0[call.target] = call }
    }
  }
}

/// A call that is in the strategy's hands, and how the host sees it.
private final class Kept {
  let instance: Instance
  let number: UInt64
  let call: OpenCall

  init(
    _ name: String, arguments: String = "{}", state: String = "", inputs: String = "",
    _ change: (inout Recorder.Record) -> Void = { _ in }
  ) throws {
    let plugin = try LoadedPlugin { Plugin.enter(Keeper.self, $0, $1) }
    instance = try plugin.instance("{}")
    number = instance.begin(arguments, target: name, state: state, inputs: inputs, change)
    call = try #require(Keeper.calls.withLock { $0.removeValue(forKey: name) })
  }

  deinit { _ = Recorder.take(number) }

  var record: Recorder.Record { Recorder.change(number) { $0 } }
}

@Suite struct OpenCallTests {
  @Test func flagsSayThatCallsEndLater() throws {
    let plugin = try LoadedPlugin { Plugin.enter(Keeper.self, $0, $1) }
    #expect(plugin.strategy.flags == METIS_STRATEGY_ASYNC | METIS_STRATEGY_REENTRANT)
    #expect(StrategyOptions.asynchronous.rawValue == METIS_STRATEGY_ASYNC)
  }

  @Test func whatTheHostLendsIsCopied() throws {
    let kept = try Kept(
      "copies", arguments: #"{"a":1}"#, state: "s", inputs: #"{"q":{"roots":[]}}"#)
    #expect(kept.record.endings.isEmpty)
    let call = kept.call
    #expect(try call.arguments == ["a": 1])
    #expect(call.target == "copies" && call.seed == 99 && call.ordinal == 3)
    #expect(call.deadline == 5_000 && call.isResumed && call.state == Array("s".utf8))
    #expect(try call.inputs == ["q": ["roots": []]])
    #expect(try call.context["revision"] == "2026-07-28")
    #expect(call.end(with: .text("done")))
    #expect(kept.record.endings == [.complete(METIS_SHAPE_VALUE, #""done""#)])
    #expect(try call.context == [:])
  }

  @Test func aCallEndsOnce() throws {
    let kept = try Kept("once")
    #expect(kept.call.fail(CallError(code: 7, "bad", data: [1])))
    #expect(!kept.call.end(with: .text("late")))
    #expect(!kept.call.complete(.value, [UInt8(ascii: "1")]))
    #expect(kept.call.needInput(requests: ["q": ["method": "roots/list"]]) == .late)
    #expect(kept.record.endings == [.fail(7, "bad", "[1]")])
  }

  @Test func aCallThatIsDroppedOrThrowsFails() throws {
    let plugin = try LoadedPlugin { Plugin.enter(Keeper.self, $0, $1) }
    let instance = try plugin.instance("{}")
    #expect(
      instance.record(target: "drops").endings
        == [.fail(0, "the strategy let go of the call without an answer", "")])
    #expect(instance.record(target: "throws").endings == [.fail(0, "refused", "")])
  }

  @Test func questionsTellWhatBecameOfThem() throws {
    let asked = try Kept("asked")
    let roots: JSONValue = ["q": ["method": "roots/list"]]
    #expect(asked.call.needInput(requests: roots, state: [UInt8(ascii: "s")]) == .asked)
    #expect(asked.record.endings == [.needInput(#"{"q":{"method":"roots/list"}}"#, "s")])

    let lacking = try Kept("lacking") { $0.needInputStatus = METIS_UNSUPPORTED }
    #expect(lacking.call.needInput(requests: roots) == .unsupported)
    #expect(lacking.record.endings.isEmpty)
    #expect(lacking.call.end(with: .text("instead")))

    let refused = try Kept("refused questions") { $0.needInputStatus = METIS_INVALID }
    #expect(refused.call.needInput(requests: roots) == .refused(METIS_INVALID))
    #expect(refused.call.end(with: .needInput(requests: roots)))
    #expect(
      refused.record.endings
        == [.fail(0, "the host refused the questions to the client (status -3)", "")])

    let answer = try Kept("lacking answer") { $0.needInputStatus = METIS_UNSUPPORTED }
    #expect(answer.call.end(with: .needInput(requests: roots)))
    #expect(
      answer.record.endings
        == [
          .fail(
            -32_021, "this needs a capability that the client has not declared: roots",
            #"{"requiredCapabilities":{"roots":{}}}"#)
        ])
  }

  @Test func everyKindIsEmittedWithItsStatus() throws {
    let kept = try Kept("emits")
    let call = kept.call
    let emissions: [Emission] = [
      .progress(1, total: 2, message: "m"), .log(level: "info", data: 1, logger: "l"),
      .content(["type": "text", "text": "t"]),
      .task(ttl: 5, pollInterval: 6, statusMessage: "s"), .task(), .closeStream(retry: 7),
      .closeStream(), .disconnect, .notification(method: "m", params: ["a": 1]),
      .notification(method: "n"),
    ]
    for emission in emissions { #expect(call.emit(emission) == .taken) }
    #expect(
      kept.record.emitted == [
        #"1 {"progress":1.0,"total":2.0,"message":"m"}"#,
        #"2 {"level":"info","data":1,"logger":"l"}"#, #"3 {"type":"text","text":"t"}"#,
        #"4 {"ttlMs":5,"pollIntervalMs":6,"statusMessage":"s"}"#, "4 {}", #"5 {"retryMs":7}"#,
        "5 {}", "6 {}", #"7 {"method":"m","params":{"a":1}}"#, #"7 {"method":"n"}"#,
      ])
    for (status, expected) in [
      (METIS_BUSY, EmissionStatus.busy), (METIS_LIMIT, .full), (METIS_LATE, .late),
      (METIS_UNSUPPORTED, .unsupported), (METIS_INVALID, .invalid), (METIS_DENIED, .invalid),
    ] {
      Recorder.change(kept.number) { $0.emitStatus = status }
      #expect(call.emit(.disconnect) == expected)
    }
    call.end(with: .text(""))
  }

  @Test func kindsAreThoseOfTheABI() {
    #expect(Emission.Kind.progress.rawValue == METIS_EMIT_PROGRESS)
    #expect(Emission.Kind.log.rawValue == METIS_EMIT_LOG)
    #expect(Emission.Kind.content.rawValue == METIS_EMIT_CONTENT)
    #expect(Emission.Kind.task.rawValue == METIS_EMIT_TASK)
    #expect(Emission.Kind.closeStream.rawValue == METIS_EMIT_CLOSE_STREAM)
    #expect(Emission.Kind.disconnect.rawValue == METIS_EMIT_DISCONNECT)
    #expect(Emission.Kind.notification.rawValue == METIS_EMIT_NOTIFICATION)
  }

  @Test func writableClientsCallBack() throws {
    let kept = try Kept("writes")
    let counter = Counter()
    try kept.call.whenWritable { counter.add() }
    #expect(counter.value == 1)
    kept.call.end(with: .text(""))
    let error = #expect(throws: HostError.self) {
      try kept.call.whenWritable { counter.add() }
    }
    #expect(error?.status == METIS_LATE)
    #expect(counter.value == 1)
  }

  @Test func aCancellationRunsOnceAndLetsGo() throws {
    let kept = try Kept("cancelled")
    let counter = Counter()
    #expect(kept.call.onCancel { counter.add() })
    #expect(!kept.call.onCancel { counter.add() })
    let work = try #require(kept.record.cancelWork)
    work.callback(work.context)
    #expect(counter.value == 1)
    Recorder.change(kept.number) { $0.isGone = true }
    #expect(!kept.call.fail(CallError("late")))
  }

  @Test func anEndLetsGoOfTheCancellation() throws {
    let kept = try Kept("ended")
    weak var held: Counter?
    do {
      let counter = Counter()
      held = counter
      let call = kept.call
      // Holds the call, as work that stops something does.
      #expect(call.onCancel { counter.add(call.id) })
    }
    #expect(held != nil)
    kept.call.end(with: .text(""))
    #expect(held == nil)
    #expect(!kept.call.onCancel {})
  }

  @Test func sessionCountersAreReachedThroughTheCall() throws {
    let kept = try Kept("counts")
    let store = kept.call.host.state(of: kept.call)
    let first = try store.add("open-call", 2)
    #expect(try store.add("open-call", 3) == first + 3)
    kept.call.end(with: .text(""))
  }

  @Test func capabilitiesAreThoseOfTheQuestions() throws {
    let required = Questions.requiredCapabilities([
      "a": ["method": "elicitation/create", "params": ["mode": "url"]],
      "b": ["method": "elicitation/create", "params": [:]],
      "c": ["method": "sampling/createMessage", "params": ["toolChoice": [:]]],
      "d": ["method": "roots/list"], "e": ["method": "ping"],
    ])
    #expect(
      required == ["elicitation": ["url": [:]], "sampling": ["tools": [:]], "roots": [:]])
    #expect(
      Questions.undeclared(required, in: ["elicitation": [:], "sampling": ["tools": [:]]])
        == ["elicitation": ["url": [:]], "roots": [:]])
    #expect(Questions.undeclared(required, in: nil) == required)
    #expect(Questions.undeclared([:], in: nil) == [:])
    #expect(Questions.undeclared(["elicitation": ["form": [:]]], in: ["elicitation": [:]]) == [:])
  }
}

/// Counts from any thread.
private final class Counter: Sendable {
  private let count = Atomic(0)

  func add(_ ignored: UInt64 = 0) { count.add(1, ordering: .relaxed) }

  var value: Int { count.load(ordering: .relaxed) }
}

/// The example of the documentation: ten ticks of progress, then an answer.
private struct Ticker: AsyncResponder {
  static var descriptor: Descriptor {
    Descriptor(id: "org.example.ticker", name: "Ticker", version: "1.0.0", provides: ["ticker"])
  }

  init(section: JSONValue, target: Target) {}

  func respond(to call: OpenCall) throws { try tick(call, 0) }

  private func tick(_ call: OpenCall, _ count: Int) throws {
    guard count < 10 else {
      call.end(with: .text("10 ticks"))
      return
    }
    let next: @Sendable () -> Void = {
      do { try tick(call, count + 1) } catch { call.fail(CallError(any: error)) }
    }
    switch call.emit(.progress(Double(count), total: 10)) {
    case .late: return
    case .busy: try call.whenWritable(next)
    default: try call.host.after(0, next)
    }
  }
}

@Suite struct TickerTests {
  @Test(arguments: [METIS_OK, METIS_BUSY])
  func theExampleTicks(status: Int32) throws {
    let plugin = try LoadedPlugin { Plugin.enter(Ticker.self, $0, $1) }
    let record = try plugin.instance("{}").record { $0.emitStatus = status }
    #expect(record.emitted.count == 10)
    #expect(record.endings == [.complete(METIS_SHAPE_VALUE, #""10 ticks""#)])
  }
}
