import JSON
import JSONRPC
import MCP
import MetisPluginAPI

/// A request on its way: where its answer goes and what was read of it. Slices are the message's.
struct Request {
  let answerer: Call.Answerer
  /// Raw JSON: a string or an integer.
  let id: UnsafeRawBufferPointer
  var revision: ProtocolRevision
  var session: Session?
  /// The loop's own, or a filter's: lives until the request was performed.
  var parameters: UnsafePointer<RequestParameters>
  /// JSON object of the authenticated sender, or empty.
  var principal: [UInt8] = []
  /// The fields of HTTP that came with it; nil for a frame. Lives until the request was performed.
  var fields: UnsafeBufferPointer<metis_field_v1>?
  /// The method's name as it came; empty where the host has made the request.
  var method = UnsafeRawBufferPointer(start: nil, count: 0)

  init(
    answerer: Call.Answerer, id: UnsafeRawBufferPointer, revision: ProtocolRevision,
    parameters: UnsafePointer<RequestParameters>
  ) {
    self.parameters = parameters
    self.answerer = answerer
    self.id = id
    self.revision = revision
  }
}

/// From a decoded message to what performs it.
extension Loop {
  /// Takes a message apart, its parameters into ``parameters``; errors carry what JSON-RPC and HTTP answer with.
  func decode(_ body: UnsafeRawBufferPointer) throws(MCPError) -> Envelope {
    parameters.update(from: noParameters, count: 1)
    do {
      return try Envelope.decode(
        body, limits: core.limits.json, parameters: &parameters.pointee)
    } catch {
      if error.code == .parseError {
        let prefix = "Parse error: "
        throw .parse(
          error.message.hasPrefix(prefix)
            ? String(error.message.dropFirst(prefix.count)) : error.message)
      }
      throw .invalidRequest(error.message)
    }
  }

  /// Checks the parameters of a stateless request: its envelope has to be complete.
  @inline(__always)
  static func checkStateless(
    _ parameters: UnsafePointer<RequestParameters>
  ) throws(MCPError) {
    guard RequestParameters.areComplete(parameters)
    else { throw incompleteness(parameters.pointee) }
  }

  /// What keeps the parameters of a stateless request from being complete.
  @inline(never)
  private static func incompleteness(_ parameters: RequestParameters) -> MCPError {
    if let problem = parameters.problem { return problem }
    var missing: [String] = []
    if parameters.meta.protocolVersion == nil {
      missing.append("io.modelcontextprotocol/protocolVersion")
    }
    if parameters.meta.clientCapabilities == nil {
      missing.append("io.modelcontextprotocol/clientCapabilities")
    }
    return .incompleteMeta("params._meta lacks: " + missing.joined(separator: ", "))
  }

  /// Checks the parameters of `initialize`; returns the revision that the session speaks.
  func checkInitialize(
    _ parameters: borrowing RequestParameters, _ params: JSONSlice?
  ) throws(MCPError) -> ProtocolRevision {
    guard let params else {
      throw .invalidParams("params is missing; expected protocolVersion, capabilities, clientInfo")
    }
    if let problem = parameters.problem { throw problem }
    guard parameters.protocolVersion != nil else {
      throw .invalidParams("params.protocolVersion is missing; expected a revision's date")
    }
    let revision = try negotiate(parameters)
    try runFilters(initialize: params)
    return revision
  }

  /// A request of the handshake era, in its session.
  func dispatchLegacy(_ request: Request, _ method: JSONStringSlice, _ params: JSONSlice?) {
    var request = request
    request.method = method.raw
    guard !isRepeated(request) else { return }
    do throws(MCPError) {
      if let problem = request.parameters.pointee.problem { throw problem }
      guard let known = Method(method),
        RevisionTraits.of(request.revision).knows(known)
      else { throw MCPError.methodNotFound(method.decoded) }
      guard known != .initialize else {
        throw MCPError.invalidRequest("initialize may be sent once in a session")
      }
      perform(known, request, params)
    } catch {
      answer(request, error)
    }
  }

