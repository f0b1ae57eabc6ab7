import JSON
import JSONRPC
import MCP
import MetisPluginAPI

/// The ends of calls, on their loop.
extension Loop {
  /// Ends an open call with an outcome of the host's; false where it has ended already.
  @discardableResult
  func end(_ opened: Unmanaged<Call>, _ token: UInt64, _ outcome: Call.Outcome) -> Bool {
    opened._withUnsafeGuaranteedRef { call in
      guard call.seize(token) else { return false }
      call.outcome = outcome
      finish(opened, call)
      return true
    }
  }

  /// A call that ended on another thread.
  func finishPosted(_ opened: Unmanaged<Call>, _ token: UInt64) {
    opened._withUnsafeGuaranteedRef { finish(opened, $0) }
  }

  /// Answers a claimed call by its outcome and closes it.
  func finish(_ opened: Unmanaged<Call>, _ call: Call) {
    switch call.outcome {
    case .asked(let asked):
      call.outcome = .none
      return ask(opened, call, asked)
    case .none, .cancelled: answerCancelled(call)
    case .completed(let shape): answer(call, shape, call.buffer.bytes)
    case .owned(let shape, let body, _): answer(call, shape, body.raw)
    case .failed(let error): answerFailure(call, error)
    case .refused(let message):
      guard call.kind == .tool else {
        answerFailure(call, .internalError(message))
        break
      }
      ToolResult.failure(message).withUnsafeBytes { _ = answer(call, METIS_SHAPE_RESULT, $0) }
    }
    close(opened, call)
  }

  /// Answers a claimed call with a text that the plugin still owns, and closes it: the short way
  /// of calls that end inside the strategy.
  @inline(__always)
  func finish(
    _ opened: Unmanaged<Call>, _ call: Call, shape: UInt32, _ text: UnsafeRawBufferPointer
  ) -> Int32 {
    let code = answer(call, shape, text)
    close(opened, call)
    return code
  }

  /// Forgets a call whose answer is on its way, or that nobody waits for.
  func close(_ opened: Unmanaged<Call>, _ call: Call) {
    noteEnd(call)
    if call.isPending {
      withdraw(call, isTold: false)
      if case .exchange(let exchange, isFrame: false) = call.answerer {
        open.removeValue(forKey: exchange)
      }
      if call.isRegistered { call.session?.unregister(call.id) }
    }
    // Without effect where the answer has ended the stream.
    if call.isStreaming { endAnswering(call) }
    release(call)
    calls.close(opened)
  }

  /// Gives back what a call holds beyond itself.
  func release(_ call: Call) {
    switch call.outcome {
    case .none: break
    case .owned(_, _, let release):
      release()
      call.outcome = .none
    case .completed, .failed, .refused, .cancelled, .asked: call.outcome = .none
    }
    if call.isPending {
      call.isPending = false
      call.isRegistered = false
      call.instances?._withUnsafeGuaranteedRef { $0.endPending() }
    }
    call.reset()
  }

  // MARK: Answers of calls

  @discardableResult
  private func answer(
    _ call: Call, _ shape: UInt32, _ text: UnsafeRawBufferPointer
  ) -> Int32 {
    do {
      if Loop.isWhole(call, shape) {
        return deliverResult(call, text, try ResultMembers(scanning: text))
      }
      let value = try JSONCursor.validate(text, limits: core.limits.json)
      let shaped = try shapeResult(call, shape, value)
      return try shaped.withUnsafeBytes { bytes in
        // What the plugin wrote around its content is still there.
        if shape == METIS_SHAPE_RESULT || call.needsScan {
          return deliverResult(call, bytes, try ResultMembers(scanning: bytes))
        }
        deliver(call, bytes, ResultMembers(bodies: .content))
        return METIS_OK
      }
    } catch let error as JSONError {
      answerFailure(call, .internalError(Endings.badJSON(call, error)))
      return METIS_INVALID
    } catch let error as MCPError {
      answerFailure(call, error)
      return METIS_INVALID
    } catch {
      answerFailure(call, .internalError(Endings.noContent(call)))
      return METIS_INVALID
    }
  }

