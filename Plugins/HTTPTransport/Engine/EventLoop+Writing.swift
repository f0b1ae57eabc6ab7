import CLinux
import Glibc
import MetisPluginAPI

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
    if connection.pointee.wantsWritable,
      connection.pointee.state == .streaming || connection.pointee.state == .framed
    {
      connection.pointee.wantsWritable = false
      writable(hostContext, index, exchange(connection))
    }
  }

  // MARK: Back-pressure

  /// Bytes that the kernel did not take, or was not offered yet.
  private func unsent(_ connection: ConnectionPointer) -> Int {
    connection.pointee.output.count + (outputOwner == connection ? outputCount : 0)
  }

  /// Whether a stream takes `size` more bytes: within its limit, or because nothing waits. Where
  /// not, `writable` will tell.
  func hasRoom(_ connection: ConnectionPointer, _ size: Int) -> Bool {
    if unsent(connection) + size <= settings.streamLimit { return true }
    if outputOwner == connection { flushOutput() }
    let waiting = connection.pointee.output.count
    if waiting == 0 || waiting + size <= settings.streamLimit { return true }
    connection.pointee.wantsWritable = true
    return false
  }

  /// METIS_BUSY for a stream over its high watermark, where `writable` will tell; else METIS_OK.
  func pressure(_ connection: ConnectionPointer) -> Int32 {
    guard unsent(connection) > settings.streamHigh else { return METIS_OK }
    if outputOwner == connection { flushOutput() }
    guard connection.pointee.output.count > settings.streamHigh else { return METIS_OK }
    connection.pointee.wantsWritable = true
    return METIS_BUSY
  }

  /// Bytes that the kernel may hold unsent for a stream. Without a bound its buffer grows to
  /// megabytes for a peer that does not read, and what waits there is lost with the connection.
  private static let kernelQueue: Int32 = 16_384

  /// Bounds what the kernel holds of a stream: once a connection.
  func boundKernelQueue(_ connection: ConnectionPointer) {
    if connection.pointee.isBounded { return }
    connection.pointee.isBounded = true
    var size = Self.kernelQueue
    let count = socklen_t(MemoryLayout<Int32>.size)
    if connection.pointee.peerCount > 0 {
      // Not SO_SNDBUF: what is on its way to a reader may be as much as the path holds.
      setsockopt(
        connection.pointee.fd, Int32(IPPROTO_TCP), Int32(TCP_NOTSENT_LOWAT), &size, count)
    } else {
      size *= 2
      setsockopt(connection.pointee.fd, SOL_SOCKET, SO_SNDBUF, &size, count)
    }
  }

  /// The number of the present exchange.
  func exchange(_ connection: ConnectionPointer) -> UInt64 {
    ExchangeID.make(
      generation: connection.pointee.generation, loop: index, slot: connection.pointee.slot)
  }
}
