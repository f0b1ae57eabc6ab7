import Glibc

/// What a read or a write gives beside a number of bytes.
enum IOResult {
  /// The peer sends nothing more.
  static let ended = 0
  /// Nothing now; epoll will tell.
  static let again = -1
  /// The connection is broken.
  static let failed = -2
}

extension EventLoop {
  @inline(__always)
  func receiveBytes(
    _ connection: ConnectionPointer, _ room: UnsafeMutableRawBufferPointer
  ) -> Int {
    if let session = connection.pointee.tls { return TLSSession.read(session, room) }
    while true {
      let count = recv(connection.pointee.fd, room.baseAddress, room.count, 0)
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN: return IOResult.again
      default: return IOResult.failed
      }
    }
  }

  @inline(__always)
  func sendBytes(_ connection: ConnectionPointer, _ bytes: UnsafeRawBufferPointer) -> Int {
    if let session = connection.pointee.tls { return TLSSession.write(session, bytes) }
    while true {
      let count = Glibc.send(
        connection.pointee.fd, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN: return IOResult.again
      default: return IOResult.failed
      }
    }
  }
}