  /// Refuses a request whose id another one of the session has that is not answered yet ("Requests":
  /// an id is used once in a session). On a framed connection the refusal names no id: the client
  /// would take it for the answer to the other one.
  func isRepeated(_ request: Request) -> Bool {
    guard let session = request.session, session.isPending(request.id) else { return false }
    let error = MCPError.invalidRequest(
      "The id \(request.id.text.prefix(64)) is in use by a request that was not answered yet")
    if case .exchange(let connection, isFrame: true) = request.answerer {
      answerFrame(connection, error)
    } else {
      answer(request, error)
    }
    return true
  }

  /// Performs a request whose revision knows the method.
  func perform(_ method: Method, _ request: Request, _ params: JSONSlice?) {
    note(method, request, params)
    do throws(MCPError) {
      guard settings.offers(request.revision) else {
        throw MCPError.unsupportedVersion(
          requested: request.revision.name.description,
          supported: settings.offered)
      }
      if !snapshot._withUnsafeGuaranteedRef({ $0.isUnfiltered }) {
        if method == .discover, let params { try runFilters(initialize: params) }
        if let replaced = try runFilters(request: method, params) {
          let kept = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1, replaced.count), alignment: 1)
          defer { kept.deallocate() }
          kept.copyBytes(from: replaced)
          let text = UnsafeRawBufferPointer(rebasing: kept[..<replaced.count])
          return try performFiltered(method, request, text)
        }
      }
      try performNow(method, request)
    } catch {
      answer(request, error)
    }
  }

  /// Goes on with the parameters that a filter wrote.
  @inline(never)
  private func performFiltered(
    _ method: Method, _ request: Request, _ params: UnsafeRawBufferPointer
  ) throws(MCPError) {
    var request = request
    if method == .toolsCall {
      try checkHeaders(beforeFilters: request)
      request.fields = nil
    }
    let slice: JSONSlice
    do {
      slice = try JSONCursor.validate(params, limits: core.limits.json)
    } catch {
      throw .internalError("A filter replaced params by something that is not JSON: \(error)")
    }
    guard slice.kind == .object else {
      throw .internalError("A filter replaced params by \(slice.kind); expected an object")
    }
    var replaced = try RequestParameters(slice)
    // What the strategy borrows outlives this function's frame no longer than the request does.
    try withUnsafePointer(to: &replaced) { (pointer) throws(MCPError) in
      request.parameters = pointer
      try performNow(method, request)
    }
  }

  private func performNow(_ method: Method, _ request: Request) throws(MCPError) {
    switch method {
    // The journal learns of the ends of calls from the calls.
    case .toolsCall: return try callTool(request)
    case .resourcesRead: return try readResource(request)
    case .promptsGet: return try getPrompt(request)
    case .discover: try answerEncoded(method, request) { $0.discover }
    case .ping: try answerOwn(request, filtered(method, Array("{}".utf8)))
    case .toolsList, .resourcesList, .resourceTemplatesList, .promptsList:
      try list(method, request)
    case .complete: try complete(request)
    case .setLevel: try setLevel(request)
    case .resourcesSubscribe, .resourcesUnsubscribe: try subscribe(method, request)
    case .listen: try listen(request)
    case .tasksGet, .tasksResult, .tasksList, .tasksCancel, .tasksUpdate:
      try performTask(method, request)
    case .initialize, .initialized, .cancelled, .progress, .rootsListChanged, .taskStatus:
      throw .methodNotFound(method.name.description)
    }
    noteEnd()
  }

  /// A notification of a client.
  func takeNotification(
    _ envelope: Envelope, _ parameters: borrowing RequestParameters, _ session: Session?
  ) {
    guard let method = envelope.method, let known = Method(method) else { return }
    // `initialized` needs no act: the session serves as soon as it is open.
    guard known == .cancelled, let session, let id = parameters.requestID,
      let token = session.token(id.bytes)
    else { return }
    if token >> 22 & 0x3FF == UInt64(calls.number) {
      cancelCall(token)
    } else {
      core.cancel(token)
    }
  }
}
