/// Questions to the client, as ``Answer/needInput(requests:state:)`` asks them:
/// `{key:{"method":…,"params":{…}}}`.
public enum Questions {
  /// What became of a call that asked.
  public enum Status: Sendable, Equatable {
    /// The call has ended; another one resumes it.
    case asked
    /// The client has not declared a capability that a question needs: the call is still open.
    case unsupported
    /// The call had ended or was cancelled before.
    case late
    /// The host refused the questions with this status of `metis/types.h`: the call is still open.
    case refused(Int32)

    init(_ status: Int32?) {
      switch status {
      case METIS_OK: self = .asked
      case METIS_LATE: self = .late
      case METIS_UNSUPPORTED, nil: self = .unsupported
      case .some(let status): self = .refused(status)
      }
    }
  }

  /// The client capabilities that `requests` need, in the shape of `ClientCapabilities`:
  /// `{"elicitation":{}}`, `{"sampling":{"tools":{}}}`, `{"roots":{}}` and their union. A form needs
  /// no more than `elicitation`, a URL needs `elicitation.url`.
  public static func requiredCapabilities(_ requests: JSONValue) -> JSONValue {
    var needed: JSONValue = [:]
    for (_, request) in requests.object ?? [:] {
      let params = request["params"]
      switch request["method"]?.string {
      case "elicitation/create":
        need("elicitation", params?["mode"]?.string == "url" ? "url" : nil, &needed)
      case "sampling/createMessage":
        let usesTools = params?["tools"] != nil || params?["toolChoice"] != nil
        need("sampling", usesTools ? "tools" : nil, &needed)
      case "roots/list": need("roots", nil, &needed)
      default: break
      }
    }
    return needed
  }

  private static func need(_ name: String, _ part: String?, _ needed: inout JSONValue) {
    var capability = needed[name] ?? [:]
    if let part { capability[part] = [:] }
    needed[name] = capability
  }

  /// What of `required` is not in `declared`, both in the shape of `ClientCapabilities`. An
  /// `elicitation` without members declares forms (2025-11-25, client/elicitation, Capabilities).
  public static func undeclared(_ required: JSONValue, in declared: JSONValue?) -> JSONValue {
    var missing: JSONValue = [:]
    for (name, part) in required.object ?? [:] {
      guard var found = declared?[name], found.object != nil else {
        missing[name] = part
        continue
      }
      if name == "elicitation", found.object?.isEmpty == true { found["form"] = [:] }
      let rest = undeclared(part, in: found)
      if rest.object?.isEmpty == false { missing[name] = rest }
    }
    return missing
  }

  /// The error of MCP for what a client has not declared: -32021 with
  /// `{"requiredCapabilities":…}`.
  public static func missingCapability(_ required: JSONValue) -> CallError {
    let names = (required.object?.keys ?? []).joined(separator: ", ")
    return CallError(
      code: -32_021, "this needs a capability that the client has not declared: \(names)",
      data: ["requiredCapabilities": required])
  }
}
