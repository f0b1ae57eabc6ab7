import CSodium
import Glibc

/// The secret that the admin endpoint asks for. It is never printed.
public struct AdminToken: Sendable, CustomStringConvertible {
  private let bytes: [UInt8]

  /// The token `text`: at least 16 printable characters without spaces.
  public init(_ text: String) throws(AdminTokenError) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 16, bytes.count <= 512, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw AdminTokenError("the admin token is not 16 to 512 printable characters without spaces")
    }
    self.bytes = bytes
  }

  /// Says nothing: a token must not get into a log by accident.
  public var description: String { "(admin token)" }

  /// The value of the Authorization field.
  public var authorization: String { "Bearer " + String(decoding: bytes, as: UTF8.self) }

  /// Whether `text` is the token. The time does not depend on where they differ.
  func matches(_ text: String) -> Bool {
    let other = Array(text.utf8)
    // A length tells nothing: that of a made token is known.
    guard other.count == bytes.count else { return false }
    return sodium_memcmp(bytes, other, bytes.count) == 0
  }

  /// A new token: 32 random bytes in base64url (RFC 4648, section 5).
  static func generate() throws(AdminTokenError) -> AdminToken {
    var random = [UInt8](repeating: 0, count: 32)
    guard getentropy(&random, random.count) == 0 else {
      throw AdminTokenError("no random bytes: \(String(cString: strerror(errno)))")
    }
    let variant = Int32(sodium_base64_VARIANT_URLSAFE_NO_PADDING)
    var text = [CChar](repeating: 0, count: 64)
    guard sodium_bin2base64(&text, text.count, random, random.count, variant) != nil else {
      throw AdminTokenError("the token does not fit its buffer")
    }
    return try AdminToken(
      String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
  }
}

/// Why there is no usable token.
public struct AdminTokenError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was found and what to do.
  public var message: String

  /// The message.
  public var description: String { message }

  init(_ message: String) { self.message = message }
}
