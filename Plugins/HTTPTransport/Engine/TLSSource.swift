import COpenSSL
import Glibc
import Synchronization

/// Where connections get their TLS from: the present certificate and key, which `reload` replaces
/// for new connections; old ones keep theirs.
final class TLSSource: Sendable {
  private struct Context: @unchecked Sendable {
    let pointer: OpaquePointer
  }

  private let settings: TLSSettings
  /// Held for a moment per connection, not per request.
  private let context: Mutex<Context>

  init(_ settings: TLSSettings) throws(EngineError) {
    self.settings = settings
    context = Mutex(try Self.load(settings))
  }

  deinit { context.withLock { SSL_CTX_free($0.pointer) } }

  /// Reads the files again. On an error the present certificate stays. [main-thread]
  func reload() throws(EngineError) {
    let new = try Self.load(settings)
    let old = context.withLock { context in
      let old = context
      context = new
      return old
    }
    SSL_CTX_free(old.pointer)
  }

  /// The state of a new connection, or nil where memory ran out. [loop-thread]
  func makeSession(_ fd: Int32) -> OpaquePointer? {
    guard let session = context.withLock({ SSL_new($0.pointer) }) else { return nil }
    guard SSL_set_fd(session, fd) == 1 else {
      SSL_free(session)
      return nil
    }
    SSL_set_accept_state(session)
    return session
  }

  private static func load(_ settings: TLSSettings) throws(EngineError) -> Context {
    ERR_clear_error()
    guard let context = SSL_CTX_new(TLS_server_method()) else {
      throw EngineError("OpenSSL gives no context: \(reason())")
    }
    do throws(EngineError) {
      try configure(context, settings)
    } catch {
      SSL_CTX_free(context)
      throw error
    }
    return Context(pointer: context)
  }

  private static func configure(
    _ context: OpaquePointer, _ settings: TLSSettings
  ) throws(EngineError) {
    let version = settings.minimumVersion == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION
    guard copenssl_set_min_version(context, version) == 1 else {
      throw EngineError("tls.min_version \(settings.minimumVersion.rawValue): \(reason())")
    }
    // Memory of idle connections goes back; a write may go on from another address.
    _ = copenssl_set_mode(
      context,
      Int(SSL_MODE_RELEASE_BUFFERS) | Int(SSL_MODE_ENABLE_PARTIAL_WRITE)
        | Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
    copenssl_set_server_options(context)
    // Sessions come back by ticket; the server keeps none.
    _ = copenssl_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
    let id: [UInt8] = Array("metis".utf8)
    _ = SSL_CTX_set_session_id_context(context, id, UInt32(id.count))
    SSL_CTX_set_alpn_select_cb(context, selectProtocol, nil)
    guard SSL_CTX_use_certificate_chain_file(context, settings.certificate) == 1 else {
      throw EngineError(
        "tls.certificate \(settings.certificate): \(reason()); expected a PEM file with the "
          + "certificate chain, the server's own first")
    }
    guard SSL_CTX_use_PrivateKey_file(context, settings.key, SSL_FILETYPE_PEM) == 1 else {
      throw EngineError(
        "tls.key \(settings.key): \(reason()); expected a PEM file with the private key of "
          + "\(settings.certificate)")
    }
    guard SSL_CTX_check_private_key(context) == 1 else {
      throw EngineError(
        "tls.key \(settings.key): \(reason()); it is not the key of \(settings.certificate)")
    }
  }

  /// What OpenSSL's queue of errors says, the cause first.
  private static func reason() -> String {
    var texts: [String] = []
    while case let code = ERR_get_error(), code != 0 {
      if let text = ERR_reason_error_string(code) { texts.append(String(cString: text)) }
      if code & 0x8000_0000 != 0 {
        texts.append(String(cString: strerror(Int32(truncatingIfNeeded: code & 0x7fff_ffff))))
      }
    }
    return texts.isEmpty ? "unknown error" : texts.joined(separator: ", ")
  }
}

/// Chooses `http/1.1` (RFC 7301); a client that offers only other protocols is told so.
private func selectProtocol(
  _ session: OpaquePointer?, _ out: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ outCount: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ count: UInt32,
  _ context: UnsafeMutableRawPointer?
) -> Int32 {
  let wanted: StaticString = "http/1.1"
  guard let offered, let out, let outCount else { return SSL_TLSEXT_ERR_NOACK }
  var place = 0
  while place < Int(count) {
    let length = Int(offered[place])
    guard place + 1 + length <= Int(count) else { break }
    if length == wanted.utf8CodeUnitCount,
      memcmp(offered + place + 1, wanted.utf8Start, length) == 0
    {
      out.pointee = offered + place + 1
      outCount.pointee = UInt8(length)
      return SSL_TLSEXT_ERR_OK
    }
    place += 1 + length
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL
}
