import MetisKit

/// What rules ask of a call.
protocol CalledWith: ~Copyable {
  /// The arguments, parsed anew with every use.
  var arguments: JSONValue { get throws(JSONError) }
  /// Who calls, parsed anew with every use.
  var context: JSONValue { get throws(JSONError) }
  /// The name or URI as the client wrote it.
  var target: String { get }

  /// Adds one to the number under `key` and gives the new number: in the store of the session, or in
  /// that of the plugin.
  func count(_ key: String, perSession: Bool) throws -> Int64
}

extension Call: CalledWith {
  /// Counts in the host, whose reset clears it.
  func count(_ key: String, perSession: Bool) throws -> Int64 {
    try (perSession ? host.state(of: self) : host.state).add(key, 1)
  }
}

/// What is known of a call while rules are tried: arguments and context are parsed when the first rule
/// asks for them, and once.
struct CallFacts {
  private var arguments: JSONValue?
  private var context: JSONValue?

  /// The value that `condition` is about; nil where the call has none.
  mutating func value(
    of condition: RuleCondition, _ call: borrowing some CalledWith & ~Copyable
  ) throws(CallError) -> JSONValue? {
    switch condition.subject {
    case .arguments: condition.value(in: try arguments(of: call))
    case .context: condition.value(in: try context(of: call))
    case .target: .string(call.target)
    }
  }

  private mutating func arguments(
    of call: borrowing some CalledWith & ~Copyable
  ) throws(CallError) -> JSONValue {
    if let arguments { return arguments }
    do throws(JSONError) {
      let parsed = try call.arguments
      arguments = parsed
      return parsed
    } catch {
      throw CallError(code: -32602, "the arguments are not JSON: \(error)")
    }
  }

  /// Who calls.
  mutating func context(
    of call: borrowing some CalledWith & ~Copyable
  ) throws(CallError) -> JSONValue {
    if let context { return context }
    do throws(JSONError) {
      let parsed = try call.context
      context = parsed
      return parsed
    } catch {
      throw CallError("the context of the call is not JSON: \(error)")
    }
  }
}
