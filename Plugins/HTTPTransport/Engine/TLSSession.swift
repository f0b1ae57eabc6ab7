import COpenSSL
import Glibc

/// One connection's OpenSSL state, by its pointer to `SSL`. Only its loop touches it.
enum TLSSession {
  /// Reads deciphered bytes; the handshake happens on the way.
  static func read(_ session: OpaquePointer, _ room: UnsafeMutableRawBufferPointer) -> Int {
    ERR_clear_error()
    let count = SSL_read(session, room.baseAddress, Int32(truncatingIfNeeded: room.count))
    return count > 0 ? Int(count) : result(session, count)
  }

  /// Writes bytes; takes as many as fit.
  static func write(_ session: OpaquePointer, _ bytes: UnsafeRawBufferPointer) -> Int {
    ERR_clear_error()
    let size = min(bytes.count, 1 << 24)
    let count = SSL_write(session, bytes.baseAddress, Int32(truncatingIfNeeded: size))
    if count > 0 { return Int(count) }
    let result = result(session, count)
    return result == IOResult.ended ? IOResult.failed : result
  }

  private static func result(_ session: OpaquePointer, _ count: Int32) -> Int {
    switch SSL_get_error(session, count) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: IOResult.again
    case SSL_ERROR_ZERO_RETURN: IOResult.ended
    default: IOResult.failed
    }
  }

  /// Says that nothing follows (`close_notify`), without waiting for the peer's.
  static func end(_ session: OpaquePointer) {
    ERR_clear_error()
    if SSL_is_init_finished(session) != 0 { _ = SSL_shutdown(session) }
    ERR_clear_error()
  }

  static func free(_ session: OpaquePointer) { SSL_free(session) }
}