  /// Delivers a plugin's own result object where it is one of MCP.
  private func deliverResult(
    _ call: Call, _ text: UnsafeRawBufferPointer, _ members: ResultMembers
  ) -> Int32 {
    guard members.bodies.contains(call.kind.body) else {
      answerFailure(call, .internalError(Endings.noContent(call)))
      return METIS_INVALID
    }
    if call.needsScan, let error = misfit(call, members, text) {
      answerFailure(call, error)
      return METIS_INVALID
    }
    guard members.meta.map({ $0.kind == .object }) ?? true else {
      answerFailure(call, .internalError(Endings.badMeta(call)))
      return METIS_INVALID
    }
    deliver(call, text, members)
    return METIS_OK
  }

  private func deliver(
    _ call: Call, _ result: UnsafeRawBufferPointer, _ members: ResultMembers
  ) {
    if members.isError { call.noted = .isError }
    if let chain = call.chain { complete(chain) }
    switch call.answerer {
    case .strategy(let done, let user):
      done(user, 0, metis_slice_v1(result))
    case .task, .exchange, .batch:
      let filtered: [UInt8]?
      do {
        filtered =
          snapshot._withUnsafeGuaranteedRef({ $0.isUnfiltered })
          ? nil : try runFilters(response: call.kind.method, result)
      } catch {
        return answerFailure(call, error)
      }
      guard let filtered else {
        return translated(result, members, for: call.revision) { answer(call, $0, $1) }
      }
      filtered.withUnsafeBytes { bytes in
        guard let members = try? ResultMembers(scanning: bytes),
          members.meta.map({ $0.kind == .object }) ?? true
        else {
          return answerFailure(
            call, .internalError("A filter replaced the result by something that is no result"))
        }
        translated(bytes, members, for: call.revision) { answer(call, $0, $1) }
      }
    }
  }

  /// Answers by a result in the form of the client's revision.
  @inline(__always)
  private func answer(
    _ call: Call, _ result: UnsafeRawBufferPointer, _ members: ResultMembers
  ) {
    if case .task(let task) = call.answerer {
      finishTask(task, call, .success([UInt8](result)))
    } else {
      answer(
        call.answerer, call.id, call.revision, result, members, isStreaming: call.isStreaming)
    }
  }

  /// No request with a state of this chain is served again.
  func complete(_ chain: CallChain) {
    let lifetime = snapshot._withUnsafeGuaranteedRef { $0.settings.input.stateTTL.nanoseconds }
    chain.complete(expiry: core.clock.wall &+ lifetime)
  }

  private func answerFailure(_ call: Call, _ error: MCPError) {
    let error = error.known(to: call.revision)
    call.noted = .error
    call.notedCode = Int32(clamping: error.code)
    switch call.answerer {
    case .strategy(let done, let user):
      error.message.withSlice { done(user, Int32(clamping: error.code), $0) }
    case .task(let task): finishTask(task, call, .failure(error))
    case .exchange, .batch:
      if error.code == -32603 {
        core.log(.warn, error.message)
      }
      answer(call.answerer, call.id, call.revision, error, isStreaming: call.isStreaming)
    }
  }

  /// A cancelled call is not answered, but an exchange of HTTP has to end.
  func answerCancelled(_ call: Call) {
    call.noted = .cancelled
    switch call.answerer {
    case .strategy(let done, let user):
      "The call was cancelled".withSlice { done(user, Endings.cancelledCode, $0) }
    case .exchange(_, isFrame: true): break
    case .task(let task): finishTask(task, call, .failure(Endings.cancelled))
    case .exchange, .batch:
      answer(
        call.answerer, call.id, call.revision, Endings.cancelled, isStreaming: call.isStreaming)
    }
  }

  // MARK: Ends from outside

  /// The client or a parent cancels a call.
  func cancelCall(_ token: UInt64) {
    guard let opened = CallDirectory.find(token) else { return }
    opened._withUnsafeGuaranteedRef { call in
      guard interrupt(call, token, isTold: true) else { return }
      call.outcome = .cancelled
      finish(opened, call)
    }
  }

