import CSodium

/// A detached signature in minisign's format: of the bytes themselves ("Ed") or of their
/// BLAKE2b-512 digest ("ED"), with a comment that a second signature covers.
public struct MinisignSignature: Sendable, Hashable {
  /// The first line's text; nobody vouches for it.
  public let untrustedComment: String
  /// The third line's text; covered by the global signature.
  public let trustedComment: String
  /// Whether the digest was signed and not the bytes.
  public let isPrehashed: Bool
  /// The id of the key that signed.
  public let keyID: [UInt8]
  let signature: [UInt8]
  let globalSignature: [UInt8]

  /// Reads a `.minisig` file; checks its form only.
  public init(file: [UInt8]) throws(SigningError) {
    let lines = try MinisignText.lines(file)
    guard lines.count == 4, lines[0].hasPrefix(MinisignText.untrustedPrefix),
      lines[2].hasPrefix(MinisignText.trustedPrefix)
    else {
      throw SigningError(
        "not a minisign signature; expected the four lines \"untrusted comment: …\", Base64, "
          + "\"trusted comment: …\", Base64")
    }
    let body = try MinisignText.decode(lines[1], count: 74, what: "the signature")
    switch Array(body.prefix(2)) {
    case Array("Ed".utf8): isPrehashed = false
    case Array("ED".utf8): isPrehashed = true
    default: throw SigningError("the signature's algorithm is neither Ed nor ED")
    }
    keyID = Array(body[2..<10])
    signature = Array(body[10...])
    untrustedComment = String(lines[0].dropFirst(MinisignText.untrustedPrefix.count))
    trustedComment = String(lines[2].dropFirst(MinisignText.trustedPrefix.count))
    globalSignature = try MinisignText.decode(
      lines[3], count: 64, what: "the signature of the trusted comment")
  }

  /// Signs `bytes` by their digest, as `minisign -S` does, or directly as `minisign -Sl`.
  public init(
    signing bytes: [UInt8], with key: MinisignSecretKey, untrustedComment: String,
    trustedComment: String, isPrehashed: Bool = true
  ) throws(SigningError) {
    try MinisignText.checkComment(untrustedComment)
    try MinisignText.checkComment(trustedComment)
    self.untrustedComment = untrustedComment
    self.trustedComment = trustedComment
    self.isPrehashed = isPrehashed
    keyID = key.keyID
    let subject = isPrehashed ? MinisignText.blake2b(bytes, count: 64) : bytes
    signature = key.sign(subject)
    globalSignature = key.sign(signature + Array(trustedComment.utf8))
  }

  /// The content of a `.minisig` file.
  public var file: [UInt8] {
    let body = Array((isPrehashed ? "ED" : "Ed").utf8) + keyID + signature
    return Array(
      (MinisignText.untrustedPrefix + untrustedComment + "\n" + MinisignText.encode(body) + "\n"
        + MinisignText.trustedPrefix + trustedComment + "\n"
        + MinisignText.encode(globalSignature) + "\n").utf8)
  }

  /// Checks both signatures over `bytes` with whichever of `trusted` has the key id; returns it.
  @discardableResult
  public func verify(
    _ bytes: [UInt8], trusted: [MinisignPublicKey]
  ) throws(SigningError) -> MinisignPublicKey {
    let candidates = trusted.filter { $0.keyID == keyID }
    guard !candidates.isEmpty else {
      let known = trusted.map(\.keyIDText).joined(separator: ", ")
      throw SigningError(
        "it was made with key \(MinisignText.keyIDText(keyID)), which is not trusted; trusted: "
          + (known.isEmpty ? "no key" : known))
    }
    let subject = isPrehashed ? MinisignText.blake2b(bytes, count: 64) : bytes
    for key in candidates
    where crypto_sign_verify_detached(signature, subject, UInt64(subject.count), key.key) == 0 {
      let whole = signature + Array(trustedComment.utf8)
      guard
        crypto_sign_verify_detached(globalSignature, whole, UInt64(whole.count), key.key) == 0
      else {
        throw SigningError("the trusted comment was changed after signing")
      }
      return key
    }
    throw SigningError(
      "it does not fit the bytes of the file: the file was changed after signing, or another file "
        + "was signed")
  }
}
