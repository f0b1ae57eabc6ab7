public import JSON
public import JSONRPC

/// The members of `params` that the host itself reads, as slices of the message.
///
/// Everything else is passed over, but validated. A member that decides where a request goes may
/// stand only once: two readers of one message must not see two different requests.
public struct RequestParameters: ParameterReading {
  /// `_meta`.
  public var meta = RequestMeta()
  /// `name` of `tools/call` and `prompts/get`.
  public var name: JSONStringSlice?
  /// `uri` of `resources/read`.
  public var uri: JSONStringSlice?
  /// `arguments`: an object.
  public var arguments: JSONSlice?
  /// `cursor` of the lists.
  public var cursor: JSONStringSlice?
  /// `protocolVersion` of `initialize`.
  public var protocolVersion: JSONStringSlice?
  /// `capabilities` of `initialize`: an object.
  public var capabilities: JSONSlice?
  /// `clientInfo` of `initialize`: an object.
  public var clientInfo: JSONSlice?
  /// `requestId` of `notifications/cancelled`: a string or a number.
  public var requestID: JSONSlice?

  /// No parameters at all.
  public init() {}

  /// What is wrong with a member, the first thing found.
  public private(set) var problem: MCPError?

  /// Reads `params`, which the envelope has found to be a valid object.
  public init(_ params: JSONSlice) throws(MCPError) {
    var cursor = params.cursor()
    do {
      try read(&cursor)
    } catch {
      throw .invalidParams("params is malformed: \(error)")
    }
    if let problem { throw problem }
  }

  /// Reads the object that is next.
  public mutating func read(_ cursor: inout JSONCursor) throws(JSONError) {
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      // Names are told apart by their length first: most members fall through after one branch.
      switch key.raw.count {
      case _ where key.hasEscapes: takeEscaped(key)
      case 3 where key == "uri": try Self.takeString(&cursor, "uri", &uri, &problem)
      case 4 where key == "name": try Self.takeString(&cursor, "name", &name, &problem)
      case 5 where key == "_meta": try takeMeta(&cursor)
      case 6 where key == "cursor": try Self.takeString(&cursor, "cursor", &self.cursor, &problem)
      case 9 where key == "arguments":
        try Self.takeObject(&cursor, "arguments", &arguments, &problem)
      case 9 where key == "requestId": requestID = try cursor.skipValue()
      case 10 where key == "clientInfo":
        try Self.takeObject(&cursor, "clientInfo", &clientInfo, &problem)
      case 12 where key == "capabilities":
        try Self.takeObject(&cursor, "capabilities", &capabilities, &problem)
      case 15 where key == "protocolVersion":
        try Self.takeString(&cursor, "protocolVersion", &protocolVersion, &problem)
      default: break
      }
    }
  }

  private mutating func report(_ error: @autoclosure () -> MCPError) {
    if problem == nil { problem = error() }
  }

  @inline(__always)
  private static func takeString(
    _ cursor: inout JSONCursor, _ name: StaticString, _ member: inout JSONStringSlice?,
    _ problem: inout MCPError?
  ) throws(JSONError) {
    let value = try cursor.skipValue()
    guard member == nil, let string = value.string else {
      if problem == nil { problem = Self.misfit(name, value, "a string", isTwice: member != nil) }
      return
    }
    member = string
  }

  @inline(__always)
  private static func takeObject(
    _ cursor: inout JSONCursor, _ name: StaticString, _ member: inout JSONSlice?,
    _ problem: inout MCPError?
  ) throws(JSONError) {
    let value = try cursor.skipValue()
    guard member == nil, value.kind == .object else {
      if problem == nil { problem = Self.misfit(name, value, "an object", isTwice: member != nil) }
      return
    }
    member = value
  }

  @inline(never)
  private static func misfit(
    _ name: StaticString, _ value: JSONSlice, _ expected: String, isTwice: Bool
  ) -> MCPError {
    isTwice
      ? .duplicate(name)
      : .invalidParams("params.\(name) must be \(expected), found \(value.kind)")
  }

  private mutating func takeMeta(_ cursor: inout JSONCursor) throws(JSONError) {
    if meta.raw != nil { report(.duplicate("_meta")) }
    guard try cursor.kind() == .object else {
      return report(.incompleteMeta("params._meta must be an object"))
    }
    let problem = try meta.read(&cursor)
    if let problem { report(problem) }
  }

  /// A key spelled with escapes: the names that the host reads have to be spelled plainly, so that
  /// nobody between takes the message for another one.
  private mutating func takeEscaped(_ key: JSONKey) {
    for reserved: StaticString in [
      "uri", "name", "_meta", "cursor", "arguments", "requestId", "clientInfo", "capabilities",
      "protocolVersion",
    ] where key == reserved {
      report(.invalidParams("params.\(reserved) must be spelled without escape sequences"))
    }
  }
}
