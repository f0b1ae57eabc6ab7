import JSON

/// The members of a message that routing needs, while it is read.
struct MessageMembers {
  private var version: JSONSlice?
  private var versionIsRight = false
  private var id: JSONSlice?
  private var method: JSONSlice?
  private var methodName: JSONStringSlice?
  private var params: JSONSlice?
  private var result: JSONSlice?
  private var error: JSONSlice?

  /// A name that came twice.
  private var duplicate: StaticString?

  /// Whether `id` came twice, so that none of them is known to be the id.
  private var idIsAmbiguous = false

  /// What stands in the place of a message; nil for an object.
  private var notAnObject: JSONKind?

  /// Reads the whole object. What is wrong with its members is said by ``envelope()`` only, once
  /// the id had its chance to be seen.
  mutating func read<Parameters: ParameterReading>(
    _ cursor: inout JSONCursor, _ text: UnsafeRawBufferPointer, _ parameters: inout Parameters
  ) throws(JSONError) {
    let kind = try cursor.kind()
    guard kind == .object else {
      notAnObject = kind
      return
    }
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch Member(key) {
      case .jsonrpc:
        let value = try Self.take(&cursor, "jsonrpc", into: &version, &duplicate)
        versionIsRight = value.string.map { $0 == "2.0" } ?? false
      case .id:
        if id != nil { idIsAmbiguous = true }
        _ = try Self.take(&cursor, "id", into: &id, &duplicate)
      case .method:
        let value = try Self.take(&cursor, "method", into: &method, &duplicate)
        methodName = value.string
      case .params:
        if params != nil { duplicate = "params" }
        guard try cursor.kind() == .object else {
          params = try cursor.skipValue()
          continue
        }
        let start = cursor.offset
        try parameters.read(&cursor)
        params = JSONSlice(
          uncheckedStart: text.baseAddress! + start, count: cursor.offset - start, kind: .object)
      case .result: _ = try Self.take(&cursor, "result", into: &result, &duplicate)
      case .error: _ = try Self.take(&cursor, "error", into: &error, &duplicate)
      case nil: break
      }
    }
  }

  /// The members that JSON-RPC names.
  private enum Member: CaseIterable {
    case jsonrpc, id, method, params, result, error

    private var name: StaticString {
      switch self {
      case .jsonrpc: "jsonrpc"
      case .id: "id"
      case .method: "method"
      case .params: "params"
      case .result: "result"
      case .error: "error"
      }
    }

    @inline(__always)
    init?(_ key: JSONKey) {
      // By the length first; each literal is compared in place.
      switch key.raw.count {
      case 2 where key == "id": self = .id
      case 6 where key == "method": self = .method
      case 6 where key == "params": self = .params
      case 6 where key == "result": self = .result
      case 7 where key == "jsonrpc": self = .jsonrpc
      case 5 where key == "error": self = .error
      case _ where key.hasEscapes:
        guard let found = Member(escaped: key) else { return nil }
        self = found
      default: return nil
      }
    }

    /// A name that is spelled with escapes is the same name.
    @inline(never)
    private init?(escaped key: JSONKey) {
      guard let found = Member.allCases.first(where: { key == $0.name }) else { return nil }
      self = found
    }
  }

  @inline(__always)
  private static func take(
    _ cursor: inout JSONCursor, _ name: StaticString, into member: inout JSONSlice?,
    _ duplicate: inout StaticString?
  ) throws(JSONError) -> JSONSlice {
    let value = try cursor.skipValue()
    if member != nil { duplicate = name }
    member = value
    return value
  }

  /// The message that the members make.
  func envelope() throws(EnvelopeError) -> Envelope {
    if !isSoundCall, let problem { throw EnvelopeError.invalid(problem, id: knownID) }
    let kind: Envelope.Kind =
      if method != nil {
        id == nil ? .notification : .request
      } else {
        result != nil ? .response : .errorResponse
      }
    let hasID = id.map { $0.kind != .null } ?? false
    return Envelope(
      kind: kind, id: hasID ? id : nil, method: methodName, params: params, result: result,
      error: error)
  }

  /// The id, where there is exactly one and it is valid.
  private var knownID: RequestID? {
    idIsAmbiguous ? nil : id.flatMap { RequestID($0) }
  }

  /// Whether nothing is wrong with a request or notification: most messages are one, and need no
  /// text of a problem.
  @inline(__always)
  private var isSoundCall: Bool {
    guard versionIsRight, methodName != nil, duplicate == nil, result == nil, error == nil
    else { return false }
    if let params, params.kind != .object { return false }
    guard let id else { return true }
    return RequestID.isID(id)
  }

  /// What keeps the members from being a message, or nil.
  private var problem: String? {
    if let notAnObject {
      return "found \(notAnObject), expected a message, which is an object"
    }
    if let duplicate { return "the member \"\(duplicate)\" stands there twice, expected it once" }
    guard versionIsRight else {
      return "found \(version?.text.prefix(40) ?? "no member") for \"jsonrpc\", expected \"2.0\""
    }
    if let method { return problem(ofCall: method) }
    if params != nil { return "found \"params\" without \"method\"" }
    switch (result, error) {
    case (nil, nil):
      return "found none of \"method\", \"result\" and \"error\", expected one"
    case (.some, .some):
      return "found both \"result\" and \"error\", expected one"
    case (.some, nil):
      guard let id else { return "found \"result\" without \"id\"" }
      return problem(ofID: id)
    case (nil, .some(let error)):
      guard error.kind == .object else {
        return "found \(error.kind) for \"error\", expected an object"
      }
      guard let id, id.kind != .null else { return nil }
      return problem(ofID: id)
    }
  }

  private func problem(ofCall method: JSONSlice) -> String? {
    guard methodName != nil else {
      return "found \(method.kind) for \"method\", expected a string"
    }
    guard result == nil, error == nil else {
      return "found \"\(result != nil ? "result" : "error")\" beside \"method\", expected one"
    }
    if let params, params.kind != .object {
      return "found \(params.kind) for \"params\", expected an object"
    }
    return id.flatMap(problem(ofID:))
  }

  private func problem(ofID id: JSONSlice) -> String? {
    guard !RequestID.isID(id) else { return nil }
    let found = id.kind == .number ? "\(id.text.prefix(40))" : "\(id.kind)"
    return "found \(found) for \"id\", expected a string or an integer"
  }
}
