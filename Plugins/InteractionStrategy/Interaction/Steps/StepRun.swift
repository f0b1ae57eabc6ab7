import MetisKit
import Synchronization

/// One call on its way through a ``StepList``.
///
///     StepRun.start(chosen.steps, call, choice: chosen.index, mustRemember: chosen.isVolatile)
///
/// It runs on one thread at a time: the call's own, then whichever thread of the host wakes it from a
/// wait. `@unchecked`: only the thread that has moved `phase` to running touches the rest, and the
/// mutex orders one such thread before the next.
public final class StepRun: @unchecked Sendable {
  /// How many instructions one call may take.
  static let limit = 1_000_000
  /// How many instructions are taken in one go: the thread is an event loop, or the timer's.
  static let slice = 10_000

  enum Phase {
    case running
    /// Woken while it was still on its way into the wait.
    case woken
    case waiting
    case over
  }

  struct Control {
    var phase = Phase.running
    var timer: HostTimer?
  }

  let steps: StepList
  let call: OpenCall
  let scope: StepScope
  let mustRemember: Bool
  let control = Mutex(Control())

  /// What the call that asked has left.
  var memory: RunMemory
  /// The client's answers that came with this call and are not in ``memory`` yet.
  let arrived: JSONObject
  /// How many effects stand before the place of the run.
  var effects = 0
  var answer: AnswerBuffer

  private var place = 0
  private var taken = 0
  private var isListening = false
  /// How often in a row the host refused what was emitted.
  var refusals = 0
  /// Whether the client was too slow for what was emitted last.
  var isBusy = false

  private init(
    _ steps: StepList, _ call: OpenCall, _ choice: Int, _ mustRemember: Bool
  ) throws(CallError) {
    let found = call.state.withUnsafeBytes { RunMemory($0) }
    let left = found?.fingerprint == steps.fingerprint ? found : nil
    self.steps = steps
    self.call = call
    self.mustRemember = mustRemember
    scope = try StepScope(call, steps.kind, left)
    memory =
      left
      ?? RunMemory(
        fingerprint: steps.fingerprint, choice: choice, seed: scope.seed, ordinal: scope.ordinal)
    // Answers that are no object are none: the question is asked again.
    arrived = (try? call.inputs)?.object ?? [:]
    answer = AnswerBuffer(steps.kind)
  }

  // MARK: Beginning

  /// The index that `start` was given as `choice` on the call that asked, where `call` resumes one
  /// and its state holds it: a rule set that chooses by more than the arguments follows it.
  public static func choice(of call: borrowing Call) -> Int? {
    call.withState { RunMemory($0)?.choice }
  }

  /// Runs `steps` for `call`, which it ends now or later. On the call's thread.
  ///
  /// `choice` names the list among those of a rule set. `mustRemember`: the choice rests on more than
  /// the arguments (an ordinal, a counter, chance), so that a question has to leave a state.
  public static func start(
    _ steps: StepList, _ call: borrowing Call, choice: Int = 0, mustRemember: Bool = false
  ) {
    if let constant = steps.constant {
      constant.withUnsafeBytes { call.complete(.result, $0) }
      return
    }
    let open = call.open()
    do throws(CallError) {
      try StepRun(steps, open, choice, mustRemember).advance()
    } catch {
      open.fail(error)
    }
  }

  // MARK: Running

  /// What follows an instruction.
  enum Outcome {
    /// The next one.
    case next
    /// The next one after a wake.
    case wait
    /// Nothing: the call has ended.
    case over
  }

  /// Runs until the call waits or ends.
  func advance() {
    while true {
      let outcome: Outcome
      do throws(CallError) {
        outcome = try step()
      } catch {
        call.fail(error)
        outcome = .over
      }
      switch outcome {
      case .next: continue
      case .wait: if park() { return }
      case .over:
        control.withLock { $0.phase = .over }
        return
      }
    }
  }

