import JSON
import MCP
import MetisConfig
import MetisPluginAPI

/// Calls that become tasks: they are answered at once and go on.
extension Loop {
  // MARK: The beginning

  /// Holds a call against what its tool says of tasks: `params.task` of 2025-11-25 ("Tasks", tool-level
  /// negotiation), or the extension of 2026-07-28. `task`: that member.
  @inline(__always)
  func checkTask(
    _ route: UnsafePointer<Snapshot.Route>, _ request: Request, _ task: JSONSlice?
  ) throws(MCPError) {
    let support = route.pointee.target._withUnsafeGuaranteedRef { $0.taskSupport }
    guard task != nil || support == .required else { return }
    try checkTask(support, request, task)
  }

  private func checkTask(
    _ support: TaskSupport, _ request: Request, _ task: JSONSlice?
  ) throws(MCPError) {
    let traits = InputTraits.of(request.revision)
    if traits.hasTaskExtension {
      guard support == .required, !declaresTasks(request) else { return }
      throw .tasksUndeclared
    }
    guard traits.hasCoreTasks else { return }
    guard let task else { throw .taskRequired }
    guard support != .forbidden else { throw .taskForbidden }
    guard TaskTerms(task.bytes, ttlName: "ttl") != nil else {
      throw .invalidParams("params.task.ttl must be a whole number of milliseconds from 1 up")
    }
    let capacity = snapshot._withUnsafeGuaranteedRef { $0.settings.tasks.capacity }
    guard core.tasks.count(now) < capacity else {
      throw .internalError("Too many tasks are kept (\(capacity)); try again later")
    }
  }

  /// Whether a request of the stateless era declares the extension for tasks.
  func declaresTasks(_ request: Request) -> Bool {
    let declared = request.parameters.pointee.meta.clientCapabilities
    return declared.flatMap { try? $0.value }.map { ClientCapabilities($0).hasTasks } ?? false
  }

  /// The call starts as a task (2025-11-25); its parameters were checked.
  func startAsTask(_ call: Call, _ request: Request) {
    guard InputTraits.of(call.revision).hasCoreTasks, let task = request.parameters.pointee.task,
      let terms = TaskTerms(task.bytes, ttlName: "ttl")
    else { return }
    begin(call, terms, isCore: true)
  }

  /// What METIS_EMIT_TASK gives for an open call: METIS_OK, METIS_UNSUPPORTED where its client has no
  /// such tasks, METIS_LIMIT where too many are kept. [any-thread]
  func canBecomeTask(_ call: Call) -> Int32 {
    switch call.answerer {
    case .task: return METIS_OK
    case .strategy, .batch: return METIS_UNSUPPORTED
    case .exchange:
      guard call.kind == .tool, InputTraits.of(call.revision).hasTaskExtension,
        Asker.capabilities(of: call).hasTasks
      else { return METIS_UNSUPPORTED }
      return METIS_OK
    }
  }

  /// METIS_EMIT_TASK: the call goes on as a task. [loop-thread]
  func becomeTask(_ call: Call, _ json: JSONSlice) -> Int32 {
    guard let terms = TaskTerms(json.bytes, ttlName: "ttlMs") else { return METIS_INVALID }
    if case .task(let number) = call.answerer {
      let changed: Void? = core.tasks.change(number, wall: core.clock.wall) { entry in
        if let message = terms.statusMessage { entry.description.statusMessage = message }
        if let interval = terms.pollIntervalMs { entry.description.pollIntervalMs = interval }
      }
      if changed != nil { taskChanged(number) }
      return METIS_OK
    }
    let code = canBecomeTask(call)
    guard code == METIS_OK else { return code }
    let capacity = snapshot._withUnsafeGuaranteedRef { $0.settings.tasks.capacity }
    guard core.tasks.count(now) < capacity else { return METIS_LIMIT }
    begin(call, terms, isCore: false)
    return METIS_OK
  }

  /// Answers a call with a new task, which its end belongs to from now on.
  private func begin(_ call: Call, _ terms: TaskTerms, isCore: Bool) {
    let settings = snapshot._withUnsafeGuaranteedRef { $0.settings.tasks }
    let ttl = terms.ttl(settings)
    let wall = core.clock.wall
    var description = TaskDescription(
      id: core.identifiers.sessionID(), createdAt: TimeText.rfc3339(wall), ttlMs: ttl,
      pollIntervalMs: terms.pollIntervalMs ?? settings.pollIntervalMs)
    description.statusMessage = terms.statusMessage
    let lifetime = ttl.map { UInt64($0).multipliedReportingOverflow(by: 1_000_000) }
    let expiry: UInt64 =
      if let lifetime, !lifetime.overflow, lifetime.partialValue < .max - now {
        now + lifetime.partialValue
      } else {
        .max
      }
    if let chain = call.chain {
      complete(chain)
      call.chain = nil
    }
    let number = core.tasks.add(
      description, isCore: isCore, owner: Principal.id(call.principal),
      session: isCore ? call.session : nil, call: call.token, expiry: expiry)
    answerResult(call, description.created(isCore: isCore))
    if call.isPending, case .exchange(let exchange, let isFrame) = call.answerer {
      if !isFrame { open.removeValue(forKey: exchange) }
      if call.isRegistered {
        call.session?.unregister(call.id)
        call.isRegistered = false
      }
    }
    // Its strategy may read it on another thread.
    call.lending.withLock { call.answerer = .task(number) }
    call.isStreaming = false
    call.taskDeadline = expiry
    if call.deadline != 0 { call.deadline = expiry }
    if call.isPending, expiry != .max { expect(call.token, by: expiry) }
  }

