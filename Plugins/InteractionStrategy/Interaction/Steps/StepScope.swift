import MetisKit
import Template

/// What the templates of one call see.
///
/// Used by the one thread that runs the call's steps at a time.
final class StepScope: TemplateScope {
  /// A loop in progress.
  struct Loop {
    /// The elements, or nil where the loop only counts.
    let elements: [JSONValue]?
    let count: Int
    var index = 0
  }

  let call: OpenCall
  private let kind: Target.Kind
  private let arguments: JSONValue

  /// The seed of the call that came first, where this one resumes it.
  let seed: UInt64
  /// The ordinal of the call that came first, where this one resumes it.
  let ordinal: UInt64
  /// Whether the call resumes one by its state.
  let isResumed: Bool

  /// The answers of the client to the questions that the steps have passed.
  var inputs = JSONObject()
  /// The variables of `set`.
  var variables = JSONObject()
  /// The loops in progress, the innermost last.
  var loops: [Loop] = []
  /// Whether something was used that another call would see differently.
  private(set) var isVolatile = false
  /// What the steps draw from.
  var generator: SeededGenerator

  private var knownContext: JSONValue?

  /// The scope of `call`, which goes on where `memory` says.
  init(_ call: OpenCall, _ kind: Target.Kind, _ memory: RunMemory?) throws(CallError) {
    self.call = call
    self.kind = kind
    seed = memory?.seed ?? call.seed
    ordinal = memory?.ordinal ?? call.ordinal
    isResumed = memory != nil
    generator = SeededGenerator(seed: seed)
    do throws(JSONError) {
      arguments = try call.arguments
    } catch {
      throw CallError(code: -32_602, "the arguments are no JSON object: \(error)")
    }
  }

  /// Who calls.
  var context: JSONValue {
    if let knownContext { return knownContext }
    let context = (try? call.context) ?? [:]
    knownContext = context
    return context
  }

  /// What the client has declared.
  var capabilities: JSONValue? { context["capabilities"] }

  // MARK: Names

  var names: [String] {
    ["arguments", "inputs", "call", "context", "vars"]
      + (kind == .resource ? ["uri", "params"] : ["name"]) + (loops.isEmpty ? [] : ["loop"])
  }

  func value(of name: String) -> JSONValue? {
    switch name {
    case "arguments": return arguments
    case "inputs": return .object(inputs)
    case "vars": return .object(variables)
    case "context": return context
    // Without a type, nil would be the JSON value null.
    case "uri": return kind == .resource ? .string(call.target) : JSONValue?.none
    case "params": return kind == .resource ? arguments : JSONValue?.none
    case "name": return kind == .resource ? JSONValue?.none : .string(call.target)
    case "loop": return loops.last.map(Self.value)
    case "call":
      isVolatile = true
      return [
        "ordinal": JSONValue(ordinal), "seed": JSONValue(seed), "resumed": .bool(isResumed),
      ]
    default: return nil
    }
  }

  private static func value(_ loop: Loop) -> JSONValue {
    var value: JSONValue = [
      "index": JSONValue(loop.index + 1), "index0": JSONValue(loop.index),
      "count": JSONValue(loop.count), "first": .bool(loop.index == 0),
      "last": .bool(loop.index == loop.count - 1),
    ]
    if let elements = loop.elements { value["item"] = elements[loop.index] }
    return value
  }
}
