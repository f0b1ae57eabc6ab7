import Synchronization

/// One call that outlives the function it arrived in: what an ``AsyncResponder`` gets.
///
/// It holds copies of what the host lends, and may be used from any thread, concurrently. It ends once:
/// the first end counts, those after it return false. A call that is let go of without an end fails
/// with a message that says so. `@unchecked`: the reply table holds C functions for any thread.
public final class OpenCall: @unchecked Sendable {
  /// The host's number of this call.
  public let id: UInt64
  /// The tool's or prompt's name, or the resource's URI, as the client wrote it.
  public let target: String
  /// The call's own seed: same seed, same configuration, same calls, same bytes.
  public let seed: UInt64
  /// How many calls of this target came before, from 0.
  public let ordinal: UInt64
  /// When the host answers with a time-out itself: `CLOCK_MONOTONIC` in nanoseconds.
  public let deadline: UInt64
  /// The arguments as the bytes that came: one JSON object.
  public let argumentBytes: [UInt8]
  /// The state that was left; empty on a first call.
  public let state: [UInt8]
  /// The client's answers by key as JSON; empty on a first call.
  public let inputBytes: [UInt8]
  /// The host's services.
  public let host: Host

  let reply: metis_reply_v1

  /// What has become of the call: ``isOpen``, ``isEnding`` or ``hasEnded``.
  private let phase = Atomic(OpenCall.isOpen)
  private static let isOpen: UInt8 = 0
  private static let isEnding: UInt8 = 1
  private static let hasEnded: UInt8 = 2

  /// What runs on a cancellation, while it is with the host.
  private let cancellation = Mutex<CancelWork?>(nil)

  init(_ request: metis_request_v1, _ reply: metis_reply_v1, _ host: Host) {
    id = request.call
    target = request.target.string
    seed = request.seed
    ordinal = request.ordinal
    deadline = request.deadline
    argumentBytes = Array(request.arguments.buffer)
    state = Array(request.state.buffer)
    inputBytes = Array(request.inputs.buffer)
    self.reply = reply
    self.host = host
  }

  deinit {
    end { fail(0, "the strategy let go of the call without an answer") }
  }

  // MARK: What was asked

  /// A random generator that starts from ``seed``.
  public func generator() -> SeededGenerator { SeededGenerator(seed: seed) }

  /// The arguments, parsed: an object.
  public var arguments: JSONValue {
    get throws(JSONError) { try JSONValue(jsonBytes: argumentBytes) }
  }

  /// Whether this call resumes one that asked for input.
  public var isResumed: Bool { !inputBytes.isEmpty }

  /// The client's answers by the keys of the questions; nil on a first call.
  public var inputs: JSONValue? {
    get throws(JSONError) { isResumed ? try JSONValue(jsonBytes: inputBytes) : nil }
  }

  /// Who calls, as ``Call/context``; empty after the end.
  public var context: JSONValue {
    get throws(JSONError) {
      guard phase.load(ordering: .acquiring) == Self.isOpen,
        let slice = reply.context?(id), slice.count > 0
      else { return [:] }
      return try JSONValue(parsing: slice.buffer)
    }
  }

  /// Whether the client cancelled, went away, or the deadline has passed.
  public var isCancelled: Bool { reply.cancelled?(id) ?? false }

  // MARK: Before the end

  /// Sends something before the end. After ``EmissionStatus/busy`` wait with ``whenWritable(_:)``.
  @discardableResult
  public func emit(_ emission: Emission) -> EmissionStatus {
    emit(emission.kind, emission.json.encoded)
  }

  /// The same with JSON that is encoded already.
  @discardableResult
  public func emit(_ kind: Emission.Kind, _ json: [UInt8]) -> EmissionStatus {
    metis_slice_v1.with(json) { EmissionStatus(status: reply.emit?(id, kind.rawValue, $0)) }
  }

  /// Runs `work` once, on a thread of the host where it must not block, when the client has caught up
  /// after ``EmissionStatus/busy``, or the call has ended meanwhile. One at a time. Throws where
  /// the call has ended (METIS_LATE), where one waits already (METIS_LIMIT), and where the host does not
  /// offer `metis.host.flow/1` (METIS_UNSUPPORTED): `work` then does not run.
  public func whenWritable(_ work: @escaping @Sendable () -> Void) throws(HostError) {
    let services = host.services
    let box = Unmanaged.passRetained(TimerWork(work)).toOpaque()
    let status = services.flow?.pointee.when_writable?(
      services.context, id,
      { user in
        guard let user else { return }
        Unmanaged<TimerWork>.fromOpaque(user).takeRetainedValue().work()
      }, box)
    guard status != METIS_OK else { return }
    Unmanaged<TimerWork>.fromOpaque(box).release()
    throw HostError(status ?? METIS_UNSUPPORTED, "metis.host.flow/1")
  }

