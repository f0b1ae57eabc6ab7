import JSON
import MCP
import MetisPluginAPI
import Synchronization

/// Calls: from the route of a target to its strategy, and from its end to the answer; and what is
/// particular to tools.
extension Loop {
  /// Finds the tool and calls it. Answers errors of the request by throwing.
  func callTool(_ request: Request) throws(MCPError) {
    guard let name = request.parameters.pointee.name else {
      throw .invalidParams("params.name is missing; expected a tool's name")
    }
    let route: UnsafePointer<Snapshot.Route>?
    if name.hasEscapes {
      var decoded = name.decoded
      route = decoded.withUTF8 { bytes in
        snapshot._withUnsafeGuaranteedRef { $0.route(UnsafeRawBufferPointer(bytes)) }
      }
    } else {
      route = snapshot._withUnsafeGuaranteedRef { $0.route(name.raw) }
    }
    guard let route else { throw .unknownTool(name.decoded) }
    let arguments =
      request.parameters.pointee.arguments.map { metis_slice_v1($0.bytes) } ?? metis_slice_v1("{}")
    if route.pointee.target._withUnsafeGuaranteedRef({ $0.checksInput }) {
      guard try checkInput(route.pointee.target.takeUnretainedValue(), request) else { return }
    }
    try checkTask(route, request, request.parameters.pointee.task)
    try call(route, request, name: metis_slice_v1(name.raw), arguments: arguments)
  }

  /// Holds the arguments of a tool, and the fields that repeat them, against its schema; false where
  /// the request has its answer: a result with `isError` in the revisions that want one.
  private func checkInput(_ target: Target, _ request: Request) throws(MCPError) -> Bool {
    try checkHeaders(target, request)
    let arguments = request.parameters.pointee.arguments
    guard let failure = inputFailure(target, arguments?.bytes) else { return true }
    guard RevisionTraits.of(request.revision).inputFailuresAreResults else {
      throw .invalidParams(failure)
    }
    noteEnd(.isError)
    answerOwn(request, try filtered(.toolsCall, ToolResult.failure(failure)))
    return false
  }

  /// Holds the fields of HTTP that repeat arguments against them.
  private func checkHeaders(_ target: Target, _ request: Request) throws(MCPError) {
    guard let headers = target.rules.headers, let fields = request.fields else { return }
    try headers.check(
      arguments: request.parameters.pointee.arguments, fieldCount: fields.count
    ) { index in (fields[index].name.raw, fields[index].value.raw) }
  }

  /// The same before a filter replaces the arguments: the fields repeat those that the client sent.
  func checkHeaders(beforeFilters request: Request) throws(MCPError) {
    guard var name = request.parameters.pointee.name?.decoded else { return }
    let route = name.withUTF8 { bytes in
      snapshot._withUnsafeGuaranteedRef { $0.route(UnsafeRawBufferPointer(bytes)) }
    }
    if let route { try checkHeaders(route.pointee.target.takeUnretainedValue(), request) }
  }

  /// What is wrong with the arguments of a tool; nil where they fit its schema.
  func inputFailure(_ target: Target, _ arguments: UnsafeRawBufferPointer?) -> String? {
    guard let rule = target.rules.input else { return nil }
    let none: StaticString = "{}"
    return rule.failure(
      of: arguments ?? UnsafeRawBufferPointer(start: none.utf8Start, count: 2), tool: target.name)
  }

  /// Opens the call that a request asks for. `requested` is the URI of a resource.
  @inline(__always)
  func call(
    _ route: UnsafePointer<Snapshot.Route>, _ request: Request, name: metis_slice_v1,
    arguments: metis_slice_v1, requested: [UInt8]? = nil
  ) throws(MCPError) {
    let parameters = request.parameters
    let resumption =
      parameters.pointee.inputResponses == nil && parameters.pointee.requestState == nil
      ? nil
      : try resumption(
        route.pointee.target._withUnsafeGuaranteedRef { $0.kind.method }, request,
        name: name.raw, arguments: arguments.raw)
    try call(
      route, name: name, arguments: arguments, answerer: request.answerer,
      nesting: 0, deadline: .max, resumption: resumption
    ) { call in
      call.revision = request.revision
      call.id = request.id
      if let session = request.session { call.session = session }
      if let meta = request.parameters.pointee.meta.raw { call.meta = meta.bytes }
      if let token = request.parameters.pointee.meta.progressToken {
        call.progressToken = token.bytes
      }
      call.logLevel = request.parameters.pointee.meta.logLevel
      if !request.principal.isEmpty { call.principal = request.principal }
      if let requested { call.requested = requested }
      call.entry = takeEntry()
      if request.parameters.pointee.task != nil { startAsTask(call, request) }
      return request.parameters.pointee.meta.seed
    }
  }

