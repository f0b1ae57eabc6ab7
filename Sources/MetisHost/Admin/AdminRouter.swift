import JSON

/// Turns admin requests into operations or refusals. Pure: any thread, no I/O.
///
/// Checks in this order: the host (DNS rebinding), the size, the token, the path, the method, the
/// body. So who has no token learns nothing about the paths.
struct AdminRouter: Sendable {
  /// What must stand behind `Bearer`.
  var token: AdminToken

  /// Which Host fields are ours.
  var hosts: AdminHosts

  /// How many bytes a body may have.
  var greatestBody = 64 << 10

  /// What is to be done with a request.
  enum Outcome: Sendable {
    /// It has this answer.
    case respond(AdminResponse)
    /// It is to be carried out on the control thread.
    case perform(AdminOperation)
    /// It is answered by the stream of events, from the one after this id on.
    case listen(after: UInt64?)
  }

  /// Routes a request.
  func route(_ request: AdminRequest) -> Outcome {
    do {
      return try accept(request)
    } catch {
      switch error {
      case .problem(let problem): return .respond(problem.response(instance: request.path))
      case .unauthorized(let problem):
        return .respond(
          problem.response(
            instance: request.path,
            fields: [("www-authenticate", "Bearer realm=\"metis-admin\"")]))
      case .notAllowed(let verbs):
        let allow = verbs.joined(separator: ", ")
        let problem = Problem(
          .methodNotAllowed, "found \(Self.shown(request.verb)), expected \(allow)")
        return .respond(problem.response(instance: request.path, fields: [("allow", allow)]))
      }
    }
  }

  /// Routes a request and carries it out. Control thread.
  func handle(
    _ request: AdminRequest, operations: some AdminOperations,
    reply: @escaping @Sendable (AdminResponse) -> Void
  ) {
    switch route(request) {
    case .respond(let response): reply(response)
    case .listen:
      reply(
        Problem(.unavailable, "this transport has no streams").response(instance: request.path))
    case .perform(let operation):
      operation.perform(on: operations, instance: request.path, reply: reply)
    }
  }

  enum Refusal: Error {
    case problem(Problem)
    case unauthorized(Problem)
    case notAllowed([String])
  }

  private func accept(_ request: AdminRequest) throws(Refusal) -> Outcome {
    guard hosts.accept(request.host) else {
      throw .problem(
        Problem(
          .misdirected,
          "the Host field names neither this machine nor the configured address; "
            + "use localhost, 127.0.0.1 or [::1]"))
    }
    guard request.body.count <= greatestBody else {
      throw .problem(
        Problem(
          .tooLarge, "the body has \(request.body.count) bytes, the limit is \(greatestBody)"))
    }
    if request.path == "/admin/health" {
      try allow(["GET"], request)
      return .respond(AdminResponse(json: ["status": "ok"]))
    }
    try authorize(request)
    if request.path == "/admin/events" {
      try allow(["GET"], request)
      return .listen(after: try lastEvent(request))
    }
    return .perform(try operation(request))
  }

  private func authorize(_ request: AdminRequest) throws(Refusal) {
    guard let authorization = request.authorization else {
      throw .unauthorized(
        Problem(.unauthorized, "send Authorization: Bearer with the token of this host"))
    }
    let words = authorization.split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == "bearer" else {
      throw .unauthorized(
        Problem(.unauthorized, "the Authorization field is not of the scheme Bearer"))
    }
    guard token.matches(words[1].trimmingSpaces) else {
      throw .unauthorized(
        Problem(.unauthorized, "this is not the token of this host; see --admin-token-file"))
    }
  }

  private func operation(_ request: AdminRequest) throws(Refusal) -> AdminOperation {
    let segments = request.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    let path = segments.map(String.init)
    guard path.first == "admin" else { throw noSuchPath(request) }
    switch path.dropFirst().first {
    case "plugins" where path.count == 2: return try get(.plugins, request)
    case "plugins": return try pluginOperation(Array(path.dropFirst(2)), request)
    case "reload" where path.count == 2: return try post(.reload, request)
    case "config": return try configOperation(Array(path.dropFirst(2)), request)
    case "strategies" where path.count == 2: return try get(.strategies, request)
    case "generations" where path.count == 2: return try get(.generations, request)
    case "stats" where path.count == 2: return try get(.stats, request)
    case "metrics" where path.count == 2: return try get(.metrics, request)
    case "journal": return try journalOperation(Array(path.dropFirst(2)), request)
    case "reset" where path.count == 2: return try post(.reset, request)
    default: throw noSuchPath(request)
    }
  }

  // MARK: Parts

  func get(
    _ operation: AdminOperation, _ request: AdminRequest
  ) throws(Refusal) -> AdminOperation {
    try allow(["GET"], request)
    return operation
  }

  /// For operations that need no body; `{}` is as good as none.
  func post(
    _ operation: AdminOperation, _ request: AdminRequest
  ) throws(Refusal) -> AdminOperation {
    try allow(["POST"], request)
    if !request.body.isEmpty {
      let body = try json(request)
      guard body?.object?.isEmpty == true else {
        throw invalid("expected no body, or an empty JSON object")
      }
    }
    return operation
  }

  func allow(_ verbs: [String], _ request: AdminRequest) throws(Refusal) {
    guard verbs.contains(request.verb) else { throw .notAllowed(verbs) }
  }

  /// The body as JSON; nil where there is none.
  func json(_ request: AdminRequest) throws(Refusal) -> JSONValue? {
    guard !request.body.isEmpty else { return nil }
    let type = request.contentType?.split(separator: ";").first?.trimmingSpaces.lowercased()
    guard type == "application/json" else {
      throw .problem(
        Problem(.unsupportedMediaType, "expected the field Content-Type: application/json"))
    }
    do {
      return try JSONValue(jsonBytes: request.body)
    } catch {
      throw .problem(Problem(.malformed, "the body is not JSON: \(error.description)"))
    }
  }

  func noSuchPath(_ request: AdminRequest) -> Refusal {
    .problem(
      Problem(
        .notFound,
        "the admin endpoint has plugins, plugins/{id}, plugins/{id}/swap|rollback|enable|disable, "
          + "plugins/{id}/x/…, config, config/status|history|history/{n}|diff|reload|validate|rollback, "
          + "reload, strategies, events, generations, stats, metrics, journal, journal/count, "
          + "journal/verify, reset and health"))
  }

  func invalid(_ detail: String) -> Refusal { .problem(Problem(.invalid, detail)) }

  /// Text of the request in a message: short and printable.
  static func shown(_ text: String) -> String {
    String(text.unicodeScalars.prefix(40).filter { $0.value >= 0x20 && $0.value != 0x7f })
  }
}

extension Substring {
  /// Without spaces and tabs at both ends.
  fileprivate var trimmingSpaces: String {
    var rest = self
    while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
    while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
    return String(rest)
  }
}
