import JSON
import MetisPluginAPI
import Testing

@testable import MetisHost

/// Strategies that call others through the host.
@Suite struct NestedCallTests {
  private func inner(_ answer: TestExchange) -> JSONValue {
    answer.result["structuredContent"] ?? .null
  }

  @Test func everyKindCallsEveryKind() throws {
    let kinds = ["puppet", "puppet-async", "puppet-blocking"]
    let host = try TestHost(
      plugins: kinds,
      tools: kinds.flatMap { outer in
        // An inline strategy cannot wait for one that ends on its own loop.
        kinds.filter { outer != "puppet" || $0 == "puppet" }.map {
          .init(name: "nest-value-\($0)-\(outer)", strategy: outer)
        }
      }
        + kinds.flatMap { target in
          kinds.map { .init(name: "value-\(target)-\($0)", strategy: target) }
        })
    for outer in kinds {
      for target in kinds where outer != "puppet" || target == "puppet" {
        let answer = host.call("nest-value-\(target)-\(outer)", #"{"a":1}"#)
        #expect(
          inner(answer)["inner"]?["structuredContent"] == ["a": 1],
          "\(outer) → \(target): \(answer.text)")
      }
    }
    host.stop()
  }

  @Test func whatDoesNotGoIsRefused() throws {
    let host = try TestHost(
      plugins: ["puppet", "puppet-blocking"],
      puppet: [
        "nest-absent", "nest-recursive", "nest-fail-tool", "nest-fail-own", "fail-tool",
        "fail-own",
      ],
      tools: [
        .init(name: "nest-absent-blocking", strategy: "puppet-blocking")
      ])
    #expect(inner(host.call("nest-absent")) == ["refused": .number(-8)])
    #expect(inner(host.call("nest-absent-blocking"))["error"] == -32602)
    #expect(inner(host.call("nest-fail-own"))["error"] == 7)
    #expect(inner(host.call("nest-fail-tool"))["inner"]?["isError"] == true)
    // Sixteen inside each other, then a refusal.
    #expect(host.call("nest-recursive").firstText == "16")
    #expect(host.isWell())
    host.stop()
  }

  /// The call object of an inner call was another call's before, with an id and a deadline.
  @Test func anInnerCallInheritsNothingOfTheCallBefore() throws {
    let host = try TestHost(
      plugins: ["puppet", "puppet-async"],
      tools: [
        .init(name: "sleep-1", strategy: "puppet-async", timeout: 10),
        .init(name: "nest-sleep-30", strategy: "puppet-async"),
        .init(name: "sleep-30", strategy: "puppet-async"),
        .init(name: "number", strategy: "puppet"),
        .init(name: "nest-number", strategy: "puppet"),
      ])
    for _ in 0..<5 {
      for _ in 0..<4 { host.call("sleep-1", id: "\"a long id that was borrowed\"") }
      #expect(inner(host.call("nest-number"))["inner"]?["content"]?[0]?["text"] == "42")
      let answer = host.call("nest-sleep-30")
      #expect(
        inner(answer)["inner"]?["content"]?[0]?["text"] == "awake", "\(answer.text)")
    }
    host.stop()
  }
}
