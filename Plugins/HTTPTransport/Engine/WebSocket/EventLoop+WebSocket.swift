import Glibc
import MetisPluginAPI

/// Framed connections: what comes in, and what the host sends.
extension EventLoop {
  /// Reads of one connection before others get their turn.
  private static let frameRounds = 16

  // MARK: The handshake

  /// Notes what answers a handshake that is handed over now; the host may take it later.
  func prepareWebSocket(
    _ connection: ConnectionPointer, _ key: UnsafePointer<UInt8>
  ) {
    let socket =
      connection.pointee.webSocket ?? WebSocketConnection.make(limit: settings.messageLimit)
    connection.pointee.webSocket = socket
    socket.pointee.answer(key)
  }

  /// The host takes a handshake: the exchange is a framed connection from here on.
  func acceptWebSocket(
    _ connection: ConnectionPointer, _ head: UnsafePointer<metis_response_v1>
  ) -> Int32 {
    guard connection.pointee.isHandshake, let socket = connection.pointee.webSocket else {
      return METIS_INVALID
    }
    let bound = ResponseHead.bound(head)
    guard bound <= Self.outputSize else { return METIS_LIMIT }
    let out = reserve(connection, bound)
    guard
      let length = ResponseHead.writeHandshake(
        head, accept: socket.pointee.accept, date: dateLine, to: out)
    else { return METIS_INVALID }
    outputCount += length
    socket.pointee.isOpen = true
    connection.pointee.state = .framed
    connection.pointee.wantsWritable = false
    boundKernelQueue(connection)
    setReadDeadline(connection, pingDeadline)
    // Frames may have come behind the handshake.
    makeReady(connection)
    return METIS_OK
  }

  // MARK: What comes in

  /// Goes on with bytes that were kept, then with what the socket holds.
  func serveFrames(_ connection: ConnectionPointer) {
    if connection.pointee.isThrottled { return }
    if connection.pointee.reader.hasRest { readFrames(connection) }
    for _ in 0..<Self.frameRounds {
      guard connection.pointee.state == .framed, connection.pointee.mayRead,
        !connection.pointee.isThrottled, !connection.pointee.isReady
      else { return }
      let room = connection.pointee.reader.room(input)
      let count = receiveBytes(connection, room)
      guard count > 0 else {
        if count == IOResult.again {
          connection.pointee.mayRead = false
        } else {
          lose(connection)
        }
        return
      }
      connection.pointee.reader.received(count, in: room)
      if count < room.count, connection.pointee.tls == nil, !connection.pointee.peerEnded {
        connection.pointee.mayRead = false
      }
      connection.pointee.webSocket?.pointee.isPinged = false
      readFrames(connection)
    }
    if connection.pointee.state == .framed { makeReady(connection) }
  }

  /// Hands over what is complete among the bytes at hand; answers go out together at the end.
  private func readFrames(_ connection: ConnectionPointer) {
    guard let socket = connection.pointee.webSocket else { return }
    connection.pointee.isProcessing = true
    var handled = 0
    frames: while connection.pointee.state == .framed {
      if connection.pointee.output.count > settings.streamHigh {
        connection.pointee.isThrottled = true
        break
      }
      if handled == settings.maxPipelined {
        makeReady(connection)
        break
      }
      guard let rest = connection.pointee.reader.rest, let bytes = rest.baseAddress else { break }
      var used = 0
      let event = socket.pointee.reader.next(bytes, rest.count, used: &used)
      connection.pointee.reader.skip(used)
      handled += 1
      switch event {
      case .needsMore: break frames
      case .text(let text):
        if !socket.pointee.closeSent { deliverText(connection, text) }
        socket.pointee.reader.dropSpent()
      case .ping(let payload):
        if !socket.pointee.closeSent { sendControl(connection, WebSocketOpcode.pong, payload) }
      case .pong: break
      case .close(let code): answerClose(connection, code)
      case .failed(let failure): failFrames(connection, failure)
      }
      // The time of the next message begins anew.
      if !socket.pointee.reader.isUnfinished { socket.pointee.messageDeadline = UInt64.max }
    }
    connection.pointee.isProcessing = false
    settleFrames(connection)
  }

  private func settleFrames(_ connection: ConnectionPointer) {
    if connection.pointee.state == .framed {
      connection.pointee.reader.suspend()
      watchFrames(connection)
      account(connection)
    }
    if connection.pointee.state != .framed { connection.pointee.reader.drop(&pool) }
    if outputOwner == connection { flushOutput() }
    if connection.pointee.failed {
      makeReady(connection)
    } else if connection.pointee.state == .closing, connection.pointee.output.count == 0 {
      linger(connection)
    }
  }

  private func deliverText(
    _ connection: ConnectionPointer, _ text: UnsafeBufferPointer<UInt8>
  ) {
    frame.pointee.exchange = exchange(connection)
    frame.pointee.body = metis_slice_v1(bytes: text.baseAddress, count: text.count)
    frame.pointee.peer = metis_slice_v1(
      bytes: UnsafePointer(connection.pointee.peer), count: Int(connection.pointee.peerCount))
    receive(hostContext, index, UnsafePointer(frame))
  }

  // MARK: What the host sends

  /// Sends one message: METIS_OK, METIS_BUSY, METIS_LIMIT, METIS_LATE.
  func sendText(
    _ connection: ConnectionPointer, _ response: UnsafePointer<metis_response_v1>
  ) -> Int32 {
    guard let socket = connection.pointee.webSocket, !socket.pointee.closeSent else {
      return METIS_LATE
    }
    var size = 0
    for index in 0..<response.pointee.part_count { size += response.pointee.parts[index].count }
    guard hasRoom(connection, size) else { return METIS_LIMIT }
    let out = reserve(connection, WebSocketFraming.headBound)
    outputCount += WebSocketFraming.writeHead(WebSocketOpcode.text, size, to: out)
    for index in 0..<response.pointee.part_count {
      let part = response.pointee.parts[index]
      if let bytes = part.bytes { put(connection, bytes, part.count) }
    }
    if !connection.pointee.isProcessing { makeReady(connection) }
    return pressure(connection)
  }

  /// Sends a control frame; at most 125 bytes.
  func sendControl(
    _ connection: ConnectionPointer, _ opcode: UInt8, _ payload: UnsafeBufferPointer<UInt8>
  ) {
    let out = reserve(connection, WebSocketFraming.headBound + payload.count)
    let head = WebSocketFraming.writeHead(opcode, payload.count, to: out)
    if let bytes = payload.baseAddress { memcpy(out + head, bytes, payload.count) }
    outputCount += head + payload.count
  }
}
