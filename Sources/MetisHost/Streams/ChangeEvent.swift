import JSON

/// Something that happened on the server and that clients may have asked to hear of.
enum ChangeEvent: Sendable, Equatable {
  case toolsListChanged
  case promptsListChanged
  case resourcesListChanged
  /// The content of the resource at this URI.
  case resourceUpdated(String)
  /// The state of a task: its id, and the params of `notifications/tasks` without `_meta`, a JSON
  /// object.
  case task(id: String, json: [UInt8])
  /// A whole notification for one session of the handshake era.
  case message([UInt8])

  /// Whether a later event makes this one superfluous: the client asks again anyway.
  func isCovered(by later: ChangeEvent) -> Bool {
    switch (self, later) {
    case (.toolsListChanged, .toolsListChanged), (.promptsListChanged, .promptsListChanged),
      (.resourcesListChanged, .resourcesListChanged):
      true
    case (.resourceUpdated(let uri), .resourceUpdated(let other)): uri == other
    case (.task(let id, _), .task(let other, _)): id == other
    default: false
    }
  }

  /// The notification's method.
  private var method: StaticString {
    switch self {
    case .toolsListChanged: "notifications/tools/list_changed"
    case .promptsListChanged: "notifications/prompts/list_changed"
    case .resourcesListChanged: "notifications/resources/list_changed"
    case .resourceUpdated: "notifications/resources/updated"
    case .task: "notifications/tasks"
    case .message: ""
    }
  }

  /// The notification as JSON text. `subscription`: the id of the `subscriptions/listen` that it is
  /// for, as JSON; nil for a session of the handshake era.
  func notification(_ subscription: [UInt8]?) -> [UInt8] {
    if case .message(let text) = self { return text }
    var members: [[UInt8]] = []
    if let subscription {
      members.append(
        Array(#""_meta":{"io.modelcontextprotocol/subscriptionId":"#.utf8) + subscription
          + Array("}".utf8))
    }
    switch self {
    case .resourceUpdated(let uri):
      members.append(Array(#""uri":"#.utf8) + JSONValue.string(uri).jsonBytes())
    case .task(_, let json):
      let inner = json.drop { $0 != UInt8(ascii: "{") }.dropFirst().dropLast(while: { $0 != 0x7D })
      if inner.contains(where: { $0 > 0x20 }) { members.append(Array(inner)) }
    default: break
    }
    var text = Array(#"{"jsonrpc":"2.0","method":""#.utf8)
    method.withUTF8Buffer { text.append(contentsOf: $0) }
    text.append(UInt8(ascii: "\""))
    if !members.isEmpty {
      text += Array(#","params":{"#.utf8) + Array(members.joined(separator: [0x2C]))
      text.append(UInt8(ascii: "}"))
    }
    text.append(UInt8(ascii: "}"))
    return text
  }
}

extension ArraySlice<UInt8> {
  /// Without the last byte that `isOther` denies and all behind it.
  fileprivate func dropLast(while isOther: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    var end = endIndex
    while end > startIndex, isOther(self[end - 1]) { end -= 1 }
    return self[startIndex..<Swift.max(startIndex, end - 1)]
  }
}
