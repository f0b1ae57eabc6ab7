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
  /// `uri` of `resources/read`, `resources/subscribe` and `resources/unsubscribe`.
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
  /// `inputResponses` of a request that is sent again (2026-07-28, multi round-trip requests) and of
  /// `tasks/update`: any value, since null there has to be told from an absent one.
  public var inputResponses: JSONSlice?
  /// `requestState` of a request that is sent again.
  public var requestState: JSONStringSlice?
  /// `task` of `tools/call` (2025-11-25): an object.
  public var task: JSONSlice?
  /// `taskId` of the `tasks/…` methods.
  public var taskID: JSONStringSlice?
  /// `level` of `logging/setLevel`.
  public var level: JSONStringSlice?
  /// `ref` of `completion/complete`: an object.
  public var ref: JSONSlice?
  /// `argument` of `completion/complete`: an object.
  public var argument: JSONSlice?
  /// `context` of `completion/complete`: an object.
  public var context: JSONSlice?
  /// `notifications` of `subscriptions/listen`: an object.
  public var notifications: JSONSlice?
  /// `requestId` of `notifications/cancelled`: a string or an integer.
  public var requestID: JSONSlice?

  /// Where a `_meta` that repeats is found again; nil: each is read.
  private var known: UnsafeMutablePointer<KnownMeta>?

  /// No parameters at all. `known` outlives them and is the reader's thread's own.
  public init(known: UnsafeMutablePointer<KnownMeta>? = nil) { self.known = known }

  private var firstProblem: ParameterProblem?

  /// Whether nothing is wrong with the members, and `_meta` has what a stateless request needs. By
  /// a pointer: nothing is copied.
  public static func areComplete(_ parameters: UnsafePointer<RequestParameters>) -> Bool {
    parameters.pointee.firstProblem == nil && parameters.pointee.meta.protocolVersion != nil
      && parameters.pointee.meta.clientCapabilities != nil
  }

  /// What is wrong with a member, the first thing found.
  public var problem: MCPError? { firstProblem?.error }

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
      case 3 where key == "uri": try Self.takeString(&cursor, "uri", &uri, &firstProblem)
      case 3 where key == "ref": try Self.takeObject(&cursor, "ref", &ref, &firstProblem)
      case 4 where key == "name": try Self.takeString(&cursor, "name", &name, &firstProblem)
      case 4 where key == "task": try Self.takeObject(&cursor, "task", &task, &firstProblem)
      case 5 where key == "_meta": try takeMeta(&cursor)
      case 5 where key == "level": try Self.takeString(&cursor, "level", &level, &firstProblem)
      case 6 where key == "taskId": try Self.takeString(&cursor, "taskId", &taskID, &firstProblem)
      case 6 where key == "cursor":
        try Self.takeString(&cursor, "cursor", &self.cursor, &firstProblem)
      case 9 where key == "arguments":
        try Self.takeObject(&cursor, "arguments", &arguments, &firstProblem)
      case 7 where key == "context":
        try Self.takeObject(&cursor, "context", &context, &firstProblem)
      case 8 where key == "argument":
        try Self.takeObject(&cursor, "argument", &argument, &firstProblem)
      case 9 where key == "requestId": try takeRequestID(&cursor)
      case 10 where key == "clientInfo":
        try Self.takeObject(&cursor, "clientInfo", &clientInfo, &firstProblem)
      case 12 where key == "capabilities":
        try Self.takeObject(&cursor, "capabilities", &capabilities, &firstProblem)
      case 12 where key == "requestState":
        try Self.takeString(&cursor, "requestState", &requestState, &firstProblem)
      case 13 where key == "notifications":
        try Self.takeObject(&cursor, "notifications", &notifications, &firstProblem)
      case 14 where key == "inputResponses": try takeInputResponses(&cursor)
      case 15 where key == "protocolVersion":
        try Self.takeString(&cursor, "protocolVersion", &protocolVersion, &firstProblem)
      default: break
      }
    }
  }

  private mutating func report(_ problem: ParameterProblem) {
    if firstProblem == nil { firstProblem = problem }
  }

  @inline(__always)
  private static func takeString(
    _ cursor: inout JSONCursor, _ name: StaticString, _ member: inout JSONStringSlice?,
    _ problem: inout ParameterProblem?
  ) throws(JSONError) {
    let value = try cursor.skipValue()
    guard member == nil, let string = value.string else {
      if problem == nil {
        problem =
          member == nil
          ? .misfit(name, found: value.kind, expected: "a string") : .duplicate(name)
      }
      return
    }
    member = string
  }

  @inline(__always)
  private static func takeObject(
    _ cursor: inout JSONCursor, _ name: StaticString, _ member: inout JSONSlice?,
    _ problem: inout ParameterProblem?
  ) throws(JSONError) {
    let value = try cursor.skipValue()
    guard member == nil, value.kind == .object else {
      if problem == nil {
        problem =
          member == nil
          ? .misfit(name, found: value.kind, expected: "an object") : .duplicate(name)
      }
      return
    }
    member = value
  }

  private mutating func takeRequestID(_ cursor: inout JSONCursor) throws(JSONError) {
    let value = try cursor.skipValue()
    if requestID != nil {
      report(.duplicate("requestId"))
    } else if value.kind == .string || value.isInteger {
      requestID = value
    } else {
      report(.misfit("requestId", found: value.kind, expected: "a string or an integer"))
    }
  }

  private mutating func takeInputResponses(_ cursor: inout JSONCursor) throws(JSONError) {
    if inputResponses != nil { report(.duplicate("inputResponses")) }
    inputResponses = try cursor.skipValue()
  }

  private mutating func takeMeta(_ cursor: inout JSONCursor) throws(JSONError) {
    if meta.raw != nil { report(.duplicate("_meta")) }
    guard try cursor.kind() == .object else { return report(.metaIsNoObject) }
    if let known, try cursor.skip(known.pointee.text) {
      meta = known.pointee.meta
      return
    }
    if let problem = try meta.read(&cursor) {
      report(problem)
    } else {
      known?.pointee.learn(meta)
    }
  }

  /// A key spelled with escapes: the names that the host reads have to be spelled plainly, so that
  /// nobody between takes the message for another one.
  @inline(never)
  private mutating func takeEscaped(_ key: JSONKey) {
    for reserved: StaticString in [
      "uri", "name", "_meta", "cursor", "arguments", "requestId", "clientInfo", "capabilities",
      "protocolVersion", "inputResponses", "requestState", "task", "taskId", "level", "ref",
      "argument", "context", "notifications",
    ] where key == reserved {
      report(.escaped(reserved))
    }
  }
}

/// What is wrong with a member of `params`. It holds no reference, so that parameters are copied
/// and dropped as plain bytes on the request path; the error is made when somebody asks.
enum ParameterProblem {
  case duplicate(StaticString)
  case misfit(StaticString, found: JSONKind, expected: StaticString)
  case escaped(StaticString)
  case metaIsNoObject
  case duplicateMeta(StaticString)
  case misfitMeta(StaticString, expected: StaticString)

  /// The error that the client gets.
  var error: MCPError {
    switch self {
    case .duplicate(let name): .duplicate(name)
    case .misfit(let name, let found, let expected):
      .invalidParams("params.\(name) must be \(expected), found \(found)")
    case .escaped(let name):
      .invalidParams("params.\(name) must be spelled without escape sequences")
    case .metaIsNoObject: .incompleteMeta("params._meta must be an object")
    case .duplicateMeta(let name):
      .incompleteMeta("params._meta['\(name)'] stands twice; it may stand once")
    case .misfitMeta(let name, let expected):
      .incompleteMeta("params._meta['\(name)'] must be \(expected)")
    }
  }
}