  /// Runs `work` once, on a thread of the host, when the client cancels, goes away, or the deadline
  /// passes; never after the call's end. Whether it may run: false where the call was cancelled or has
  /// ended by now, and where it has such work already.
  public func onCancel(_ work: @escaping @Sendable () -> Void) -> Bool {
    cancellation.withLock { current in
      guard current == nil else { return false }
      let cancel = CancelWork(work)
      let box = Unmanaged.passRetained(cancel)
      let status = reply.on_cancel?(
        id,
        { user in
          guard let user else { return }
          Unmanaged<CancelWork>.fromOpaque(user).takeRetainedValue().run()
        }, box.toOpaque())
      guard status == METIS_OK else {
        box.release()
        return false
      }
      current = cancel
      return true
    }
  }

  // MARK: Ending

  /// Runs `body`, which ends the call, where nothing has ended it yet. Whether it did.
  @discardableResult
  private func end(_ body: () -> Int32) -> Bool {
    guard begin() else { return false }
    let status = body()
    settle(status)
    return status != METIS_LATE
  }

  private func begin() -> Bool {
    phase.compareExchange(
      expected: Self.isOpen, desired: Self.isEnding, ordering: .acquiringAndReleasing
    ).exchanged
  }

  /// The host has ended the call: what was kept for a cancellation goes. After METIS_LATE the
  /// cancellation runs, or has run, and releases its own memory.
  private func settle(_ status: Int32) {
    phase.store(Self.hasEnded, ordering: .releasing)
    let cancel = cancellation.withLock { current in
      defer { current = nil }
      return current
    }
    cancel?.clear()
    if status == METIS_OK, let cancel { Unmanaged.passUnretained(cancel).release() }
  }

  /// Ends the call. Whether it was open.
  @discardableResult
  public func end(with answer: Answer) -> Bool {
    switch answer {
    case .value(let value): complete(.value, value.encoded)
    case .text(let text): complete(.value, JSONValue.string(text).encoded)
    case .result(let result): complete(.result, result.encoded)
    case .bytes(let bytes, let shape): complete(shape, bytes)
    case .error(let code, let message, let data):
      fail(CallError(code: code, message, data: data))
    case .toolError(let message): fail(CallError(message))
    case .needInput(let requests, let state): ask(requests, state)
    }
  }

  /// Ends the call with JSON that is encoded already. Whether it was open.
  @discardableResult
  public func complete(_ shape: Answer.Shape, _ json: [UInt8]) -> Bool {
    end {
      metis_slice_v1.with(json) { slice in
        var part = slice
        let status = reply.complete.unsafelyUnwrapped(id, shape.rawValue, &part, 1)
        guard status == METIS_LIMIT else { return status }
        return fail(
          0,
          "the answer has \(json.count) bytes, which is more than the host takes; make it smaller")
      }
    }
  }

  /// Ends the call with an error. Whether it was open.
  @discardableResult
  public func fail(_ error: CallError) -> Bool {
    end { fail(error.code, error.message, error.data) }
  }

  private func fail(_ code: Int32, _ message: String, _ data: JSONValue? = nil) -> Int32 {
    metis_slice_v1.with(message) { message in
      metis_slice_v1.with(data?.encoded ?? []) { data in
        reply.fail?(id, code, message, data) ?? METIS_UNSUPPORTED
      }
    }
  }

  private func ask(_ requests: JSONValue, _ state: [UInt8]) -> Bool {
    switch needInput(requests: requests, state: state) {
    case .asked: return true
    case .late: return false
    case .unsupported:
      return fail(
        Questions.missingCapability(
          Questions.undeclared(
            Questions.requiredCapabilities(requests), in: (try? context)?["capabilities"])))
    case .refused(let status):
      return fail(CallError("the host refused the questions to the client (status \(status))"))
    }
  }

  /// Ends the call with questions to the client, as ``Call/needInput(requests:state:)``; where the
  /// client lacks the capability, or the host refuses the questions, the call stays open.
  public func needInput(requests: JSONValue, state: [UInt8] = []) -> Questions.Status {
    guard begin() else { return .late }
    let status = Questions.Status(
      metis_slice_v1.with(requests.encoded) { requests in
        metis_slice_v1.with(state) { reply.need_input?(id, requests, $0) }
      })
    switch status {
    case .asked: settle(METIS_OK)
    case .late: settle(METIS_LATE)
    case .unsupported, .refused: phase.store(Self.isOpen, ordering: .releasing)
    }
    return status
  }
}

/// What runs when a call is cancelled. One reference is the host's, until it has run or the call has
/// ended.
private final class CancelWork: Sendable {
  private let work: Mutex<(@Sendable () -> Void)?>

  init(_ work: @escaping @Sendable () -> Void) { self.work = Mutex(work) }

  func run() {
    let work = take()
    work?()
  }

  /// Lets go of what the work holds: it may hold the call.
  func clear() { _ = take() }

  private func take() -> (@Sendable () -> Void)? {
    work.withLock { work in
      defer { work = nil }
      return work
    }
  }
}
