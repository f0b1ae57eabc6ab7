import Foundation
import JSON
import MetisPluginAPI
import Testing

@testable import MetisHost

/// What a plugin does wrong during a call ends in an error that names it, while all else serves on.
@Suite struct FaultTests {
  /// A library, and what the client is told.
  private static let faults: [(library: String, says: String)] = [
    ("never_replies", "without ending its call"),
    ("call_fails", "returned -1 from its call"),
    ("bad_json", "not one JSON value"),
    ("bad_utf8", "not one JSON value"),
    ("throws_call", "let an exception out of its call"),
    ("huge_reply", "more than 33554432 bytes"),
    ("never_ends", "did not answer within 100 ms"),
    ("replies_late", "did not answer within 100 ms"),
  ]

  @Test func eachFaultIsNamedAndHarmsNobodyElse() throws {
    let host = try TestHost(
      plugins: FaultTests.faults.map(\.library) + ["replies_twice"],
      tools: (FaultTests.faults.map(\.library) + ["replies_twice"]).map {
        .init(name: $0, strategy: $0.replacing("_", with: "-"), timeout: 100)
      }, loops: 2)
    #expect(host.isWell())
    for round in 0..<3 {
      let good = (0..<20).map { host.begin("good", id: "\($0)", loop: $0 % 2) }
      for (library, says) in FaultTests.faults {
        let answer = host.begin(library, loop: round % 2)
        #expect(host.isWell(loop: 0) && host.isWell(loop: 1), "during \(library)")
        answer.ended()
        #expect(answer.status == 200, "\(library): \(answer.text.prefix(300))")
        #expect(answer.errorCode == -32603, "\(library): \(answer.text.prefix(300))")
        let id = "org.metis.test." + library.replacing("_", with: "-")
        #expect(answer.errorMessage.contains(id), "\(library): \(answer.errorMessage)")
        #expect(answer.errorMessage.contains(says), "\(library): \(answer.errorMessage)")
        #expect(host.isWell(), "after \(library)")
      }
      let twice = host.call("replies_twice")
      #expect(twice.result["structuredContent"] == ["answer": 1])
      for exchange in good { #expect(exchange.ended().firstText == #"{"answer":"good"}"#) }
    }
    host.stop()
  }

  /// `replies_late` ends its calls from `destroy` on: after the host took the instance down.
  @Test func endsAfterTheEndOfTheInstanceAreHarmless() throws {
    let host = try TestHost(
      plugins: ["replies_late"],
      tools: [.init(name: "late", strategy: "replies-late", timeout: 50)])
    for _ in 0..<20 { #expect(host.call("late").errorCode == -32603) }
    _ = try host.reload(tools: []).get()
    usleep(60_000)
    #expect(host.isWell())
    host.stop()
  }

  @Test func aPluginThatIsGoneLeavesAClearError() throws {
    let host = try TestHost(puppet: ["value"])
    try host.host.control.sync { () throws(PluginError) in
      try host.host.registry.disable("org.metis.test.puppet")
      host.host.scheduleAdvance()
    }
    let answer = host.call("value")
    #expect(answer.errorCode == -32603 && answer.errorMessage.contains("value"))
    #expect(host.isWell())
    try host.host.control.sync { () throws(PluginError) in
      _ = try host.host.registry.enable("org.metis.test.puppet")
    }
    #expect(host.call("value").result["structuredContent"] == [:])
    #expect(throws: PluginError.self) {
      try host.host.control.sync { () throws(PluginError) in
        try host.host.registry.disable("org.metis.test.door")
      }
    }
    #expect(host.isWell())
    host.stop()
  }

  @Test func aPluginThatCannotBeUsedStaysAway() throws {
    let host = try TestHost(
      plugins: ["null_function", "short_extension", "throws_init", "init_fails", "puppet"],
      puppet: ["value"], tools: [.init(name: "null", strategy: "null-function")])
    #expect(host.call("value").result["structuredContent"] == [:])
    #expect(host.call("null").errorCode == -32603)
    #expect(host.isWell())
    host.stop()
  }
}
