public import JSON

/// The methods that a server receives, in all five revisions.
///
/// Which revision knows which is in ``RevisionTraits``.
public enum Method: UInt8, CaseIterable, Sendable {
  case initialize
  case ping
  case discover
  case toolsList
  case toolsCall
  case resourcesList
  case resourceTemplatesList
  case resourcesRead
  case resourcesSubscribe
  case resourcesUnsubscribe
  case promptsList
  case promptsGet
  case complete
  case setLevel
  case listen
  case tasksGet
  case tasksResult
  case tasksList
  case tasksCancel
  case tasksUpdate
  case initialized
  case cancelled
  case progress
  case rootsListChanged
  case taskStatus

  /// The name on the wire.
  public var name: StaticString {
    switch self {
    case .initialize: "initialize"
    case .ping: "ping"
    case .discover: "server/discover"
    case .toolsList: "tools/list"
    case .toolsCall: "tools/call"
    case .resourcesList: "resources/list"
    case .resourceTemplatesList: "resources/templates/list"
    case .resourcesRead: "resources/read"
    case .resourcesSubscribe: "resources/subscribe"
    case .resourcesUnsubscribe: "resources/unsubscribe"
    case .promptsList: "prompts/list"
    case .promptsGet: "prompts/get"
    case .complete: "completion/complete"
    case .setLevel: "logging/setLevel"
    case .listen: "subscriptions/listen"
    case .tasksGet: "tasks/get"
    case .tasksResult: "tasks/result"
    case .tasksList: "tasks/list"
    case .tasksCancel: "tasks/cancel"
    case .tasksUpdate: "tasks/update"
    case .initialized: "notifications/initialized"
    case .cancelled: "notifications/cancelled"
    case .progress: "notifications/progress"
    case .rootsListChanged: "notifications/roots/list_changed"
    case .taskStatus: "notifications/tasks/status"
    }
  }

  /// Whether it asks for an answer.
  public var isRequest: Bool { rawValue < Method.initialized.rawValue }

  /// Finds a method by its name; nil where this server knows none of that name.
  public init?(utf8 text: UnsafeRawBufferPointer) {
    // The length and one character tell them apart: one comparison decides.
    let found: Method
    switch text.count {
    case 4: found = .ping
    case 9: found = .tasksGet
    case 10:
      switch (text[1], text[6]) {
      case (UInt8(ascii: "o"), UInt8(ascii: "c")): found = .toolsCall
      case (UInt8(ascii: "o"), _): found = .toolsList
      case (UInt8(ascii: "a"), _): found = .tasksList
      default: found = .initialize
      }
    case 11: found = .promptsGet
    case 12:
      switch text[6] {
      case UInt8(ascii: "r"): found = .tasksResult
      case UInt8(ascii: "c"): found = .tasksCancel
      case UInt8(ascii: "u"): found = .tasksUpdate
      default: found = .promptsList
      }
    case 14: found = text[10] == UInt8(ascii: "l") ? .resourcesList : .resourcesRead
    case 15: found = .discover
    case 16: found = .setLevel
    case 19: found = text[0] == UInt8(ascii: "c") ? .complete : .resourcesSubscribe
    case 20: found = .listen
    case 21: found = .resourcesUnsubscribe
    case 22: found = .progress
    case 23: found = .cancelled
    case 24: found = .resourceTemplatesList
    case 25: found = .initialized
    case 26: found = .taskStatus
    case 32: found = .rootsListChanged
    default: return nil
    }
    guard text.equals(found.name) else { return nil }
    self = found
  }

  /// Finds a method by the string of a message. Some encoders write `/` as `\/`: the name is the
  /// same.
  @inlinable
  public init?(_ name: JSONStringSlice) {
    guard name.hasEscapes else {
      self.init(utf8: name.raw)
      return
    }
    guard let found = Method.allCases.first(where: { name == $0.name }) else { return nil }
    self = found
  }
}
