import Glibc
import MetisPluginAPI

extension EventLoop {
  /// Reads of one connection before others get their turn.
  private static let readRounds = 16

  /// Reads and processes until the socket is empty or the connection waits for something else.
  func read(_ connection: ConnectionPointer) {
    for _ in 0..<Self.readRounds {
      let room = connection.pointee.reader.room(input)
      let count = receiveBytes(connection, room)
      guard count > 0 else {
        switch count {
        case IOResult.again: connection.pointee.mayRead = false
        case IOResult.ended: endOfInput(connection)
        default: kill(connection)
        }
        return
      }
      connection.pointee.reader.received(count, in: room)
      // Of a plain socket a short read says that it is empty (epoll(7)); a shut one is read
      // until its end.
      if count < room.count, connection.pointee.tls == nil, !connection.pointee.peerEnded {
        connection.pointee.mayRead = false
      }
      process(connection)
      guard connection.pointee.state == .reading else {
        if connection.pointee.state == .waiting || connection.pointee.state == .streaming,
          connection.pointee.peerEnded
        {
          lose(connection)
        }
        return
      }
      if !connection.pointee.mayRead || connection.pointee.isReady
        || connection.pointee.isThrottled
      {
        return
      }
    }
    makeReady(connection)
  }

  /// The peer sends nothing more. What it sent completely is answered.
  private func endOfInput(_ connection: ConnectionPointer) {
    connection.pointee.mayRead = false
    connection.pointee.peerEnded = true
    if connection.pointee.output.count == 0 { return kill(connection) }
    connection.pointee.reader.drop(&pool)
    connection.pointee.state = .closing
    setReadDeadline(connection, UInt64.max)
  }

  /// Hands over what is complete among the bytes at hand; answers go out together at the end.
  func process(_ connection: ConnectionPointer) {
    connection.pointee.isProcessing = true
    var handled = 0
    reading: while true {
      switch connection.pointee.reader.next(&pool) {
      case .request:
        deliver(connection)
        connection.pointee.reader.finish(&pool)
        guard connection.pointee.state == .reading else { break reading }
        handled += 1
        if handled == settings.maxPipelined {
          makeReady(connection)
          break reading
        }
        if connection.pointee.output.count > settings.streamHigh {
          connection.pointee.isThrottled = true
          break reading
        }
      case .needsMore(let waiting):
        wait(connection, inRequest: waiting)
        break reading
      case .refused(let refusal):
        refuse(connection, refusal)
        break reading
      }
    }
    connection.pointee.isProcessing = false
    switch connection.pointee.state {
    case .reading, .waiting, .streaming, .framed:
      connection.pointee.reader.suspend()
      if connection.pointee.reader.held != connection.pointee.held { account(connection) }
    default: connection.pointee.reader.drop(&pool)
    }
    if outputOwner == connection { flushOutput() }
    if connection.pointee.failed {
      makeReady(connection)
    } else if connection.pointee.state == .closing, connection.pointee.output.count == 0 {
      linger(connection)
    }
  }

  /// Counts the memory of what is incomplete in the instance's bound.
  func account(_ connection: ConnectionPointer) {
    if charge(connection) { return }
    switch connection.pointee.state {
    case .waiting, .streaming:
      // The present answer becomes the last; the client sends again what came behind.
      connection.pointee.keepAlive = false
    case .framed: failFrames(connection, .overload)
    default: refuse(connection, .overload)
    }
    connection.pointee.reader.drop(&pool)
    connection.pointee.webSocket?.pointee.reader.dropMessage()
    _ = charge(connection)
  }

  /// False where there is no room for more.
  private func charge(_ connection: ConnectionPointer) -> Bool {
    let held =
      connection.pointee.reader.held + (connection.pointee.webSocket?.pointee.reader.held ?? 0)
    let more = held - connection.pointee.held
    if more > 0, !shared.hold(more) { return false }
    if more < 0 { shared.release(-more) }
    connection.pointee.held = held
    return true
  }

  /// Sets the time-out of a connection that needs more bytes.
  @inline(__always)
  private func wait(_ connection: ConnectionPointer, inRequest: Bool) {
    if !inRequest {
      connection.pointee.phase = .idle
      setReadDeadline(connection, now + idleTimeout)
      return
    }
    if connection.pointee.reader.isInBody {
      if connection.pointee.phase != .body {
        connection.pointee.phase = .body
        setReadDeadline(connection, now + bodyTimeout)
      }
      if let parser = connection.pointee.reader.parser, parser.pointee.expectsContinue,
        parser.pointee.bodyCount == 0, !connection.pointee.continued
      {
        connection.pointee.continued = true
        put(connection, "HTTP/1.1 100 Continue\r\n\r\n")
      }
    } else if connection.pointee.phase != .head {
      connection.pointee.phase = .head
      setReadDeadline(connection, now + headerTimeout)
    }
  }

  /// Hands a complete request to the host, which may answer before this returns.
  @inline(__always)
  private func deliver(_ connection: ConnectionPointer) {
    guard let parser = connection.pointee.reader.parser else { return }
    let base = UnsafePointer(connection.pointee.reader.base)
    let count = parser.pointee.fieldCount
    let places = parser.pointee.fields
    for index in 0..<count {
      let place = places[index]
      fields[index] = metis_field_v1(
        name: metis_slice_v1(bytes: base + Int(place.name), count: Int(place.nameCount)),
        value: metis_slice_v1(bytes: base + Int(place.value), count: Int(place.valueCount)))
    }
    connection.pointee.generation &+= 1
    connection.pointee.state = .waiting
    connection.pointee.phase = .idle
    connection.pointee.readDeadline = UInt64.max
    connection.pointee.keepAlive = parser.pointee.keepAlive
    connection.pointee.oldVersion = parser.pointee.oldVersion
    connection.pointee.isHead = parser.pointee.isHead
    connection.pointee.continued = false
    connection.pointee.isHandshake = parser.pointee.isWebSocket
    if parser.pointee.isWebSocket {
      prepareWebSocket(connection, base + parser.pointee.webSocketKey)
    }
    message.pointee.exchange = ExchangeID.make(
      generation: connection.pointee.generation, loop: index, slot: connection.pointee.slot)
    message.pointee.verb = metis_slice_v1(bytes: base, count: parser.pointee.target - 1)
    message.pointee.target = metis_slice_v1(
      bytes: base + parser.pointee.target, count: parser.pointee.targetCount)
    message.pointee.fields = UnsafePointer(fields)
    message.pointee.field_count = count
    message.pointee.body = metis_slice_v1(
      bytes: base + parser.pointee.body, count: parser.pointee.bodyCount)
    message.pointee.peer = metis_slice_v1(
      bytes: UnsafePointer(connection.pointee.peer), count: Int(connection.pointee.peerCount))
    receive(hostContext, index, UnsafePointer(message))
  }

  /// Answers by itself that a request is not taken, and ends the connection.
  func refuse(_ connection: ConnectionPointer, _ refusal: Refusal) {
    connection.pointee.state = .closing
    connection.pointee.readDeadline = UInt64.max
    connection.pointee.peerEnded = false
    ResponseHead.writeRefusal(refusal, isHead: false, self, connection)
  }
}