  private func step() throws(CallError) -> Outcome {
    guard place < steps.instructions.count else {
      call.complete(.result, try answer.finish())
      return .over
    }
    taken += 1
    let instruction = steps.instructions[place]
    guard taken <= Self.limit else {
      throw CallError(
        "\(instruction.place): the call has taken more than \(Self.limit) steps; make its loops "
          + "shorter")
    }
    if taken % Self.slice == 0 {
      guard listen() else { return .over }
      try wake(after: 0)
      return .wait
    }
    switch instruction.operation {
    case .blocks(let blocks): try append(blocks)
    case .structured(let template): answer.setStructured(try template.value(scope))
    case .result(let template):
      call.complete(.result, try answer.finish(over: try template.value(scope)))
      return .over
    case .fail(let failure):
      try fail(failure)
      return .over
    case .effect(let effect): return try perform(effect, instruction.place)
    case .set(let members):
      for member in members {
        scope.variables.set(member.name, try member.value.value(scope))
      }
    case .ask(let ask):
      guard try answered(ask, instruction.place) else { return .over }
    case .require(let required):
      let missing = Questions.undeclared(required, in: scope.capabilities)
      if missing.object?.isEmpty == false { throw Questions.missingCapability(missing) }
    case .unless(let condition, let target):
      if try !condition.holds(scope) {
        place = target
        return .next
      }
    case .jump(let target):
      place = target
      return .next
    case .loop(let source, let end):
      guard try enter(source, instruction.place) else {
        place = end
        return .next
      }
    case .next(let begin):
      scope.loops[scope.loops.count - 1].index += 1
      if let loop = scope.loops.last, loop.index < loop.count {
        place = begin
        return .next
      }
      scope.loops.removeLast()
    }
    place += 1
    return .next
  }

  /// The next instruction follows this one.
  func pass() { place += 1 }

  private func append(_ blocks: [Block]) throws(CallError) {
    for block in blocks {
      switch block {
      case .encoded(let json): try answer.append(json)
      case .made(let template): try answer.append(try template.value(scope).encoded)
      }
    }
  }

  private func fail(_ failure: Failure) throws(CallError) {
    switch failure.kind {
    case .protocolError(let code, let message, let data):
      var detail: JSONValue?
      if let data { detail = try data.value(scope) }
      throw CallError(code: code, try message.render(scope), data: detail)
    case .toolError(let blocks):
      try append(blocks)
      answer.setError()
      call.complete(.result, try answer.finish())
    }
  }

  /// Begins a loop. Whether it has a turn.
  private func enter(_ source: ValueTemplate, _ where: String) throws(CallError) -> Bool {
    let value = try source.value(scope)
    let loop: StepScope.Loop
    if let elements = value.array {
      loop = StepScope.Loop(elements: elements, count: elements.count)
    } else if let count = value.int, (0...ProgramCompiler.turns).contains(count) {
      loop = StepScope.Loop(elements: nil, count: Int(count))
    } else {
      throw CallError(
        "\(`where`): found \(value.kind) in `repeat`, expected a number of turns from 0 to "
          + "\(ProgramCompiler.turns) or a list")
    }
    guard loop.count <= ProgramCompiler.turns else {
      throw CallError(
        "\(`where`): found \(loop.count) elements in `repeat`, expected at most "
          + "\(ProgramCompiler.turns)")
    }
    guard loop.count > 0 else { return false }
    scope.loops.append(loop)
    return true
  }

  // MARK: Waiting

  /// Listens for a cancellation, once. False where the call is cancelled already.
  func listen() -> Bool {
    guard !isListening else { return true }
    isListening = true
    return call.onCancel { self.cancel() } || !call.isCancelled
  }

  /// Gives up the thread, unless the wake has come already. Whether it did.
  private func park() -> Bool {
    control.withLock { control in
      switch control.phase {
      case .running:
        control.phase = .waiting
        return true
      case .woken:
        control.phase = .running
        return false
      case .waiting, .over: return true
      }
    }
  }

  /// Goes on after a wait. On the thread of the host that ends the wait.
  func wake() {
    let goesOn = control.withLock { control in
      switch control.phase {
      case .running:
        control.phase = .woken
        return false
      case .waiting:
        control.phase = .running
        return true
      case .woken, .over: return false
      }
    }
    if goesOn { advance() }
  }

  /// Stops at once: the client is gone.
  private func cancel() {
    let timer = control.withLock { control in
      control.phase = .over
      defer { control.timer = nil }
      return control.timer
    }
    timer?.cancel()
  }

  /// Wakes the run after `delay` nanoseconds.
  func wake(after delay: UInt64) throws(CallError) {
    do {
      let timer = try call.host.after(delay) { self.wake() }
      let isLate = control.withLock { control in
        if control.phase == .running { control.timer = timer }
        return control.phase == .over
      }
      if isLate { timer.cancel() }
    } catch {
      throw CallError("the call cannot wait: \(error)")
    }
  }
}
