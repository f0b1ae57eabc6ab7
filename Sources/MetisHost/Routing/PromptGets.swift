import JSON
import MCP
import MetisConfig
import MetisPluginAPI

/// `prompts/get`: from the name to the strategy.
extension Loop {
  /// Finds the prompt, holds the arguments against its own, fills in what has a default, and calls
  /// its strategy.
  func getPrompt(_ request: Request) throws(MCPError) {
    guard let slice = request.parameters.pointee.name else {
      throw .invalidParams("params.name is missing; expected a prompt's name")
    }
    let name = Array(slice.decoded.utf8)
    let route = name.withUnsafeBytes { bytes in
      snapshot._withUnsafeGuaranteedRef { $0.prompt(bytes) }
    }
    guard let route else { throw .unknownPrompt(slice.decoded) }
    let target = route.pointee.target.takeUnretainedValue()
    let text = try PromptArguments.checked(request.parameters.pointee.arguments, target)
    try name.withSlice { name in
      text.withSlice { arguments in
        Result { () throws(MCPError) in
          try call(route, request, name: name, arguments: arguments)
        }
      }
    }.get()
  }
}

/// The arguments of a prompt.
enum PromptArguments {
  /// The arguments with the defaults of those that are absent, as JSON. Refuses a required one that
  /// is missing, a value that is no string, and one that is none of the choices; arguments that the
  /// prompt does not define are passed on.
  static func checked(_ given: JSONSlice?, _ target: Target) throws(MCPError) -> [UInt8] {
    var values = given.flatMap { (try? $0.value)?.object } ?? JSONObject()
    for (key, value) in values where value.string == nil {
      throw .invalidParams(
        "Invalid arguments for prompt \(target.name): \(key) is \(value.kind), expected a string")
    }
    var missing: [String] = []
    for argument in target.rules.arguments {
      guard let value = values[argument.name]?.string else {
        if let value = argument.defaultValue {
          values[argument.name] = .string(value)
        } else if argument.isRequired {
          missing.append(argument.name)
        }
        continue
      }
      if let choices = argument.choices, !choices.contains(value) {
        throw .invalidParams(
          "Invalid arguments for prompt \(target.name): \(argument.name) is none of "
            + choices.joined(separator: ", "))
      }
    }
    guard missing.isEmpty else {
      throw .invalidParams(
        "Missing required arguments for prompt \(target.name): \(missing.joined(separator: ", "))")
    }
    return JSONValue.object(values).jsonBytes()
  }
}
