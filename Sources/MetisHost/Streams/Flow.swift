import Glibc
import MetisPluginAPI
import Synchronization

/// How far the emissions of one call have got, for strategies on other threads than the loop's:
/// what they emit counts from the moment they hand it over until the transport has it.
///
/// Made by the first emission from another thread, or by `when_writable`; belongs to one call and
/// never to another. [any-thread]
final class Flow: @unchecked Sendable {
  private let lock = Lock()
  private let changed = Condition()
  /// Bytes and messages that were handed over and have not reached the transport.
  private var bytes = 0
  private var count = 0
  /// The loop has found the stream over its watermark.
  private var isBusy = false
  private var hasEnded = false
  private var callback: Callback?
  /// The loop has come to the wait: everything that was emitted before it is in its stream. Told
  /// earlier, the strategy would go on ahead of its own emissions.
  private var isArmed = false
  /// Whether a strategy may wait inside `emit`: one that blocks, on a worker thread.
  let mayWait: Bool

  /// Whom to tell, once.
  struct Callback {
    let function: @convention(c) (UnsafeMutableRawPointer?) -> Void
    let user: UnsafeMutableRawPointer?
    func callAsFunction() { function(user) }
  }

  /// Over this the call is busy.
  private static let soft = (bytes: 32 << 10, count: 64)
  /// Over this emissions are refused; one message of any size is taken where nothing waits.
  private static let hard = (bytes: 128 << 10, count: 256)

  init(mayWait: Bool) { self.mayWait = mayWait }

  /// Counts a message of `size` bytes that is about to be handed over: METIS_OK, METIS_BUSY (taken),
  /// METIS_LIMIT (refused) or METIS_LATE. A strategy that may wait waits here.
  func enter(_ size: Int) -> Int32 {
    lock.withLock {
      while mayWait, !hasEnded, isBusy || isFull(Flow.soft, size) { changed.wait(lock) }
      if hasEnded { return METIS_LATE }
      if isFull(Flow.hard, size) { return METIS_LIMIT }
      bytes += size
      count += 1
      return isBusy || isFull(Flow.soft, 0) ? METIS_BUSY : METIS_OK
    }
  }

  private func isFull(_ bound: (bytes: Int, count: Int), _ size: Int) -> Bool {
    count > 0 && (bytes + size > bound.bytes || count >= bound.count)
  }

  /// A message of `size` bytes has reached the transport, or was dropped with its reader.
  /// [loop-thread]
  func leave(_ size: Int) {
    lock.withLock {
      bytes -= size
      count -= 1
      changed.broadcast()
    }
  }

  /// The loop has found the stream busy. [loop-thread]
  func pause() { lock.withLock { isBusy = true } }

  /// The reader has caught up: whoever waits goes on. Returns whom to tell, without a lock held.
  /// [loop-thread]
  func resume() -> Callback? {
    lock.withLock {
      isBusy = false
      changed.broadcast()
      return isArmed ? callback.take() : nil
    }
  }

  /// The loop has come to the wait. [loop-thread]
  func arm() { lock.withLock { isArmed = true } }

  /// The call has ended: whoever waits goes on. Returns whom to tell, without a lock held.
  func end() -> Callback? {
    lock.withLock {
      hasEnded = true
      changed.broadcast()
      return callback.take()
    }
  }

  /// Remembers whom to tell: METIS_OK, METIS_LIMIT where somebody waits already, METIS_LATE.
  func expect(_ new: Callback) -> Int32 {
    lock.withLock {
      if hasEnded { return METIS_LATE }
      if callback != nil { return METIS_LIMIT }
      callback = new
      isArmed = false
      return METIS_OK
    }
  }
}

/// A message's part in its call's ``Flow``.
struct FlowCharge {
  let flow: Flow
  let size: Int
  func release() { flow.leave(size) }
}

extension Call {
  /// The flow of the open call, made where there is none; nil after its end. [any-thread]
  func openFlow(_ token: UInt64) -> Flow? {
    lending.withLock {
      guard isOpen(token) else { return nil }
      if let flow { return flow }
      let isAsync = instances?._withUnsafeGuaranteedRef { $0.isAsync } ?? false
      let mayBlock = instances?._withUnsafeGuaranteedRef { $0.mayBlock } ?? false
      let made = Flow(mayWait: mayBlock && !isAsync)
      flow = made
      return made
    }
  }

  /// The call ends: who waits for its reader goes on. [loop-thread]
  func endFlow() {
    let ended = lending.withLock { flow.take() }
    ended?.end()?()
  }
}

extension Loop {
  /// An emission from another thread than the loop's. [any-thread]
  func emitPosting(_ call: Call, _ token: UInt64, _ kind: UInt32, _ json: metis_slice_v1) -> Int32 {
    guard let flow = call.openFlow(token) else { return METIS_LATE }
    if kind == METIS_EMIT_CLOSE_STREAM {
      // What the loop would find is told here, since the strategy goes by it.
      let canClose = call.whileOpen(token, isLoop: false) { call.canCloseStream } ?? false
      guard canClose else { return METIS_UNSUPPORTED }
    }
    let code = flow.enter(json.count)
    guard code == METIS_OK || code == METIS_BUSY else { return code }
    post(
      .emitted(
        token: token, kind: kind, json: [UInt8](json.raw),
        charge: FlowCharge(flow: flow, size: json.count)))
    return code
  }

  /// `when_writable` of metis.host.flow/1. [any-thread]
  static func whenWritable(_ token: UInt64, _ callback: Flow.Callback) -> Int32 {
    guard let opened = CallDirectory.find(token) else { return METIS_LATE }
    return opened._withUnsafeGuaranteedRef { call in
      guard let owner = call.table.owner, let flow = call.openFlow(token) else {
        return METIS_LATE
      }
      let code = flow.expect(callback)
      guard code == METIS_OK else { return code }
      // Behind everything that was emitted: then the loop knows whether the stream is busy.
      owner._withUnsafeGuaranteedRef { loop in
        loop.post(.run { $0.awaitRoom(token, flow) })
      }
      return METIS_OK
    }
  }

  /// Tells a strategy that waits for its reader: now, or when the stream has room. [loop-thread]
  private func awaitRoom(_ token: UInt64, _ flow: Flow) {
    guard let opened = CallDirectory.find(token) else { return }
    opened._withUnsafeGuaranteedRef { call in
      // The end of the call has told.
      guard call.isOpen(token) else { return }
      flow.arm()
      if let stream = stream(of: call), stream.isBusy {
        stream.await(flow)
      } else {
        flow.resume()?()
      }
    }
  }
}
