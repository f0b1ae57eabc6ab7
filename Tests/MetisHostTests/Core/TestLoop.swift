import Glibc
import MetisPluginAPI
import Synchronization

@testable import MetisHost

/// One loop of a ``TestTransport`` on a thread of its own.
///
/// What it lends to the host it destroys as soon as `receive` returns, so that a host which keeps a
/// borrowed slice reads rubbish, not by chance what it wanted.
final class TestLoop: @unchecked Sendable {
  let number: UInt32
  unowned let transport: TestTransport
  private let lock = Lock()
  private let changed = Condition()
  private var jobs: [() -> Void] = []
  private var isWoken = false
  private var isStopping = false
  private var thread: HostThread?
  private let threadNumber = Atomic<UInt>(0)

  // The loop's own.
  private var exchanges: [UInt64: TestExchange] = [:]
  private var answered: Set<UInt64> = []
  private var drainDeadline: UInt64?
  /// When a draining loop takes the peers of framed connections for gone.
  private var framesEnd: UInt64 = .max
  private var hasDrained = false

  init(number: UInt32, transport: TestTransport) {
    self.number = number
    self.transport = transport
  }

  func start() throws(ThreadError) {
    thread = try HostThread(name: "test-loop-\(number)") { [self] in run() }
  }

  func stop() {
    lock.withLock {
      isStopping = true
      changed.signal()
    }
    thread?.join()
    thread = nil
  }

  func wake() {
    lock.withLock {
      isWoken = true
      changed.signal()
    }
  }

  var isCurrent: Bool { threadNumber.load(ordering: .relaxed) == UInt(pthread_self()) }

  /// Runs something on the loop.
  func run(_ job: @escaping () -> Void) {
    lock.withLock {
      jobs.append(job)
      changed.signal()
    }
  }

  func drain(deadline: UInt64) {
    run { [self] in
      drainDeadline = deadline
      framesEnd = inSeconds(0.05)
    }
  }

  private func run() {
    threadNumber.store(UInt(pthread_self()), ordering: .relaxed)
    guard transport.host.pointee.attach(transport.context, number) == METIS_OK else {
      return transport.violated("attach was refused")
    }
    while true {
      let (batch, ends) = lock.withLock {
        let taken = jobs
        jobs = []
        isWoken = false
        return (taken, isStopping && taken.isEmpty)
      }
      if ends { break }
      for job in batch { job() }
      let next = transport.host.pointee.poll(transport.context, number, inSeconds(0))
      drainIfEmpty()
      lock.lock()
      while jobs.isEmpty, !isWoken, !isStopping {
        // Also wakes for the end of a drain.
        if !changed.wait(lock, until: min(next, inSeconds(drainDeadline == nil ? 10 : 0.01))) {
          break
        }
      }
      lock.unlock()
    }
    for exchange in exchanges.values { exchange.change { $0.hasEnded = true } }
    exchanges = [:]
    transport.host.pointee.detach(transport.context, number)
  }

  private func drainIfEmpty() {
    guard let drainDeadline, !hasDrained else { return }
    if inSeconds(0) >= drainDeadline {
      for (number, exchange) in exchanges { close(number, exchange) }
    }
    if inSeconds(0) >= framesEnd {
      for (number, exchange) in exchanges where exchange.isFrame { close(number, exchange) }
    }
    guard exchanges.isEmpty else { return }
    hasDrained = true
    transport.loopDrained()
  }

  private func close(_ number: UInt64, _ exchange: TestExchange) {
    exchanges.removeValue(forKey: number)
    transport.host.pointee.closed(transport.context, self.number, number)
    exchange.change { $0.hasEnded = true }
  }

  // MARK: From the client

  /// Delivers a message on the loop.
  func deliver(
    _ exchange: TestExchange, verb: String = "", target: String = "",
    fields: [(String, String)] = [], body: String
  ) {
    run { [self] in
      exchanges[exchange.number] = exchange
      let lent = LentTexts()
      let lentFields = fields.map { name, value in
        metis_field_v1(name: lent.lend(name), value: lent.lend(value))
      }
      var message = metis_message_v1()
      message.size = UInt32(MemoryLayout<metis_message_v1>.size)
      message.kind = exchange.isFrame ? METIS_MESSAGE_FRAME : METIS_MESSAGE_HTTP
      message.exchange = exchange.number
      message.verb = lent.lend(verb)
      message.target = lent.lend(target)
      message.body = lent.lend(body)
      lentFields.withUnsafeBufferPointer { fields in
        message.fields = fields.baseAddress
        message.field_count = fields.count
        transport.host.pointee.receive(transport.context, number, &message)
      }
      lent.destroy()
    }
  }

  func disconnect(_ exchange: TestExchange) {
    run { [self] in
      if exchanges[exchange.number] != nil { close(exchange.number, exchange) }
    }
  }

  // MARK: From the host

  /// The exchange that the host means; nil where it is gone.
  func find(_ number: UInt64) -> TestExchange? {
    if answered.contains(number) { transport.violated("exchange \(number) was answered twice") }
    return exchanges[number]
  }

  /// An exchange of HTTP has its whole answer.
  func finish(_ exchange: TestExchange, isCut: Bool = false) {
    exchanges.removeValue(forKey: exchange.number)
    // A cut may meet an answer that is on its way.
    if !isCut { answered.insert(exchange.number) }
  }

  /// The client of an exchange has caught up. On the loop.
  func tellWritable(_ number: UInt64) {
    guard exchanges[number] != nil else { return }
    transport.host.pointee.writable(transport.context, self.number, number)
  }

  /// How many exchanges the transport has open. Waits for the loop.
  var openCount: Int {
    let counted = Gate()
    let count = Locked(0)
    run { [self] in
      count.withLock { $0 = exchanges.count }
      counted.open()
    }
    counted.wait()
    return count.withLock { $0 }
  }
}

/// Texts in memory of their own, which is overwritten before it goes.
private final class LentTexts {
  private var blocks: [UnsafeMutableRawBufferPointer] = []

  func lend(_ text: String) -> metis_slice_v1 {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
    block.copyBytes(from: text.utf8)
    blocks.append(block)
    return metis_slice_v1(UnsafeRawBufferPointer(block))
  }

  func destroy() {
    for block in blocks {
      for index in block.indices { block[index] = 0xFF }
      block.deallocate()
    }
    blocks = []
  }
}
