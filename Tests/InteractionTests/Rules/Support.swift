import Testing

@testable import Interaction
@testable import MetisKit

/// A call as rules see it, with a store that counts.
final class StubbedCall: CalledWith {
  let argumentText: String
  let contextText: String
  let target: String
  let store: CountingStore
  private(set) var argumentReads = 0
  private(set) var contextReads = 0

  init(
    _ arguments: String = "{}", context: String = "{}", target: String = "greet",
    store: CountingStore = CountingStore()
  ) {
    argumentText = arguments
    contextText = context
    self.target = target
    self.store = store
  }

  var arguments: JSONValue {
    get throws(JSONError) {
      argumentReads += 1
      return try JSONValue(json: argumentText)
    }
  }

  var context: JSONValue {
    get throws(JSONError) {
      contextReads += 1
      return try JSONValue(json: contextText)
    }
  }

  func count(_ key: String, perSession: Bool) throws -> Int64 {
    #expect(key.utf8.count <= 256)
    if let refusal = store.refusal { throw refusal }
    let session = perSession ? "\(try context["session"]?.string ?? "anonymous") " : ""
    store.numbers[session + key, default: 0] += 1
    return store.numbers[session + key] ?? 0
  }
}

/// The host's store, with what a reset does.
final class CountingStore {
  var numbers: [String: Int64] = [:]
  var refusal: HostError?
}

/// A target without a host's services.
func stubbedTarget(_ kind: Target.Kind = .tool, _ name: String = "greet") -> Target {
  var table = metis_host_v1(
    size: UInt32(MemoryLayout<metis_host_v1>.size), abi: UInt32(METIS_ABI_VERSION), context: nil,
    service: { _, _ in nil })
  return Target(kind: kind, name: name, host: Host(&table, configuration: [:]))
}

/// The rule set of a section in JSON.
func ruleSet(_ json: String, _ target: Target = stubbedTarget()) throws -> RuleSet {
  try RuleSet(section: JSONValue(json: json), target: target)
}
