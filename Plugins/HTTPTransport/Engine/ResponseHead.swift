import Glibc
import MetisPluginAPI

/// How the body of an answer ends.
enum BodyFraming {
  /// `content-length`.
  case counted(Int)
  /// `transfer-encoding: chunked`.
  case chunked
  /// With the connection (HTTP/1.0).
  case untilClose
  /// There is none and no field says so: 204, 304.
  case none
}

/// Writes heads of answers (RFC 9112, section 4).
enum ResponseHead {
  /// `date: `, the date, CRLF.
  static let dateLineCount = 8 + HTTPDate.count

  /// The most bytes that are not the fields': status line, date, framing, connection.
  static let overhead = 256

  static func initializeDateLine(_ line: UnsafeMutablePointer<UInt8>) {
    _ = copy("date: ", to: line)
    _ = copy("\r\n", to: line + 6 + HTTPDate.count)
  }

  static func setDate(_ second: Int64, in line: UnsafeMutablePointer<UInt8>) {
    HTTPDate.write(second, to: line + 6)
  }

  /// The most bytes that a head takes.
  @inline(__always)
  static func bound(_ head: UnsafePointer<metis_response_v1>) -> Int {
    var count = overhead
    for index in 0..<head.pointee.field_count {
      let field = head.pointee.fields[index]
      count &+= field.name.count &+ field.value.count &+ 4
    }
    return count
  }

  /// Writes a head to `out`, which has room for `bound` bytes. Returns its length, or nil where a
  /// field's name or value may not stand in a head: it would forge one.
  @inline(__always)
  static func write(
    _ head: UnsafePointer<metis_response_v1>, _ framing: BodyFraming, keepAlive: Bool,
    oldVersion: Bool, date: UnsafePointer<UInt8>, to out: UnsafeMutablePointer<UInt8>
  ) -> Int? {
    var at = statusLine(head.pointee.status, to: out)
    guard let end = writeFields(head, to: out, at) else { return nil }
    at = end
    memcpy(out + at, date, dateLineCount)
    at += dateLineCount
    switch framing {
    case .counted(let count):
      at += copy("content-length: ", to: out + at)
      at += DecimalText.write(UInt64(count), to: out + at)
      at += copy("\r\n", to: out + at)
    case .chunked: at += copy("transfer-encoding: chunked\r\n", to: out + at)
    case .untilClose, .none: break
    }
    if !keepAlive {
      at += copy("connection: close\r\n", to: out + at)
    } else if oldVersion {
      at += copy("connection: keep-alive\r\n", to: out + at)
    }
    at += copy("\r\n", to: out + at)
    return at
  }

  /// Writes the host's fields from `start` on; the place behind them, or nil.
  @inline(__always)
  private static func writeFields(
    _ head: UnsafePointer<metis_response_v1>, to out: UnsafeMutablePointer<UInt8>, _ start: Int
  ) -> Int? {
    var at = start
    for index in 0..<head.pointee.field_count {
      let field = head.pointee.fields[index]
      if isOurs(field.name) { continue }
      guard copyName(field.name, to: out + at) else { return nil }
      at += field.name.count
      out[at] = 0x3a
      out[at + 1] = 0x20
      at += 2
      guard copyValue(field.value, to: out + at) else { return nil }
      at += field.value.count
      out[at] = 0x0d
      out[at + 1] = 0x0a
      at += 2
    }
    return at
  }

