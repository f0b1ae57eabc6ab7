import CLinux
import COpenSSL
import Glibc

extension EventLoop {
  private static let acceptBatch = 64

  /// How long accepting rests after descriptors or places ran out, in ns.
  private static let acceptRest: UInt64 = 100_000_000

  func addListeners() {
    for fd in listeners {
      if clinux_epoll_set(
        epoll, EPOLL_CTL_ADD, fd, EPOLLIN.rawValue, Source.listener | UInt64(fd)) != 0
      {
        log.error("a listening socket cannot be watched: \(String(cString: strerror(errno)))")
      }
    }
  }

  func removeListeners() {
    for fd in listeners { _ = clinux_epoll_set(epoll, EPOLL_CTL_DEL, fd, 0, 0) }
    listeners = []
    acceptDue = UInt64.max
  }

  private func restAccepting() {
    for fd in listeners {
      _ = clinux_epoll_set(epoll, EPOLL_CTL_MOD, fd, 0, Source.listener | UInt64(fd))
    }
    acceptDue = now + Self.acceptRest
  }

  func resumeAccepting() {
    acceptDue = UInt64.max
    for fd in listeners {
      _ = clinux_epoll_set(
        epoll, EPOLL_CTL_MOD, fd, EPOLLIN.rawValue, Source.listener | UInt64(fd))
    }
  }

  func accept(_ listener: Int32) {
    var address = sockaddr_storage()
    var length: socklen_t = 0
    for _ in 0..<Self.acceptBatch {
      guard shared.enter() else { return restAccepting() }
      let fd = clinux_accept(listener, &address, &length)
      if fd >= 0 {
        open(fd, &address)
        continue
      }
      let error = errno
      _ = shared.leave()
      switch error {
      case EAGAIN: return
      case EINTR, ECONNABORTED, EPROTO, ENETDOWN, EHOSTUNREACH, ENETUNREACH: continue
      case EINVAL:
        // The host has shut the listening socket down: it refuses from now on.
        return restAccepting()
      default:
        // Descriptors or memory ran out: what waits in the queue waits a little longer.
        log.warn("connections cannot be accepted: \(String(cString: strerror(error)))")
        return restAccepting()
      }
    }
  }

  private func open(_ fd: Int32, _ address: inout sockaddr_storage) {
    guard let connection = table.take() else {
      close(fd)
      _ = shared.leave()
      return
    }
    connection.pointee.fd = fd
    connection.pointee.state = .reading
    connection.pointee.peerCount = UInt8(
      PeerText.write(&address, to: connection.pointee.peer))
    if connection.pointee.peerCount > 0 {
      var on: Int32 = 1
      setsockopt(fd, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }
    if let tls {
      guard let session = tls.makeSession(fd) else { return kill(connection) }
      connection.pointee.tls = session
      setReadDeadline(connection, now + headerTimeout)
    } else {
      setReadDeadline(connection, now + idleTimeout)
    }
    let events =
      EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    if clinux_epoll_set(epoll, EPOLL_CTL_ADD, fd, events, UInt64(connection.pointee.slot)) != 0 {
      kill(connection)
    }
  }
}
