import Glibc
import MetisPluginAPI

/// The closing handshake (RFC 6455, section 7), keep-alive and what ends a framed connection.
extension EventLoop {
  /// How long a peer may take to answer our close frame, in ns.
  private static let closeTime: UInt64 = 5_000_000_000

  // MARK: The closing handshake

  /// Our close frame; nothing may follow it.
  private func sendClose(
    _ connection: ConnectionPointer, _ code: UInt16?, _ reason: StaticString = ""
  ) {
    guard let socket = connection.pointee.webSocket, !socket.pointee.closeSent else { return }
    socket.pointee.closeSent = true
    connection.pointee.wantsWritable = false
    let count = code == nil ? 0 : 2 + reason.utf8CodeUnitCount
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 + reason.utf8CodeUnitCount) { room in
      guard let bytes = room.baseAddress else { return }
      bytes[0] = UInt8(truncatingIfNeeded: (code ?? 0) >> 8)
      bytes[1] = UInt8(truncatingIfNeeded: code ?? 0)
      memcpy(bytes + 2, reason.utf8Start, reason.utf8CodeUnitCount)
      sendControl(
        connection, WebSocketOpcode.close, UnsafeBufferPointer(start: bytes, count: count))
    }
  }

  /// The host ends a framed connection: after what waits goes a close frame, then the peer has a
  /// bounded time for its own.
  func finishFrames(_ connection: ConnectionPointer) -> Int32 {
    guard let socket = connection.pointee.webSocket, !socket.pointee.closeSent else {
      return METIS_LATE
    }
    // The host may hear of a drain before this loop has begun it.
    sendClose(
      connection, shared.drain != 0 ? WebSocketCloseCode.goingAway : WebSocketCloseCode.normal)
    setReadDeadline(connection, now + Self.closeTime)
    if !connection.pointee.isProcessing { makeReady(connection) }
    return METIS_OK
  }

  /// The peer's close frame: it gets its code back, unless it answers ours.
  func answerClose(_ connection: ConnectionPointer, _ code: UInt16?) {
    sendClose(connection, code)
    endFrames(connection)
  }

  /// What came is refused.
  func failFrames(_ connection: ConnectionPointer, _ failure: WebSocketFailure) {
    sendClose(connection, failure.code, failure.reason)
    endFrames(connection)
  }

  /// Both sides are through: what waits goes out, then our side is shut.
  private func endFrames(_ connection: ConnectionPointer) {
    connection.pointee.state = .closing
    connection.pointee.readDeadline = UInt64.max
    connection.pointee.webSocket?.pointee.reader.dropMessage()
    account(connection)
    tellClosed(connection)
    if !connection.pointee.isProcessing { makeReady(connection) }
  }

  /// Tells the host once that a framed connection is gone.
  func tellClosed(_ connection: ConnectionPointer) {
    guard let socket = connection.pointee.webSocket, socket.pointee.isOpen,
      !socket.pointee.isTold
    else { return }
    socket.pointee.isTold = true
    closed(hostContext, index, exchange(connection))
  }

  /// The time of a drain is over: says so where that goes without waiting.
  func cutFrames(_ connection: ConnectionPointer) {
    if connection.pointee.output.count == 0 {
      sendClose(connection, WebSocketCloseCode.goingAway)
      if outputOwner == connection { flushOutput() }
    }
    lose(connection)
  }

  // MARK: Keep-alive

  /// When a connection that is silent from now on is asked whether it lives.
  var pingDeadline: UInt64 { pingInterval == 0 ? UInt64.max : now + pingInterval }

  /// Sets the time-out of a connection that was served: silence, or the message under way.
  func watchFrames(_ connection: ConnectionPointer) {
    guard let socket = connection.pointee.webSocket, !socket.pointee.closeSent else { return }
    if !socket.pointee.reader.isUnfinished {
      socket.pointee.messageDeadline = UInt64.max
    } else if socket.pointee.messageDeadline == UInt64.max {
      socket.pointee.messageDeadline = now + bodyTimeout
    }
    setReadDeadline(connection, min(pingDeadline, socket.pointee.messageDeadline))
  }

  /// Nothing was heard for a while: a ping, and the next time the end. Or a message takes too long.
  func expireFrames(_ connection: ConnectionPointer) {
    guard let socket = connection.pointee.webSocket else { return }
    if connection.pointee.output.count > 0 || connection.pointee.isThrottled {
      // A peer that is behind is watched by `writeDeadline`: a ping would wait behind the rest,
      // and its message may wait for us.
      socket.pointee.messageDeadline = UInt64.max
      return setReadDeadline(connection, now + Self.closeTime)
    }
    if socket.pointee.closeSent { return lose(connection) }
    if socket.pointee.messageDeadline <= now { return failFrames(connection, .timeout) }
    if pingDeadline == UInt64.max { return watchFrames(connection) }
    if socket.pointee.isPinged { return lose(connection) }
    socket.pointee.isPinged = true
    sendControl(connection, WebSocketOpcode.ping, UnsafeBufferPointer(start: nil, count: 0))
    watchFrames(connection)
    makeReady(connection)
  }
}