  /// Writes the answer to a handshake of WebSocket (RFC 6455, section 4.2.2) to `out`, which has
  /// room for `bound` bytes. Nil where a field may not stand in it.
  static func writeHandshake(
    _ head: UnsafePointer<metis_response_v1>, accept: UnsafePointer<UInt8>,
    date: UnsafePointer<UInt8>, to out: UnsafeMutablePointer<UInt8>
  ) -> Int? {
    // Extensions are not spoken, and what is ours is not the host's to say.
    for index in 0..<head.pointee.field_count {
      let name = head.pointee.fields[index].name
      switch name.count {
      case 7 where equals(name, "upgrade"), 20 where equals(name, "sec-websocket-accept"),
        24 where equals(name, "sec-websocket-extensions"):
        return nil
      default: break
      }
    }
    var at = copy(
      """
      HTTP/1.1 101 Switching Protocols\r
      upgrade: websocket\r
      connection: upgrade\r
      sec-websocket-accept: \

      """, to: out)
    memcpy(out + at, accept, WebSocketConnection.acceptCount)
    at += WebSocketConnection.acceptCount
    at += copy("\r\n", to: out + at)
    guard let end = writeFields(head, to: out, at) else { return nil }
    memcpy(out + end, date, dateLineCount)
    return end + dateLineCount + copy("\r\n", to: out + end + dateLineCount)
  }

  /// Writes the answer to a request that is not taken.
  static func writeRefusal(
    _ refusal: Refusal, isHead: Bool, _ loop: EventLoop, _ connection: ConnectionPointer
  ) {
    let count = refusal.reason.utf8CodeUnitCount
    let out = loop.reserve(connection, overhead + 64 + count + refusal.fields.utf8CodeUnitCount)
    var at = statusLine(UInt32(refusal.status), to: out)
    at += copy("content-type: text/plain; charset=utf-8\r\n", to: out + at)
    at += copy(refusal.fields, to: out + at)
    memcpy(out + at, loop.dateLine, dateLineCount)
    at += dateLineCount
    at += copy("content-length: ", to: out + at)
    at += DecimalText.write(UInt64(count + 1), to: out + at)
    at += copy("\r\nconnection: close\r\n\r\n", to: out + at)
    at += copy(refusal.reason, to: out + at)
    out[at] = 0x0a
    loop.outputCount += at + 1
  }

  @inline(__always)
  private static func statusLine(_ status: UInt32, to out: UnsafeMutablePointer<UInt8>) -> Int {
    if status == 200 { return copy("HTTP/1.1 200 OK\r\n", to: out) }
    var at = copy("HTTP/1.1 ", to: out)
    at += DecimalText.write(UInt64(status), to: out + at)
    out[at] = 0x20
    at += 1
    if let phrase = StatusText.phrase(status) { at += copy(phrase, to: out + at) }
    return at + copy("\r\n", to: out + at)
  }

  @inline(__always)
  static func copy(_ text: StaticString, to out: UnsafeMutablePointer<UInt8>) -> Int {
    memcpy(out, text.utf8Start, text.utf8CodeUnitCount)
    return text.utf8CodeUnitCount
  }

  /// Copies a name; false where it is not a token (RFC 9110, section 5.6.2).
  @inline(__always)
  private static func copyName(
    _ name: metis_slice_v1, to out: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    guard name.count > 0, let bytes = name.bytes else { return false }
    var isValid = true
    for index in 0..<name.count {
      let byte = bytes[index]
      isValid = isValid && byte > 0x20 && byte < 0x7f && byte != 0x3a
      out[index] = byte
    }
    return isValid
  }

  /// Copies a value; false where it holds a control character.
  @inline(__always)
  private static func copyValue(
    _ value: metis_slice_v1, to out: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    guard value.count > 0 else { return true }
    guard let bytes = value.bytes else { return false }
    var isValid = true
    for index in 0..<value.count {
      let byte = bytes[index]
      isValid = isValid && (byte >= 0x20 || byte == 0x09) && byte != 0x7f
      out[index] = byte
    }
    return isValid
  }

  /// Whether a field is the transport's: framing, connection, date.
  @inline(__always)
  private static func isOurs(_ name: metis_slice_v1) -> Bool {
    switch name.count {
    case 4: equals(name, "date")
    case 10: equals(name, "connection") || equals(name, "keep-alive")
    case 14: equals(name, "content-length")
    case 17: equals(name, "transfer-encoding")
    default: false
    }
  }

  private static func equals(_ name: metis_slice_v1, _ text: StaticString) -> Bool {
    guard let bytes = name.bytes else { return false }
    for index in 0..<name.count where bytes[index] | 0x20 != text.utf8Start[index] | 0x20 {
      return false
    }
    return true
  }
}
