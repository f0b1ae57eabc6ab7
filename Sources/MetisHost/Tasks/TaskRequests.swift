import JSON
import MCP
import MetisPluginAPI

/// The `tasks/…` methods. Sources: "Tasks" of 2025-11-25; the extension `io.modelcontextprotocol/tasks`
/// of 2026-07-28.
extension Loop {
  /// How many tasks a page of `tasks/list` has where the configuration sets no size.
  private static let pageSize = 100

  /// Answers one of the `tasks/…` methods.
  func performTask(_ method: Method, _ request: Request) throws(MCPError) {
    let isCore = InputTraits.of(request.revision).hasCoreTasks
    guard isCore || declaresTasks(request) else { throw .tasksUndeclared }
    if method == .tasksList { return try listTasks(request) }
    guard let id = request.parameters.pointee.taskID?.decoded else {
      throw .invalidParams("params.taskId is missing; expected the id of a task")
    }
    guard
      let task = core.tasks.find(
        id, owner: Principal.id(request.principal), isCore: isCore, now: now)
    else { throw .unknownTask(id) }
    switch method {
    case .tasksGet: answerOwn(request, isCore ? coreView(task) : extensionView(task))
    case .tasksCancel: try cancelTask(request, task)
    case .tasksUpdate: try updateTask(request, task)
    case .tasksResult: try awaitTask(request, task)
    default: throw .methodNotFound(method.name.description)
    }
  }

  private func answerOwn(_ request: Request, _ result: JSONObject) {
    answerOwn(request, JSONValue.object(result).jsonBytes())
  }

  /// `GetTaskResult` of 2025-11-25.
  private func coreView(_ task: TaskTable.Entry) -> JSONObject {
    task.description.members(isCore: true)
  }

  /// `tasks/get` of the extension.
  private func extensionView(_ task: TaskTable.Entry) -> JSONObject {
    var object: JSONObject = ["resultType": "complete"]
    for (name, value) in Loop.details(of: task) { object[name] = value }
    return object
  }

  /// A task of the extension with its result, its error or its questions.
  static func details(of task: TaskTable.Entry) -> JSONObject {
    var object = task.description.members(isCore: false)
    if !task.questions.isEmpty {
      object["inputRequests"] = .object(
        JSONObject(task.questions.map { ($0.question.key, $0.question.encoded) }))
    }
    switch (task.description.status, task.outcome) {
    case (.completed, .success(let result)?):
      object["result"] = (try? JSONValue(jsonBytes: result)) ?? .null
    case (.failed, .failure(let error)?):
      var members: JSONObject = [
        "code": JSONValue(error.code), "message": .string(error.message),
      ]
      if let data = error.data { members["data"] = data }
      object["error"] = .object(members)
    default: break
    }
    return object
  }

  // MARK: tasks/cancel

  private func cancelTask(_ request: Request, _ task: TaskTable.Entry) throws(MCPError) {
    let cancelled: (call: UInt64, waiters: [UInt64])? = core.tasks.change(
      task.number, wall: core.clock.wall
    ) { entry in
      entry.description.status = .cancelled
      entry.description.statusMessage = "Cancelled by request"
      entry.questions = []
      entry.outcome = .failure(Endings.cancelled)
      return (entry.call, entry.waiters)
    }
    if let cancelled {
      onLoop(of: cancelled.call) { $0.cancelCall(cancelled.call) }
      taskEnded(task.number, cancelled.waiters)
    }
    guard task.isCore else { return answerOwn(request, ["resultType": "complete"]) }
    guard cancelled != nil, let now = core.tasks.find(task.number) else {
      let status = (core.tasks.find(task.number) ?? task).description.status.rawValue
      throw .invalidParams("Cannot cancel task: already in terminal status '\(status)'")
    }
    answerOwn(request, coreView(now))
  }

  // MARK: tasks/update

  private func updateTask(_ request: Request, _ task: TaskTable.Entry) throws(MCPError) {
    guard let responses = request.parameters.pointee.inputResponses, responses.kind == .object,
      case .object(let answers)? = try? responses.value
    else {
      throw .invalidParams(
        "params.inputResponses is no object; expected answers by the keys of inputRequests")
    }
    for (_, question) in task.questions {
      guard let answer = answers[question.key], !InputResponses.fits(answer, question.kind) else {
        continue
      }
      throw .invalidParams(
        "params.inputResponses['\(question.key.prefix(64))'] is no answer to \(question.method)")
    }
    let taken = takeAnswers(task.number) { question in answers[question.key]?.jsonBytes() }
    answerOwn(request, ["resultType": "complete"])
    for (call, place, answer) in taken { Loop.deliver(call, place, answer) }
  }

  /// Takes the questions of a task that `answer` has answers to; where they go.
  private func takeAnswers(
    _ number: UInt64, _ answer: (Question) -> [UInt8]?
  ) -> [(call: UInt64, place: Int, answer: [UInt8])] {
    core.tasks.change(number, wall: core.clock.wall) { entry in
      var taken: [(call: UInt64, place: Int, answer: [UInt8])] = []
      entry.questions.removeAll { place, question in
        guard let text = answer(question) else { return false }
        taken.append((entry.call, place, text))
        return true
      }
      if !taken.isEmpty, entry.questions.isEmpty { entry.description.status = .working }
      return taken
    } ?? []
  }