  /// The peer of a call is gone: nobody is answered.
  func peerVanished(_ token: UInt64) {
    guard let opened = CallDirectory.find(token) else { return }
    opened._withUnsafeGuaranteedRef { call in
      guard interrupt(call, token, isTold: false) else { return }
      call.noted = .cancelled
      switch call.answerer {
      case .strategy, .task: answerCancelled(call)
      case .exchange, .batch: break
      }
      close(opened, call)
    }
  }

  /// A call's time is up.
  func expire(_ token: UInt64) {
    guard let opened = CallDirectory.find(token) else { return }
    opened._withUnsafeGuaranteedRef { call in
      guard call.isOpen(token), call.deadline != 0 else { return }
      guard call.deadline <= now else {
        // It was put off: the call waits for its client, or became a task.
        if call.deadline != .max { expect(token, by: call.deadline) }
        return
      }
      let message = Endings.timedOut(call)
      guard interrupt(call, token, isTold: true) else { return }
      call.outcome = .failed(.internalError(message))
      finish(opened, call)
    }
  }

  /// Claims a call from outside, with all that stands below it: its strategy, the calls inside it and
  /// its questions are told.
  private func interrupt(_ call: Call, _ token: UInt64, isTold: Bool) -> Bool {
    guard call.seize(token) else { return false }
    call.cancellation.cancel()
    // A strategy that is told of an inner call's end may open no other one: its call has ended.
    let inner = call.inner
    for token in inner { cancelCall(token) }
    withdraw(call, isTold: isTold)
    return true
  }
}

/// Messages about ends that a plugin is to blame for.
enum Endings {
  /// Outside the reserved range: the specification names no code for a cancelled request.
  static let cancelledCode: Int32 = -31_999

  static let cancelled = MCPError.strategy(
    code: Int(cancelledCode), message: "The request was cancelled", data: nil)

  private static func plugin(_ call: Call) -> String {
    call.instances?._withUnsafeGuaranteedRef { $0.generation.id } ?? "unknown"
  }

  private static func name(_ call: Call) -> String {
    call.target?._withUnsafeGuaranteedRef { $0.name } ?? "unknown"
  }

  private static func title(_ call: Call) -> String {
    let kind = call.kind == .tool ? "Tool" : call.kind == .resource ? "Resource" : "Prompt"
    return "\(kind) \(name(call))"
  }

  static func badJSON(_ call: Call, _ error: JSONError) -> String {
    "Plugin \(plugin(call)) answered \(name(call)) with something that is not one JSON value: "
      + "\(error)"
  }

  static func noContent(_ call: Call) -> String {
    let body = call.kind == .tool ? "content" : call.kind == .resource ? "contents" : "messages"
    return "Plugin \(plugin(call)) answered \(name(call)) with a result that has no \(body) array"
  }

  static func misshapen(_ call: Call, _ what: String) -> String {
    "Plugin \(plugin(call)) answered \(name(call)) with \(what)"
  }

  static func badMeta(_ call: Call) -> String {
    "Plugin \(plugin(call)) answered \(name(call)) with a _meta that is not an object"
  }

  static func reservedCode(_ call: Call, _ code: Int32, _ message: String) -> String {
    "Plugin \(plugin(call)) failed \(name(call)) with code \(code), which JSON-RPC reserves: "
      + message
  }

  static func badRequests(_ call: Call, _ problem: String) -> String {
    "Plugin \(plugin(call)) asked for input of \(name(call)) by something that is no question of "
      + "MCP: \(problem)"
  }

  static func timedOut(_ call: Call) -> String {
    if call.taskDeadline != 0 {
      return "The task of \(name(call)) did not end within its ttl"
    }
    if let question = call.suspension?.firstMissing {
      return "The client did not answer \(question.method) '\(question.key.prefix(64))' of "
        + "\(name(call)) in time; raise timeout_sec of server.input"
    }
    let limit = call.target?._withUnsafeGuaranteedRef { $0.timeout } ?? 0
    return "\(title(call)) did not answer within \(limit / 1_000_000) ms (plugin "
      + "\(plugin(call))); raise timeout_ms there or request_timeout_sec"
  }

  static func tooLarge(_ call: Call, _ limit: Int) -> String {
    "Plugin \(plugin(call)) answered \(name(call)) with more than \(limit) bytes, the limit"
  }
}
