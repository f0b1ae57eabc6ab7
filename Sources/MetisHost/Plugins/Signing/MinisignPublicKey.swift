import CSodium

/// An Ed25519 public key in minisign's format.
public struct MinisignPublicKey: Sendable, Hashable {
  /// Eight random bytes that name the key pair.
  public let keyID: [UInt8]
  /// The 32 bytes of the Ed25519 key.
  public let key: [UInt8]

  init(keyID: [UInt8], key: [UInt8]) {
    self.keyID = keyID
    self.key = key
  }

  /// Reads the Base64 line of a public key, as it stands in a configuration: `RWQ…`.
  public init(base64 line: String) throws(SigningError) {
    let bytes = try MinisignText.decode(line, count: 42, what: "the public key")
    guard bytes.prefix(2).elementsEqual("Ed".utf8) else {
      throw SigningError("the public key's algorithm is not Ed (Ed25519)")
    }
    keyID = Array(bytes[2..<10])
    key = Array(bytes[10...])
  }

  /// Reads a public key file: a comment line and a Base64 line.
  public init(file: [UInt8]) throws(SigningError) {
    let lines = try MinisignText.lines(file)
    guard lines.count == 2, lines[0].hasPrefix(MinisignText.untrustedPrefix) else {
      throw SigningError(
        "not a minisign public key file; expected a line \"untrusted comment: …\" and a Base64 line"
      )
    }
    try self.init(base64: lines[1])
  }

  /// The Base64 line.
  public var base64: String { MinisignText.encode(Array("Ed".utf8) + keyID + key) }

  /// The id as minisign prints it.
  public var keyIDText: String { MinisignText.keyIDText(keyID) }

  /// The content of a public key file.
  public var file: [UInt8] {
    Array("untrusted comment: minisign public key \(keyIDText)\n\(base64)\n".utf8)
  }
}
