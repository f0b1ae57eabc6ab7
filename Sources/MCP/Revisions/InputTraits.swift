public import JSON

/// What a server may ask of clients of a revision, and in which form.
///
/// Sources: "Elicitation" (forms since 2025-06-18, URLs and choices with titles or of several since
/// 2025-11-25), "Sampling" (audio since 2025-03-26, tools and several blocks since 2025-11-25).
public struct InputTraits: Sendable {
  private let revision: ProtocolRevision

  /// The traits of a revision.
  public static func of(_ revision: ProtocolRevision) -> InputTraits {
    InputTraits(revision: revision)
  }

  /// Whether the server sends requests of its own; else it asks in its answers.
  public var sendsRequests: Bool { revision.isLegacy }

  /// Whether `params.task` makes a task of a call, and `tasks/result` waits for its end.
  public var hasCoreTasks: Bool { RevisionTraits.of(revision).knows(.tasksResult) }

  /// Whether a call may go on as a task of the extension.
  public var hasTaskExtension: Bool { RevisionTraits.of(revision).knows(.tasksUpdate) }

  /// The parameters of a question as clients of the revision know them; nil where it has no such
  /// question. `elicitationID` names a URL elicitation where the revision wants a name.
  public func params(
    _ request: InputRequest, elicitationID: @autoclosure () -> String
  ) -> JSONObject? {
    var params = request.params
    switch request.kind {
    case .roots: return params
    case .sampling: return sampling(request)
    case .url:
      guard revision >= .november2025 else { return nil }
      if revision == .november2025 {
        if params["elicitationId"]?.string == nil {
          params["elicitationId"] = .string(elicitationID())
        }
      } else {
        params.removeValue(forKey: "elicitationId")
      }
      return params
    case .form:
      guard revision >= .june2025 else { return nil }
      guard revision == .june2025 else { return params }
      params.removeValue(forKey: "mode")
      guard let schema = plain(params["requestedSchema"]?.object ?? [:]) else { return nil }
      params["requestedSchema"] = .object(schema)
      return params
    }
  }

  /// A form without choices that 2025-06-18 does not know: titles become `enumNames`.
  private func plain(_ schema: JSONObject) -> JSONObject? {
    var schema = schema
    var properties: JSONObject = [:]
    for (name, value) in schema["properties"]?.object ?? [:] {
      var property = value.object ?? [:]
      if property["type"] == "array" { return nil }
      if let choices = property.removeValue(forKey: "oneOf")?.array {
        property["enum"] = .array(choices.compactMap { $0["const"] })
        property["enumNames"] = .array(choices.compactMap { $0["title"] })
      }
      properties[name] = .object(property)
    }
    schema["properties"] = .object(properties)
    return schema
  }

  private func sampling(_ request: InputRequest) -> JSONObject? {
    guard revision < .november2025 else { return request.params }
    if request.usesTools { return nil }
    var params = request.params
    var messages: [JSONValue] = []
    for message in params["messages"]?.array ?? [] {
      let content = message["content"] ?? .null
      // A message had one block then.
      for block in content.array ?? [content] {
        if revision == .november2024, block["type"] == "audio" { return nil }
        var single = message.object ?? [:]
        single["content"] = block
        messages.append(.object(single))
      }
    }
    params["messages"] = .array(messages)
    return params
  }
}

extension RevisionTraits {
  /// The code by which clients of a revision know an error that a strategy gave by the code of
  /// another one.
  public static func errorCode(_ code: Int, _ revision: ProtocolRevision) -> Int {
    switch code {
    // "Resources", error handling: the stateless era takes it for a wrong parameter.
    case -32002: RevisionTraits.of(revision).resourceNotFound
    // The stateless era asks by `input_required` instead; before 2025-11-25 there are no URLs.
    case -32042: revision == .november2025 ? code : -32600
    // Capabilities are settled by the handshake there: the request is one too many.
    case -32020, -32021, -32022: revision.isLegacy ? -32600 : code
    default: code
    }
  }
}
