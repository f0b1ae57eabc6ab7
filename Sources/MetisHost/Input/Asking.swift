import JSON
import JSONRPC
import MCP
import MetisPluginAPI

/// Who would answer the questions of a call: read while the call is open, on any thread.
struct Asker {
  private let traits: InputTraits
  private let capabilities: ClientCapabilities
  private let canAsk: Bool

  /// What becomes of questions.
  enum Verdict {
    case asked(AskedInput)
    /// The client cannot answer one of them.
    case unsupported
    /// They are none that MCP knows.
    case invalid(String)
  }

  init(_ call: Call) {
    traits = .of(call.revision)
    capabilities = Asker.capabilities(of: call)
    switch call.answerer {
    case .exchange, .task: canAsk = true
    // A strategy that calls another one answers for it; a batch has no stream of its own.
    case .strategy, .batch: canAsk = false
    }
  }

  /// What the client of a call declared: of the session, or of the request itself.
  static func capabilities(of call: Call) -> ClientCapabilities {
    let value: JSONValue?
    if InputTraits.of(call.revision).sendsRequests {
      value = call.session.flatMap { try? JSONValue(jsonBytes: $0.capabilities) }
    } else {
      let meta = try? JSONValue(parsing: call.meta)
      value = meta?["io.modelcontextprotocol/clientCapabilities"]
    }
    return ClientCapabilities(value ?? .null)
  }

  /// Holds questions against the specification and the client.
  func verdict(
    _ requests: UnsafeRawBufferPointer, state: UnsafeRawBufferPointer, _ limits: JSONLimits,
    _ identifiers: any IdentifierSource
  ) -> Verdict {
    let read: [InputRequest]
    do {
      read = try InputRequests.read(requests, limits: limits)
    } catch {
      return .invalid(error.description)
    }
    if read.isEmpty, state.isEmpty { return .invalid("requests and state are both empty") }
    guard canAsk else { return .unsupported }
    var questions: [Question] = []
    for request in read {
      guard capabilities.canAnswer(request),
        let params = traits.params(
          request, elicitationID: identifiers.sessionID())
      else { return .unsupported }
      questions.append(
        Question(key: request.key, kind: request.kind, method: request.method, params: params))
    }
    return .asked(AskedInput(questions: questions, state: [UInt8](state)))
  }
}

/// Asking the client of a call.
extension Loop {
  /// A claimed call ended with questions: they go out as its answer, as requests of the server, or
  /// are kept for whoever asks for the task.
  func ask(_ opened: Unmanaged<Call>, _ call: Call, _ asked: AskedInput) {
    switch call.answerer {
    case .task(let task):
      suspend(call, asked, until: call.taskDeadline)
      askForTask(task, opened, call, asked)
    case .exchange where InputTraits.of(call.revision).sendsRequests:
      let limit = snapshot._withUnsafeGuaranteedRef { $0.settings.input.timeout.nanoseconds }
      suspend(call, asked, until: now &+ UInt64(clamping: limit))
      sendQuestions(opened, call)
    case .exchange, .batch, .strategy:
      answerInputRequired(call, asked)
      close(opened, call)
    }
  }

  /// `InputRequiredResult`: the client sends the request again, with the answers and the state.
  private func answerInputRequired(_ call: Call, _ asked: AskedInput) {
    var result: JSONObject = ["resultType": "input_required"]
    if !asked.questions.isEmpty { result["inputRequests"] = asked.encoded }
    if !asked.state.isEmpty {
      let lifetime = snapshot._withUnsafeGuaranteedRef { $0.settings.input.stateTTL.nanoseconds }
      let state = RequestState(
        expiry: core.clock.wall &+ lifetime,
        digest: RequestState.digest(call.kind.method, call.name, call.arguments),
        identity: call.chain?.identity
          ?? CallIdentity(name: .random(), seed: call.seed, ordinal: call.ordinal),
        questions: asked.questions.map { ($0.key, $0.kind) }, state: asked.state)
      result["requestState"] = .string(
        core.sealer.seal(
          state.encoded, .requestState, context: RequestState.context(call.principal)))
    }
    answerResult(call, result)
  }

  /// Answers a call with a result that the host made.
  func answerResult(_ call: Call, _ result: JSONObject) {
    JSONValue.object(result).jsonBytes().withUnsafeBytes { bytes in
      guard let members = try? ResultMembers(scanning: bytes) else { return }
      answer(
        call.answerer, call.id, call.revision, bytes, members, isStreaming: call.isStreaming)
    }
  }

  // MARK: Requests of the server

  /// Sends the questions of a waiting call on its own stream.
  private func sendQuestions(_ opened: Unmanaged<Call>, _ call: Call) {
    guard let suspension = call.suspension, let session = call.session else { return }
    guard !suspension.isAnswered else {
      // A strategy that asks nothing is called again, but not from within its own call.
      let token = call.token
      return post(.run { $0.resumeUnasked(token) })
    }
    let token = call.token
    for (place, question) in suspension.asked.questions.enumerated() {
      guard
        let id = session.questions.add(
          SessionQuestions.Asked(call: token, place: place, question: question))
      else {
        return abandon(
          opened, call,
          .failed(
            .internalError(
              "Too many questions to this client are open (\(SessionQuestions.maximumCount)); "
                + "answer some")))
      }
      let code = notify(call, question.message(id: id))
      guard code == METIS_OK || code == METIS_BUSY else {
        return abandon(opened, call, .cancelled)
      }
    }
  }

  /// Ends a waiting call.
  private func abandon(_ opened: Unmanaged<Call>, _ call: Call, _ outcome: Call.Outcome) {
    guard call.seize(call.token) else { return }
    withdraw(call, isTold: true)
    call.outcome = outcome
    finish(opened, call)
  }

  /// Goes on with a call that asked nothing.
  func resumeUnasked(_ token: UInt64) {
    guard let opened = CallDirectory.find(token) else { return }
    opened._withUnsafeGuaranteedRef { call in
      guard call.isOpen(token), let suspension = call.suspension else { return }
      resume(opened, call, suspension)
    }
  }

  /// A client's answer to a request of the server (handshake era). What answers nothing is passed
  /// over: it came twice, too late, or from another session.
  func takeResponse(_ envelope: Envelope, _ session: Session?) {
    guard let session, let id = envelope.id, let asked = session.questions.take(id) else {
      core.log(
        .debug,
        "A client answered a request that it has not been asked: id "
          + "\(envelope.id?.text.prefix(64) ?? "missing")")
      return
    }
    if let task = asked.task { taskAnswered(task, asked.place) }
    Loop.deliver(asked.call, asked.place, Loop.answerText(envelope, asked.question))
  }

  /// An answer as strategies read it.
  private static func answerText(_ envelope: Envelope, _ question: Question) -> [UInt8] {
    if let error = envelope.error {
      return Array(#"{"error":"#.utf8) + [UInt8](error.bytes) + Array("}".utf8)
    }
    if let result = envelope.result, let value = try? result.value,
      InputResponses.fits(value, question.kind)
    {
      return [UInt8](result.bytes)
    }
    let error: JSONValue = [
      "error": [
        "code": -32602,
        "message": .string("The client's answer is not a result of \(question.method)"),
      ]
    ]
    return error.jsonBytes()
  }
}
