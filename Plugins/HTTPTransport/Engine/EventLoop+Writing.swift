import Glibc

extension EventLoop {
  /// Room for `count` bytes, at most `outputSize`, in the loop's buffer for this connection; they
  /// count once `outputCount` is raised.
  @inline(__always)
  func reserve(_ connection: ConnectionPointer, _ count: Int) -> UnsafeMutablePointer<UInt8> {
    if outputOwner != connection || outputCount + count > Self.outputSize {
      flushOutput()
      outputOwner = connection
    }
    return output + outputCount
  }

  /// Writes bytes of any number.
  func put(_ connection: ConnectionPointer, _ bytes: UnsafePointer<UInt8>, _ count: Int) {
    var place = 0
    while place < count {
      let step = min(count - place, Self.outputSize)
      // Fills what room there is, so that long bodies go out in whole buffers.
      let room = outputOwner == connection ? Self.outputSize - outputCount : Self.outputSize
      let piece = room > 0 ? min(step, room) : step
      memcpy(reserve(connection, piece), bytes + place, piece)
      outputCount += piece
      place += piece
    }
  }

  func put(_ connection: ConnectionPointer, _ text: StaticString) {
    put(connection, text.utf8Start, text.utf8CodeUnitCount)
  }

  /// Sends the loop's buffer; what the kernel does not take goes to its connection's queue.
  func flushOutput() {
    guard let connection = outputOwner else { return }
    let count = outputCount
    outputOwner = nil
    outputCount = 0
    if count == 0 || connection.pointee.failed || connection.pointee.state == .dead { return }
    if connection.pointee.output.count > 0 {
      connection.pointee.output.append(output, count)
      return
    }
    var sent = 0
    while sent < count {
      let result = sendBytes(
        connection, UnsafeRawBufferPointer(start: output + sent, count: count - sent))
      if result > 0 {
        sent += result
        // A plain socket that took less takes no more now.
        if sent < count, connection.pointee.tls == nil { break }
        continue
      }
      if result == IOResult.again { break }
      connection.pointee.failed = true
      makeReady(connection)
      return
    }
    if sent < count {
      connection.pointee.output.append(output + sent, count - sent)
      connection.pointee.writeDeadline = now + writeTimeout
      arm(connection)
    }
  }

  /// The socket takes bytes again.
  func flushQueue(_ connection: ConnectionPointer) {
    if outputOwner == connection { flushOutput() }
    while connection.pointee.output.count > 0 {
      let result = sendBytes(connection, connection.pointee.output.bytes)
      if result > 0 {
        connection.pointee.output.consume(result)
        connection.pointee.writeDeadline = now + writeTimeout
        continue
      }
      if result == IOResult.again { break }
      connection.pointee.failed = true
      makeReady(connection)
      return
    }
    let count = connection.pointee.output.count
    if count == 0 {
      connection.pointee.writeDeadline = UInt64.max
      if connection.pointee.state == .closing { makeReady(connection) }
    } else {
      arm(connection)
    }
    guard count <= settings.streamLow else { return }
    if connection.pointee.isThrottled {
      connection.pointee.isThrottled = false
      makeReady(connection)
    }
    if connection.pointee.wantsWritable, connection.pointee.state == .streaming {
      connection.pointee.wantsWritable = false
      writable(hostContext, index, exchange(connection))
    }
  }

  /// The number of the present exchange.
  func exchange(_ connection: ConnectionPointer) -> UInt64 {
    ExchangeID.make(
      generation: connection.pointee.generation, loop: index, slot: connection.pointee.slot)
  }
}
