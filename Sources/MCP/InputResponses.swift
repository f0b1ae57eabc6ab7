public import JSON

/// The shapes of answers to questions: `ElicitResult`, `CreateMessageResult`, `ListRootsResult`.
public enum InputResponses {
  /// Whether `value` is an answer to a question of `kind`, as far as its outline tells.
  public static func fits(_ value: JSONValue, _ kind: InputRequest.Kind) -> Bool {
    switch kind {
    case .form, .url: isElicitation(value)
    case .sampling: isSampling(value)
    case .roots: value["roots"]?.array != nil
    }
  }

  /// Whether `value` is an answer to any question.
  public static func fitsAny(_ value: JSONValue) -> Bool {
    isElicitation(value) || isSampling(value) || value["roots"]?.array != nil
  }

  private static func isElicitation(_ value: JSONValue) -> Bool {
    guard let action = value["action"]?.string, ["accept", "decline", "cancel"].contains(action)
    else { return false }
    return value["content"].map { $0.object != nil || $0.isNull } ?? true
  }

  private static func isSampling(_ value: JSONValue) -> Bool {
    guard value["role"]?.string != nil, let content = value["content"] else { return false }
    return content.object != nil || content.array != nil
  }
}
