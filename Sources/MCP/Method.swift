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
  case initialized
  case cancelled

  /// The name on the wire.
  public var name: StaticString {
    switch self {
    case .initialize: "initialize"
    case .ping: "ping"
    case .discover: "server/discover"
    case .toolsList: "tools/list"
    case .toolsCall: "tools/call"
    case .initialized: "notifications/initialized"
    case .cancelled: "notifications/cancelled"
    }
  }

  /// Finds a method by its name; nil where this server knows none of that name.
  public init?(utf8 text: UnsafeRawBufferPointer) {
    // The lengths differ but for the first pair: one comparison decides.
    let found: Method
    switch text.count {
    case 4: found = .ping
    case 10:
      if text.equals(Method.toolsCall.name) {
        found = .toolsCall
      } else if text.equals(Method.toolsList.name) {
        found = .toolsList
      } else {
        found = .initialize
      }
    case 15: found = .discover
    case 23: found = .cancelled
    case 25: found = .initialized
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
