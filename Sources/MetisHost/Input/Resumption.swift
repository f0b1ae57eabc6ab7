import JSON
import JSONRPC
import MCP

/// What a call resumes with: the strategy's own state, and the client's answers.
struct Resumption {
  var state: [UInt8]
  /// A JSON object, never empty.
  var inputs: [UInt8]
  /// The call that asked; nil where the client answers before it was asked.
  var chain: CallChain?
}

extension Loop {
  /// What a request that is sent again brings (2026-07-28, multi round-trip requests). `name` and
  /// `arguments`: what its strategy will be called with, defaults included.
  func resumption(
    _ method: Method, _ request: Request, name: UnsafeRawBufferPointer,
    arguments: UnsafeRawBufferPointer
  ) throws(MCPError) -> Resumption? {
    guard !InputTraits.of(request.revision).sendsRequests else { return nil }
    let parameters = request.parameters.pointee
    var answers: JSONObject = [:]
    if let responses = parameters.inputResponses {
      guard responses.kind == .object, case .object(let object)? = try? responses.value else {
        throw .invalidParams(
          "params.inputResponses is \(responses.kind); expected an object of answers by their keys")
      }
      answers = object
    }
    guard let sealed = parameters.requestState else {
      // What no question could have brought is left out: the strategy asks again for it.
      answers = JSONObject(answers.filter { InputResponses.fitsAny($0.value) }.map { ($0, $1) })
      return Resumption(state: [], inputs: JSONValue.object(answers).jsonBytes(), chain: nil)
    }
    let state = try open(
      sealed, for: request.principal, digest: RequestState.digest(method, name, arguments))
    for (key, kind) in state.questions {
      guard let answer = answers[key], !InputResponses.fits(answer, kind) else { continue }
      throw .invalidParams(
        "params.inputResponses['\(key.prefix(64))'] is no answer to the question of that key")
    }
    let settings = snapshot._withUnsafeGuaranteedRef { $0.settings.input }
    return Resumption(
      state: state.state, inputs: JSONValue.object(answers).jsonBytes(),
      chain: settings.isSingleUse
        ? try claim(state) : CallChain(state.identity, claimed: nil))
  }

  /// Has a state complete one call.
  private func claim(_ state: RequestState) throws(MCPError) -> CallChain {
    let name = state.identity.name
    switch core.usedStates.claim(name, expiry: state.expiry, now: core.clock.wall) {
    case .granted: return CallChain(state.identity, claimed: core.usedStates)
    case .busy:
      throw .invalidParams(
        "params.requestState is in use: another request with it has not been answered yet")
    case .completed:
      throw .invalidParams(
        "params.requestState was used already: its request has completed; send it anew without")
    }
  }

  private func open(
    _ sealed: JSONStringSlice, for principal: [UInt8], digest: [UInt8]
  ) throws(MCPError) -> RequestState {
    var text = sealed.decoded
    let context = RequestState.context(principal)
    let plain = text.withUTF8 {
      core.sealer.open(UnsafeRawBufferPointer($0), .requestState, context: context)
    }
    guard let plain, let state = RequestState(plain) else {
      throw .invalidParams(
        "params.requestState was altered, or was given to another client or by another server")
    }
    guard state.expiry > core.clock.wall else {
      throw .invalidParams("params.requestState has expired; send the request anew without it")
    }
    guard digest == state.digest else {
      throw .invalidParams(
        "params.requestState belongs to another request; repeat the same method, target and "
          + "arguments")
    }
    return state
  }
}
