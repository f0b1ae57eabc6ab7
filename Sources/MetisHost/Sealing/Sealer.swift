import CSodium
import MCP

/// Seals what a client keeps for the server and gives back: cursors, states of multi round-trip
/// requests. XChaCha20-Poly1305 with a random nonce; text is base64url without padding (RFC 4648
/// section 5). Any thread.
final class Sealer: Sendable {
  /// What a sealed text is for: one kind never opens as another.
  enum Purpose: UInt8, Sendable {
    case cursor = 1
    case requestState = 2
  }

  private static let keyCount = Int(crypto_aead_xchacha20poly1305_ietf_KEYBYTES)
  private static let nonceCount = Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
  private static let tagCount = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)

  private let key: [UInt8]

  /// A sealer with a key from `secret` (BLAKE2b-256), or with a random one where that is nil: what
  /// was sealed then opens as long as the process lives.
  init(secret: [UInt8]? = nil) {
    precondition(sodium_init() >= 0, "libsodium does not start")
    var key = [UInt8](repeating: 0, count: Sealer.keyCount)
    if let secret {
      crypto_generichash(&key, key.count, secret, UInt64(secret.count), nil, 0)
    } else {
      randombytes_buf(&key, key.count)
    }
    self.key = key
  }

  /// The text that hides `plain`; it opens for the same purpose and `context` (who it is for) alone.
  func seal(_ plain: [UInt8], _ purpose: Purpose, context: [UInt8] = []) -> String {
    var sealed = [UInt8](
      repeating: 0, count: Sealer.nonceCount + plain.count + Sealer.tagCount)
    randombytes_buf(&sealed, Sealer.nonceCount)
    let nonce = Array(sealed[..<Sealer.nonceCount])
    let bound = [purpose.rawValue] + context
    sealed.withUnsafeMutableBufferPointer { buffer in
      _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
        buffer.baseAddress! + Sealer.nonceCount, nil, plain, UInt64(plain.count), bound,
        UInt64(bound.count), nil, nonce, key)
    }
    return Base64URL.encode(sealed)
  }

  /// What `text` hides; nil where it was not sealed by this key for this purpose and context.
  func open(
    _ text: UnsafeRawBufferPointer, _ purpose: Purpose, context: [UInt8] = []
  ) -> [UInt8]? {
    guard let sealed = Base64URL.decode(text),
      sealed.count >= Sealer.nonceCount + Sealer.tagCount
    else { return nil }
    var plain = [UInt8](
      repeating: 0, count: sealed.count - Sealer.nonceCount - Sealer.tagCount)
    let nonce = Array(sealed[..<Sealer.nonceCount])
    let body = Array(sealed[Sealer.nonceCount...])
    let bound = [purpose.rawValue] + context
    let code = crypto_aead_xchacha20poly1305_ietf_decrypt(
      &plain, nil, nil, body, UInt64(body.count), bound, UInt64(bound.count), nonce, key)
    return code == 0 ? plain : nil
  }
}

/// base64url without padding (RFC 4648 section 5). Decoding takes exactly what encoding gives.
enum Base64URL {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// The text of `bytes`.
  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 4 + 2) / 3)
    var place = 0
    while place < bytes.count {
      let count = min(3, bytes.count - place)
      var group: UInt32 = 0
      for offset in 0..<3 {
        group = group << 8 | (offset < count ? UInt32(bytes[place + offset]) : 0)
      }
      for digit in 0...count {
        text.append(digits[Int(group >> UInt32(18 - 6 * digit) & 63)])
      }
      place += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes of `text`; nil where another text would decode to the same bytes, or none does.
  static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    guard text.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count * 3 / 4)
    var group: UInt32 = 0
    var bits: UInt32 = 0
    for byte in text {
      guard let value = value(of: byte) else { return nil }
      group = group << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: group >> bits))
        group &= (1 << bits) - 1
      }
    }
    return group == 0 ? bytes : nil
  }

  private static func value(of byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
