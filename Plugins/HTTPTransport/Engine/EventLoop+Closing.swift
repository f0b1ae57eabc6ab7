import CLinux
import Glibc

extension EventLoop {
  /// How long a connection whose last answer is out may still send, in ns.
  private static let lingerTime: UInt64 = 2_000_000_000

  /// The peer of an open exchange is gone.
  func lose(_ connection: ConnectionPointer) {
    let isFramed = connection.pointee.state == .framed
    kill(connection)
    if isFramed { return tellClosed(connection) }
    closed(hostContext, index, exchange(connection))
  }

  /// Gives a connection up. Its memory stays until the batch is through: others may hold it.
  func kill(_ connection: ConnectionPointer) {
    if connection.pointee.state == .dead || connection.pointee.state == .free { return }
    connection.pointee.state = .dead
    if outputOwner == connection {
      outputOwner = nil
      outputCount = 0
    }
    close(connection.pointee.fd)
    dead.append(connection.pointee.slot)
  }

  /// The last answer is out: shuts our side and waits for the peer to shut its own.
  func linger(_ connection: ConnectionPointer) {
    if let session = connection.pointee.tls { TLSSession.end(session) }
    if connection.pointee.peerEnded { return kill(connection) }
    if shutdown(connection.pointee.fd, Int32(SHUT_WR)) != 0 { return kill(connection) }
    connection.pointee.state = .lingering
    connection.pointee.reader.drop(&pool)
    setReadDeadline(connection, now + Self.lingerTime)
    discard(connection)
  }

  /// Reads and drops.
  func discard(_ connection: ConnectionPointer) {
    // The bytes are not deciphered: nobody reads them.
    for _ in 0..<4 {
      let count = recv(connection.pointee.fd, input.baseAddress, input.count, 0)
      if count > 0 { continue }
      if count < 0, errno == EAGAIN || errno == EINTR { return }
      return kill(connection)
    }
    makeReady(connection)
  }

  /// Frees what died in this batch.
  func reap() {
    if dead.isEmpty { return }
    // The host may cut others while it is told of one.
    var place = 0
    while place < dead.count {
      let slot = dead[place]
      place += 1
      guard let connection = table[slot] else { continue }
      if let socket = connection.pointee.webSocket {
        if !shared.isStopped { tellClosed(connection) }
        WebSocketConnection.free(socket)
      }
      if connection.pointee.isReady { unready(connection) }
      wheel.cancel(slot)
      connection.pointee.reader.drop(&pool)
      connection.pointee.output.release()
      shared.release(connection.pointee.held)
      if let session = connection.pointee.tls { TLSSession.free(session) }
      table.give(connection)
      leave()
    }
    dead.removeAll(keepingCapacity: true)
  }

  /// Takes a dead connection off the list of those that need a look.
  private func unready(_ dead: ConnectionPointer) {
    var previous: ConnectionPointer?
    var current = readyHead
    while let connection = current {
      let following = connection.pointee.nextReady
      let next = following == UInt32.max ? nil : table[following]
      if connection == dead {
        if let previous { previous.pointee.nextReady = following } else { readyHead = next }
        if readyTail == dead { readyTail = previous }
        return
      }
      previous = connection
      current = next
    }
  }

  private func leave() {
    if shared.leave() { host.pointee.drained?(hostContext) }
  }

  // MARK: Time-outs

  @inline(__always)
  func setReadDeadline(_ connection: ConnectionPointer, _ deadline: UInt64) {
    connection.pointee.readDeadline = deadline
    arm(connection)
  }

  /// Sets the wheel where a deadline came nearer. One that moved away is found when the wheel
  /// fires, so that a request costs no change of the wheel.
  @inline(__always)
  func arm(_ connection: ConnectionPointer) {
    let deadline = min(connection.pointee.readDeadline, connection.pointee.writeDeadline)
    if deadline < connection.pointee.timer {
      connection.pointee.timer = deadline
      wheel.set(connection.pointee.slot, at: deadline)
    }
  }

  func fireTimers() {
    wheel.advance(to: now, into: &dueTimers)
    if dueTimers.isEmpty { return }
    for slot in dueTimers {
      guard let connection = table[slot] else { continue }
      connection.pointee.timer = UInt64.max
      if connection.pointee.writeDeadline <= now {
        expireWriting(connection)
      } else if connection.pointee.readDeadline <= now {
        expireReading(connection)
      } else {
        arm(connection)
      }
    }
    dueTimers.removeAll(keepingCapacity: true)
  }

  private func expireWriting(_ connection: ConnectionPointer) {
    switch connection.pointee.state {
    case .waiting, .streaming, .framed: lose(connection)
    default: kill(connection)
    }
  }

  private func expireReading(_ connection: ConnectionPointer) {
    if connection.pointee.state == .framed { return expireFrames(connection) }
    // Who still takes an answer is not idle; its progress is watched by `writeDeadline`.
    if connection.pointee.state == .reading, connection.pointee.phase == .idle,
      connection.pointee.output.count > 0
    {
      return setReadDeadline(connection, now + idleTimeout)
    }
    guard connection.pointee.state == .reading, connection.pointee.phase != .idle else {
      return kill(connection)
    }
    refuse(connection, connection.pointee.phase == .head ? .headTimeout : .bodyTimeout)
    flushOutput()
    if connection.pointee.failed {
      kill(connection)
    } else if connection.pointee.output.count == 0 {
      linger(connection)
    }
  }

  // MARK: Drain

  /// Stops accepting. From here on each answer is the last of its connection.
  func beginDrain() {
    isDraining = true
    drainDeadline = shared.drain
    removeListeners()
    if shared.closesIdle { closeIdle() }
    leave()
  }

  /// Time for a request that is on its way already; 50 ms.
  private static let lastIdleTime: UInt64 = 50_000_000

  /// Idle connections end soon, those that become idle as well.
  private func closeIdle() {
    idleTimeout = Self.lastIdleTime
    for slot in 0..<table.made {
      guard let connection = table[slot], connection.pointee.state == .reading,
        connection.pointee.phase == .idle
      else { continue }
      setReadDeadline(connection, now + idleTimeout)
    }
  }

  /// The time of the drain is over.
  func cutAll() {
    drainDeadline = UInt64.max
    for slot in 0..<table.made {
      guard let connection = table[slot] else { continue }
      switch connection.pointee.state {
      case .free, .dead: break
      case .waiting, .streaming: lose(connection)
      case .framed: cutFrames(connection)
      default: kill(connection)
      }
    }
  }
}