  /// A question of a task was answered on a stream (2025-11-25).
  func taskAnswered(_ number: UInt64, _ place: Int) {
    let hasResumed: Bool? = core.tasks.change(number, wall: core.clock.wall) { entry in
      entry.questions.removeAll { $0.place == place }
      guard entry.questions.isEmpty else { return false }
      entry.description.status = .working
      return true
    }
    if hasResumed == true { taskChanged(number) }
  }

  // MARK: tasks/result

  /// Answers with the end of a task of 2025-11-25, when it is there. Until then a call without a
  /// strategy stands for the request, so that it is cancelled and forgotten like any other.
  private func awaitTask(_ request: Request, _ task: TaskTable.Entry) throws(MCPError) {
    guard case .exchange(let exchange, let isFrame) = request.answerer else {
      throw .invalidRequest("tasks/result may wait, so that it cannot stand in a batch")
    }
    guard let opened = calls.open() else {
      throw .internalError("Too many open calls; try again when some have ended")
    }
    opened._withUnsafeGuaranteedRef { call in
      call.answerer = request.answerer
      call.revision = request.revision
      call.target = nil
      call.instances = nil
      call.nesting = 0
      call.id = request.id
      call.session = request.session
      if !request.principal.isEmpty { call.principal = request.principal }
      call.keep()
      call.isPending = true
      if !isFrame { open[exchange] = .call(token: call.token) }
      call.isRegistered = call.session?.register(call.id, call.token) ?? false
      let token = call.token
      let waits: Bool? = core.tasks.change(task.number, wall: core.clock.wall) { entry in
        entry.waiters.removeAll { !Loop.isWaiting($0) }
        entry.waiters.append(token)
        return entry.asking.map { !Loop.isWaiting($0) } ?? !entry.questions.isEmpty
      }
      switch waits {
      case nil: answerWaiter(token, task.number)
      case true?: askThrough(token, task.number)
      case false?: break
      }
    }
  }

  /// Ends a `tasks/result` with what its task came to.
  func answerWaiter(_ token: UInt64, _ number: UInt64) {
    guard let opened = CallDirectory.find(token) else { return }
    opened._withUnsafeGuaranteedRef { call in
      guard call.seize(token) else { return }
      let entry = core.tasks.find(number)
      switch entry?.outcome {
      case .success(let result)?:
        let object = (try? JSONValue(jsonBytes: result))?.object ?? [:]
        answerResult(call, entry?.description.related(object) ?? object)
      case .failure(let error)?:
        answer(
          call.answerer, call.id, call.revision, error.known(to: call.revision),
          isStreaming: call.isStreaming)
      case nil:
        answer(
          call.answerer, call.id, call.revision,
          .unknownTask("its ttl has passed"), isStreaming: call.isStreaming)
      }
      close(opened, call)
    }
  }

  /// Sends the questions of a task on the stream of a `tasks/result`.
  func askThrough(_ waiter: UInt64, _ number: UInt64) {
    guard let opened = CallDirectory.find(waiter) else { return }
    opened._withUnsafeGuaranteedRef { call in
      guard call.isOpen(waiter), let session = call.session else { return }
      let claimed: (call: UInt64, questions: [(place: Int, question: Question)])?? =
        core.tasks.change(number, wall: core.clock.wall) { entry in
          // Another stream may have got them meanwhile.
          if let asking = entry.asking, Loop.isWaiting(asking) { return nil }
          entry.asking = waiter
          return (entry.call, entry.questions)
        }
      guard case .some(.some(let claimed)) = claimed, let entry = core.tasks.find(number) else {
        return
      }
      for (place, question) in claimed.questions {
        guard
          let id = session.questions.add(
            SessionQuestions.Asked(
              call: claimed.call, place: place, question: question, task: number))
        else { return }
        _ = notify(call, question.message(id: id, task: entry.description))
      }
    }
  }

  // MARK: tasks/list

  private func listTasks(_ request: Request) throws(MCPError) {
    let owner = Principal.id(request.principal)
    let context = RequestState.context(request.principal)
    var after: UInt64 = 0
    if let cursor = request.parameters.pointee.cursor {
      var text = cursor.decoded
      let plain = text.withUTF8 {
        core.sealer.open(UnsafeRawBufferPointer($0), .cursor, context: Loop.taskCursor + context)
      }
      guard let plain, let number = UInt64(String(decoding: plain, as: UTF8.self)) else {
        throw .invalidParams("params.cursor is none that this server gave for tasks/list")
      }
      after = number
    }
    let size = snapshot._withUnsafeGuaranteedRef { $0.settings.pageSize } ?? Loop.pageSize
    var tasks = core.tasks.list(
      owner: owner, session: request.session, after: after, limit: size, now: now)
    var result: JSONObject = [:]
    if tasks.count > size {
      tasks.removeLast()
      let last = Array(String(tasks.last?.number ?? 0).utf8)
      result["nextCursor"] = .string(
        core.sealer.seal(last, .cursor, context: Loop.taskCursor + context))
    }
    result["tasks"] = .array(tasks.map { .object(coreView($0)) })
    answerOwn(request, result)
  }

  /// Tells cursors of tasks from those of other lists.
  private static let taskCursor = Array("tasks/list".utf8)
}
