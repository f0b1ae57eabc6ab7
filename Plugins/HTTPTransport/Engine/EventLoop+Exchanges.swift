import CLinux
import Glibc
import MetisPluginAPI

/// What the host calls for an exchange. All of it on the loop's thread.
extension EventLoop {
  /// The connection of an exchange in `state`; nil where the exchange has ended.
  @inline(__always)
  private func find(_ exchange: UInt64, _ state: ConnectionState) -> ConnectionPointer? {
    guard let connection = table[ExchangeID.slot(exchange)],
      connection.pointee.generation == ExchangeID.generation(exchange),
      connection.pointee.state == state, !connection.pointee.failed
    else { return nil }
    return connection
  }

  private func isFinal(_ status: UInt32) -> Bool { status >= 200 && status <= 599 }

  @inline(__always)
  private func keepsAlive(
    _ connection: ConnectionPointer, _ head: UnsafePointer<metis_response_v1>
  ) -> Bool {
    connection.pointee.keepAlive && head.pointee.flags & METIS_RESPONSE_CLOSE == 0 && !isDraining
  }

  /// Answers and ends an exchange.
  func respond(_ exchange: UInt64, _ head: UnsafePointer<metis_response_v1>) -> Int32 {
    guard let connection = find(exchange, .waiting) else {
      guard let framed = find(exchange, .framed) else { return METIS_LATE }
      return sendText(framed, head)
    }
    let status = head.pointee.status
    guard isFinal(status) else {
      return status == 101 ? acceptWebSocket(connection, head) : METIS_INVALID
    }
    var count = 0
    for index in 0..<head.pointee.part_count { count += head.pointee.parts[index].count }
    let framing: BodyFraming =
      status == 204 || status == 304 ? .none : .counted(status == 205 ? 0 : count)
    let keepAlive = keepsAlive(connection, head)
    let bound = ResponseHead.bound(head)
    guard bound <= Self.outputSize else { return METIS_LIMIT }
    let out = reserve(connection, bound)
    guard
      let length = ResponseHead.write(
        head, framing, keepAlive: keepAlive, oldVersion: connection.pointee.oldVersion,
        date: dateLine, to: out)
    else { return METIS_INVALID }
    outputCount += length
    if !connection.pointee.isHead, case .counted(let counted) = framing, counted > 0 {
      for index in 0..<head.pointee.part_count {
        let part = head.pointee.parts[index]
        if let bytes = part.bytes { put(connection, bytes, part.count) }
      }
    }
    end(connection, keepAlive: keepAlive)
    return METIS_OK
  }

  /// The exchange has its answer: the connection serves on or closes.
  @inline(__always)
  private func end(_ connection: ConnectionPointer, keepAlive: Bool) {
    connection.pointee.wantsWritable = false
    if keepAlive {
      connection.pointee.state = .reading
      setReadDeadline(connection, now + idleTimeout)
    } else {
      connection.pointee.state = .closing
    }
    if !connection.pointee.isProcessing { makeReady(connection) }
  }

  /// Sends the head of an answer whose body follows.
  func begin(_ exchange: UInt64, _ head: UnsafePointer<metis_response_v1>) -> Int32 {
    guard let connection = find(exchange, .waiting) else { return METIS_LATE }
    let status = head.pointee.status
    guard isFinal(status) else { return METIS_INVALID }
    let bodiless = status == 204 || status == 205 || status == 304
    let chunked = !connection.pointee.oldVersion
    let framing: BodyFraming =
      status == 205 ? .counted(0) : bodiless ? .none : chunked ? .chunked : .untilClose
    // A body without a length ends with the connection.
    let keepAlive = keepsAlive(connection, head) && (chunked || bodiless)
    let bound = ResponseHead.bound(head)
    guard bound <= Self.outputSize else { return METIS_LIMIT }
    let out = reserve(connection, bound)
    guard
      let length = ResponseHead.write(
        head, framing, keepAlive: keepAlive, oldVersion: connection.pointee.oldVersion,
        date: dateLine, to: out)
    else { return METIS_INVALID }
    outputCount += length
    connection.pointee.keepAlive = keepAlive
    connection.pointee.chunked = chunked
    connection.pointee.bodiless = bodiless || connection.pointee.isHead
    connection.pointee.wantsWritable = false
    connection.pointee.state = .streaming
    boundKernelQueue(connection)
    // The head is out: what came with it is taken, however long it is.
    let result = sendParts(
      connection, head.pointee.parts, head.pointee.part_count, isFirst: true)
    if !connection.pointee.isProcessing { makeReady(connection) }
    return result
  }

  /// Sends a piece of the body.
  func send(
    _ exchange: UInt64, _ parts: UnsafePointer<metis_slice_v1>?, _ count: Int
  ) -> Int32 {
    guard let connection = find(exchange, .streaming) else { return METIS_LATE }
    let result = sendParts(connection, parts, count)
    if !connection.pointee.isProcessing { makeReady(connection) }
    return result
  }

  private func sendParts(
    _ connection: ConnectionPointer, _ parts: UnsafePointer<metis_slice_v1>?, _ count: Int,
    isFirst: Bool = false
  ) -> Int32 {
    guard let parts, !connection.pointee.bodiless else { return METIS_OK }
    var size = 0
    for index in 0..<count { size += parts[index].count }
    // An empty chunk would end the body.
    if size == 0 { return METIS_OK }
    guard isFirst || hasRoom(connection, size) else { return METIS_LIMIT }
    if connection.pointee.chunked {
      let out = reserve(connection, 24)
      let digits = DecimalText.writeHex(size, to: out)
      out[digits] = 0x0d
      out[digits + 1] = 0x0a
      outputCount += digits + 2
    }
    for index in 0..<count {
      if let bytes = parts[index].bytes { put(connection, bytes, parts[index].count) }
    }
    if connection.pointee.chunked { put(connection, "\r\n") }
    return pressure(connection)
  }

  /// Ends the body.
  func finish(_ exchange: UInt64) -> Int32 {
    guard let connection = find(exchange, .streaming) else {
      guard let framed = find(exchange, .framed) else { return METIS_LATE }
      return finishFrames(framed)
    }
    if connection.pointee.chunked, !connection.pointee.bodiless {
      put(connection, "0\r\n\r\n")
    }
    end(connection, keepAlive: connection.pointee.keepAlive)
    return METIS_OK
  }

  /// Cuts the connection with a reset.
  func abort(_ exchange: UInt64) {
    guard
      let connection = find(exchange, .waiting) ?? find(exchange, .streaming)
        ?? find(exchange, .framed)
    else { return }
    var option = Glibc.linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      connection.pointee.fd, SOL_SOCKET, SO_LINGER, &option,
      socklen_t(MemoryLayout.size(ofValue: option)))
    kill(connection)
  }
}