  /// Opens a call and runs it. `fill` sets what the answer needs and may give a seed.
  @inline(__always)
  func call(
    _ route: UnsafePointer<Snapshot.Route>, name: metis_slice_v1, arguments: metis_slice_v1,
    answerer: Call.Answerer, nesting: Int, deadline: UInt64, resumption: Resumption? = nil,
    _ fill: (Call) -> UInt64?
  ) throws(MCPError) {
    guard let instances = route.pointee.instances else {
      throw .internalError(
        "The strategy of \(name.text) is not available: its plugin is disabled or failed")
    }
    guard let opened = calls.open() else {
      throw .internalError("Too many open calls; try again when some have ended")
    }
    let target = route.pointee.target
    opened._withUnsafeGuaranteedRef { call in
      call.answerer = answerer
      call.target = target
      call.instances = instances
      call.nesting = nesting
      let givenSeed = fill(call)
      let (ordinal, ownSeed, timeout) = target._withUnsafeGuaranteedRef { target in
        // To the strategy, a call that is sent again is the same call.
        if let identity = resumption?.chain?.identity {
          return (identity.ordinal, identity.seed, target.timeout)
        }
        let ordinal = target.ordinal.wrappingAdd(1, ordering: .relaxed).oldValue
        return (ordinal, givenSeed ?? target.callSeed(ordinal), target.timeout)
      }
      call.name = name.raw
      call.arguments = arguments.raw
      call.seed = ownSeed
      call.ordinal = ordinal
      var request = metis_request_v1()
      request.size = UInt32(MemoryLayout<metis_request_v1>.size)
      request.kind = target._withUnsafeGuaranteedRef { $0.kind.rawValue }
      request.call = call.token
      request.target = name
      request.arguments = arguments
      request.seed = ownSeed
      request.ordinal = ordinal
      instances._withUnsafeGuaranteedRef { instances in
        if instances.mayBlock || instances.isAsync {
          request.deadline =
            call.taskDeadline == 0 ? min(now &+ timeout, deadline) : call.taskDeadline
          call.deadline = request.deadline
        } else {
          // A strategy that never blocks is done before a clock would be read.
          request.deadline = .max
        }
        guard let resumption else { return start(opened, call, instances, &request) }
        call.chain = resumption.chain
        resumption.state.withSlice { state in
          resumption.inputs.withSlice { inputs in
            request.state = state
            request.inputs = inputs
            start(opened, call, instances, &request)
          }
        }
      }
    }
  }

  /// Calls the strategy here, or has a worker call it.
  @inline(__always)
  func start(
    _ opened: Unmanaged<Call>, _ call: Call, _ instances: InstanceSet,
    _ request: inout metis_request_v1
  ) {
    if instances.mayBlock {
      submit(opened, call, instances, &request)
    } else {
      run(opened, call, instances, &request)
    }
  }

  /// Calls an inline or asynchronous strategy on this thread.
  @inline(__always)
  private func run(
    _ opened: Unmanaged<Call>, _ call: Call, _ instances: InstanceSet,
    _ request: inout metis_request_v1
  ) {
    let token = call.token
    guard let instance = instances.acquire(hint: number) else {
      _ = end(opened, token, .failed(.internalError(ToolCalls.allBusy(instances))))
      return
    }
    // From the call on, other threads may ask for what the message lent.
    if instances.isAsync {
      call.isShared = true
      makePending(call, token, instances)
    }
    let code = StrategyCalls.call(
      instances.strategy, instance._withUnsafeGuaranteedRef { $0.pointer }, &request)
    instances.release(instance)
    // Most calls have ended by now, inside the strategy's `complete`.
    guard !call.isClosed(token) else { return }
    settle(opened, call, token, instances, code)
  }

  /// What a strategy's return means for a call that it did not end on this thread.
  private func settle(
    _ opened: Unmanaged<Call>, _ call: Call, _ token: UInt64, _ instances: InstanceSet,
    _ code: Int32
  ) {
    var isEnded = false
    if code != METIS_OK {
      isEnded = end(opened, token, .failed(.internalError(ToolCalls.failed(instances, code))))
    } else if !instances.isAsync {
      isEnded = end(opened, token, .failed(.internalError(ToolCalls.neverReplied(instances))))
    }
    // Another thread may have ended it a moment ago: its post is on the way.
    if !isEnded, !call.isPending { makePending(call, token, instances) }
  }

