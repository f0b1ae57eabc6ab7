import MetisKit

extension StepRun {
  /// How long a call waits before it tries again what the host refused; ns.
  private static let retryDelay: UInt64 = 10_000_000
  /// How often it tries.
  private static let retries = 1_000

  /// Does `effect`, unless the call that asked has done it.
  func perform(_ effect: Effect, _ place: String) throws(CallError) -> Outcome {
    let isDone = effects < memory.effects
    let outcome: Outcome
    switch effect {
    case .delay(let delay):
      // A draw is made by every run, so that the next one gives the same.
      let nanoseconds = try delay.nanoseconds(scope)
      if isDone || nanoseconds == 0 {
        outcome = .next
      } else {
        guard listen() else { return .over }
        try wake(after: nanoseconds)
        outcome = .wait
      }
    case .listChanged(let kind):
      if !isDone { try notify { try call.host.listChanged(kind) } }
      outcome = .next
    case .resourceUpdated(let uri):
      let uri = try uri.render(scope)
      if !isDone { try notify { try call.host.resourceUpdated(uri) } }
      outcome = .next
    case .emit(let kind, let template, let required):
      if isDone {
        outcome = .next
      } else {
        if isBusy { return try waitForClient() }
        let json = try emission(template, place)
        switch call.emit(kind, json) {
        case .taken: outcome = .next
        case .busy:
          isBusy = true
          outcome = .next
        case .full: return try waitForRoom(place)
        case .late: return .over
        case .unsupported:
          if let required { throw unsupported(required, place) }
          outcome = .next
        case .invalid:
          throw CallError(
            "\(place): the host refused \(String(decoding: json, as: UTF8.self)) as malformed")
        }
        refusals = 0
      }
    }
    effects += 1
    pass()
    return outcome
  }

  private func notify(_ body: () throws -> Void) throws(CallError) {
    do { try body() } catch { throw CallError(String(describing: error)) }
  }

  private func emission(_ template: ValueTemplate, _ place: String) throws(CallError) -> [UInt8] {
    let value = try template.value(scope)
    if template.constant == nil {
      for name in ["progress", "total", "ttlMs", "pollIntervalMs", "retryMs"] {
        guard let member = value[name], member.number == nil, !member.isNull else { continue }
        throw CallError("\(place): found \(member.kind) as `\(name)`, expected a number")
      }
    }
    return value.encoded
  }

  private func unsupported(_ required: JSONValue, _ place: String) -> CallError {
    required.object?.isEmpty == true
      ? CallError("\(place): this client cannot get the notification")
      : Questions.missingCapability(required)
  }

  /// What was emitted before was taken, and the client reads too slowly for more: the same step again
  /// when it has caught up. A call that emits no more need not wait.
  private func waitForClient() throws(CallError) -> Outcome {
    isBusy = false
    guard listen() else { return .over }
    do throws(HostError) {
      try call.whenWritable { self.wake() }
    } catch {
      guard error.status != METIS_LATE else { return .over }
      try wake(after: Self.retryDelay)
    }
    return .wait
  }

  /// What was emitted was refused: the same step again after a while.
  private func waitForRoom(_ place: String) throws(CallError) -> Outcome {
    refusals += 1
    guard refusals <= Self.retries else {
      throw CallError(
        "\(place): the host refused it \(Self.retries) times; the client does not read")
    }
    guard listen() else { return .over }
    try wake(after: Self.retryDelay)
    return .wait
  }
}