  // MARK: The end

  /// A call whose answer belongs to a task has ended: with a result of MCP or an error.
  func finishTask(_ number: UInt64, _ call: Call, _ outcome: Result<[UInt8], MCPError>) {
    let waiters: [UInt64]? = core.tasks.change(number, wall: core.clock.wall) { entry in
      entry.questions = []
      entry.outcome = outcome
      switch outcome {
      case .success(let result):
        // 2025-11-25: a tool's own failure is one of the task, too.
        let hasFailed = entry.isCore && Loop.isToolError(result)
        entry.description.status = hasFailed ? .failed : .completed
      case .failure(let error) where error.code == Int(Endings.cancelledCode):
        entry.description.status = .cancelled
      case .failure(let error):
        entry.description.status = .failed
        if entry.description.statusMessage == nil {
          entry.description.statusMessage = error.message
        }
      }
      return entry.waiters
    }
    guard let waiters else { return }
    taskEnded(number, waiters)
  }

  /// Answers who waits for the end of a task, and tells who hears of it.
  func taskEnded(_ number: UInt64, _ waiters: [UInt64]) {
    for waiter in waiters { onLoop(of: waiter) { $0.answerWaiter(waiter, number) } }
    taskChanged(number)
  }

  private static func isToolError(_ result: [UInt8]) -> Bool {
    (try? JSONValue(jsonBytes: result))?["isError"] == true
  }

  /// Runs something on the loop that a token's call belongs to.
  func onLoop(of token: UInt64, _ body: @escaping @Sendable (Loop) -> Void) {
    let owner = CallDirectory.find(token)?._withUnsafeGuaranteedRef { $0.table.owner }
    owner?._withUnsafeGuaranteedRef { loop in
      if loop === self { body(self) } else { loop.post(.run(body)) }
    }
  }

  // MARK: Questions

  /// The call of a task waits for its client: the questions wait for whoever asks.
  func askForTask(
    _ number: UInt64, _ opened: Unmanaged<Call>, _ call: Call, _ asked: AskedInput
  ) {
    let token = call.token
    guard !asked.questions.isEmpty else {
      return post(.run { $0.resumeUnasked(token) })
    }
    let waiters: [UInt64]? = core.tasks.change(number, wall: core.clock.wall) { entry in
      entry.call = token
      entry.description.status = .inputRequired
      entry.questions = asked.questions.enumerated().map { ($0.offset, $0.element) }
      entry.asking = nil
      return entry.waiters
    }
    // A task that was cancelled meanwhile has no use for answers.
    guard let waiters else { return cancelCall(token) }
    taskChanged(number)
    if let waiter = waiters.first(where: Loop.isWaiting) {
      onLoop(of: waiter) { $0.askThrough(waiter, number) }
    }
  }

  /// Whether the call that a token names is still open. [any-thread]
  static func isWaiting(_ token: UInt64) -> Bool {
    CallDirectory.find(token)?._withUnsafeGuaranteedRef { $0.isOpen(token) } ?? false
  }

  /// Tells the clients that asked to hear of it how a task stands.
  func taskChanged(_ number: UInt64) {
    guard let entry = core.tasks.find(number) else { return }
    guard entry.isCore else {
      let details = JSONValue.object(Loop.details(of: entry)).jsonBytes()
      return core.subscriptions.publish(.task(id: entry.description.id, json: details))
    }
    let message: JSONValue = [
      "jsonrpc": "2.0", "method": .string(Method.taskStatus.name.description),
      "params": .object(entry.description.members(isCore: true)),
    ]
    entry.session?.subscriber.offer(.message(message.jsonBytes()))
  }
}

/// What a client or a strategy says of a task to come.
struct TaskTerms {
  /// What is said of the time that it is kept.
  private enum Lifetime {
    case unsaid
    case unlimited
    case milliseconds(Int64)
  }

  private let lifetime: Lifetime
  let pollIntervalMs: Int64?
  let statusMessage: String?

  /// Reads the object; nil where a member is not what it has to be. `ttlName`: `ttl` in 2025-11-25,
  /// `ttlMs` from strategies.
  init?(_ text: UnsafeRawBufferPointer, ttlName: String) {
    guard let object = (try? JSONValue(parsing: text))?.object else { return nil }
    switch object[ttlName] {
    case nil: lifetime = .unsaid
    case .null?: lifetime = .unlimited
    case let value?:
      guard let milliseconds = value.int, milliseconds > 0 else { return nil }
      lifetime = .milliseconds(milliseconds)
    }
    switch object["pollIntervalMs"] {
    case nil, .null?: pollIntervalMs = nil
    case let value?:
      guard let milliseconds = value.int, milliseconds > 0 else { return nil }
      pollIntervalMs = milliseconds
    }
    statusMessage = object["statusMessage"]?.string
  }

  /// Milliseconds for which the task is kept; nil: without end.
  func ttl(_ settings: TaskSettings) -> Int64? {
    switch lifetime {
    case .unsaid: settings.ttlMs
    case .unlimited: settings.maxTTLMs
    case .milliseconds(let asked): min(asked, settings.maxTTLMs ?? .max)
    }
  }
}