  /// The call outlives the message: copies are made, its end is awaited.
  func makePending(_ call: Call, _ token: UInt64, _ instances: InstanceSet) {
    guard !call.isPending else {
      // It has waited for its client, and goes on.
      if call.deadline != 0, call.deadline != .max { expect(token, by: call.deadline) }
      return
    }
    call.keep()
    call.isPending = true
    instances.beginPending()
    if call.deadline != 0, call.deadline != .max { expect(token, by: call.deadline) }
    switch call.answerer {
    case .exchange(let exchange, let isFrame):
      if !isFrame { open[exchange] = .call(token: token) }
    case .batch: break
    case .strategy, .task: return
    }
    // A second request with the id of a pending one cannot be cancelled by that id.
    call.isRegistered = call.session?.register(call.id, token) ?? false
  }

  /// Has a call end at its deadline.
  func expect(_ token: UInt64, by deadline: UInt64) {
    deadlines.insert(token, at: deadline)
    // As often as their number doubles: the cost is shared by the insertions between.
    guard deadlines.count > 1024, deadlines.count > 2 * calls.openCount else { return }
    deadlines.prune { token in
      CallDirectory.find(token)?._withUnsafeGuaranteedRef { $0.isOpen(token) } ?? false
    }
  }

  /// Hands a call that may block to the workers.
  private func submit(
    _ opened: Unmanaged<Call>, _ call: Call, _ instances: InstanceSet,
    _ request: inout metis_request_v1
  ) {
    let token = call.token
    call.isShared = true
    makePending(call, token, instances)
    let work = BlockingCall(request, instances)
    instances.beginPending()
    if !core.workers.submit({ work.run(worker: $0) }) {
      instances.endPending()
      _ = end(
        opened, token,
        .failed(.internalError("The server is at its limit of waiting calls; try again later")))
    }
  }
}

/// Messages about strategies that break their contract; each names the plugin.
enum ToolCalls {
  static func neverReplied(_ instances: InstanceSet) -> String {
    "Plugin \(instances.generation.id) returned without ending its call; expected complete, fail "
      + "or need_input before the return"
  }

  static func failed(_ instances: InstanceSet, _ code: Int32) -> String {
    code == StrategyCalls.exceptionCode
      ? "Plugin \(instances.generation.id) let an exception out of its call"
      : "Plugin \(instances.generation.id) returned \(code) from its call; expected METIS_OK"
  }

  static func allBusy(_ instances: InstanceSet) -> String {
    "All instances of plugin \(instances.generation.id) for this target are in a call: it calls "
      + "itself and is not reentrant"
  }
}

/// A call on its way through the worker pool: owns copies of everything it lends to the strategy.
final class BlockingCall: @unchecked Sendable {
  private let instances: InstanceSet
  private let token: UInt64
  private let target: [UInt8]
  private let arguments: [UInt8]
  private let state: [UInt8]
  private let inputs: [UInt8]
  private let kind: UInt32
  private let seed: UInt64
  private let ordinal: UInt64
  private let deadline: UInt64

  init(_ request: metis_request_v1, _ instances: InstanceSet) {
    self.instances = instances
    token = request.call
    target = [UInt8](request.target.raw)
    arguments = [UInt8](request.arguments.raw)
    state = [UInt8](request.state.raw)
    inputs = [UInt8](request.inputs.raw)
    kind = request.kind
    seed = request.seed
    ordinal = request.ordinal
    deadline = request.deadline
  }

  /// Calls the strategy. [worker-thread]
  func run(worker: Int) {
    defer { instances.endPending() }
    guard let call = CallDirectory.find(token),
      call._withUnsafeGuaranteedRef({ $0.isOpen(token) })
    else { return }
    guard let instance = instances.acquire(hint: worker) else {
      return Replies.end(token, .failed(.internalError(ToolCalls.allBusy(instances))))
    }
    var request = metis_request_v1()
    request.size = UInt32(MemoryLayout<metis_request_v1>.size)
    request.kind = kind
    request.call = token
    request.seed = seed
    request.ordinal = ordinal
    request.deadline = deadline
    let code = target.withSlice { target in
      arguments.withSlice { arguments in
        request.target = target
        request.arguments = arguments
        return state.withSlice { state in
          inputs.withSlice { inputs in
            request.state = state
            request.inputs = inputs
            return StrategyCalls.call(
              instances.strategy, instance._withUnsafeGuaranteedRef { $0.pointer }, &request)
          }
        }
      }
    }
    instances.release(instance)
    if !instances.isAsync { LateMemory.release(token) }
    if code != METIS_OK {
      Replies.end(token, .failed(.internalError(ToolCalls.failed(instances, code))))
    } else if !instances.isAsync {
      // Without effect where the strategy has ended the call.
      Replies.end(token, .failed(.internalError(ToolCalls.neverReplied(instances))))
    }
  }
}
