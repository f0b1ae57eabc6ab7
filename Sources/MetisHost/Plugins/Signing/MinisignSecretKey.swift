import CSodium

/// An Ed25519 secret key in minisign's format.
///
/// The file is a comment line and a Base64 line of 158 bytes: algorithm "Ed", derivation "Sc"
/// (scrypt) or two zero bytes (no password), checksum "B2", salt, limits, and then key id,
/// secret key and checksum, which a password's key stream covers.
public struct MinisignSecretKey: Sendable {
  private static let size = 158
  private static let secretRange = 54..<158
  /// The most memory that a key file may ask for when its password is checked: minisign asks
  /// for 1 GiB.
  private static let memoryLimit: UInt64 = 4 << 30

  /// Eight random bytes that name the key pair.
  public let keyID: [UInt8]
  /// The 64 bytes of libsodium's form: seed and public key.
  private let secret: [UInt8]

  private init(keyID: [UInt8], secret: [UInt8]) {
    self.keyID = keyID
    self.secret = secret
  }

  /// A fresh key pair.
  public static func generate() throws(SigningError) -> MinisignSecretKey {
    guard sodium_init() >= 0 else { throw SigningError("libsodium could not be initialised") }
    var keyID = [UInt8](repeating: 0, count: 8)
    randombytes_buf(&keyID, keyID.count)
    var open = [UInt8](repeating: 0, count: 32)
    var secret = [UInt8](repeating: 0, count: 64)
    crypto_sign_keypair(&open, &secret)
    return MinisignSecretKey(keyID: keyID, secret: secret)
  }

  /// Whether a secret key file wants a password.
  public static func needsPassword(file: [UInt8]) throws(SigningError) -> Bool {
    try structure(file)[2..<4].elementsEqual("Sc".utf8)
  }

  /// Reads a secret key file; `password` is that of a protected one and is not looked at
  /// otherwise.
  public init(file: [UInt8], password: [UInt8]? = nil) throws(SigningError) {
    guard sodium_init() >= 0 else { throw SigningError("libsodium could not be initialised") }
    var bytes = try Self.structure(file)
    let isProtected = bytes[2..<4].elementsEqual("Sc".utf8)
    if isProtected {
      guard let password else { throw SigningError("the secret key wants a password") }
      try Self.applyPassword(password, to: &bytes)
    }
    keyID = Array(bytes[54..<62])
    secret = Array(bytes[62..<126])
    let found = Array(bytes[126..<158])
    // A file without a password may leave its checksum zero.
    let isUnset = !isProtected && found.allSatisfy { $0 == 0 }
    guard isUnset || found == Self.checksum(keyID: keyID, secret: secret) else {
      throw SigningError(
        isProtected
          ? "wrong password for that secret key" : "the secret key's checksum does not fit")
    }
    var seed = [UInt8](repeating: 0, count: 32)
    var open = [UInt8](repeating: 0, count: 32)
    var again = [UInt8](repeating: 0, count: 64)
    crypto_sign_ed25519_sk_to_seed(&seed, secret)
    crypto_sign_seed_keypair(&open, &again, seed)
    guard again == secret else {
      throw SigningError("the secret key's halves do not belong together")
    }
  }

  /// The public half.
  public var publicKey: MinisignPublicKey {
    MinisignPublicKey(keyID: keyID, key: Array(secret[32...]))
  }

  /// The content of a secret key file, protected where a password is given (this takes seconds
  /// and 1 GiB, as minisign has it).
  public func file(password: [UInt8]? = nil) throws(SigningError) -> [UInt8] {
    try file(
      password: password,
      operations: UInt64(crypto_pwhash_scryptsalsa208sha256_opslimit_sensitive()),
      memory: UInt64(crypto_pwhash_scryptsalsa208sha256_memlimit_sensitive()))
  }

  /// The same with other costs of the password, which the file records.
  func file(
    password: [UInt8]?, operations: UInt64, memory: UInt64
  ) throws(SigningError) -> [UInt8] {
    var salt = [UInt8](repeating: 0, count: 32)
    let isProtected = password != nil
    if isProtected { randombytes_buf(&salt, salt.count) }
    var bytes = Array("Ed".utf8)
    bytes += password == nil ? [0, 0] : Array("Sc".utf8)
    bytes += Array("B2".utf8) + salt
    bytes += Self.littleEndian(isProtected ? operations : 0)
    bytes += Self.littleEndian(isProtected ? memory : 0)
    bytes += keyID + secret + Self.checksum(keyID: keyID, secret: secret)
    if let password { try Self.applyPassword(password, to: &bytes) }
    let kind = password == nil ? "unencrypted" : "encrypted"
    return Array(
      "untrusted comment: minisign \(kind) secret key\n\(MinisignText.encode(bytes))\n".utf8)
  }

  /// The Ed25519 signature of `bytes` (RFC 8032).
  func sign(_ bytes: [UInt8]) -> [UInt8] {
    var signature = [UInt8](repeating: 0, count: 64)
    crypto_sign_detached(&signature, nil, bytes, UInt64(bytes.count), secret)
    return signature
  }

  private static func structure(_ file: [UInt8]) throws(SigningError) -> [UInt8] {
    let lines = try MinisignText.lines(file)
    guard lines.count == 2, lines[0].hasPrefix(MinisignText.untrustedPrefix) else {
      throw SigningError(
        "not a minisign secret key file; expected a line \"untrusted comment: …\" and a Base64 line"
      )
    }
    let bytes = try MinisignText.decode(lines[1], count: size, what: "the secret key")
    guard bytes[0..<2].elementsEqual("Ed".utf8), bytes[4..<6].elementsEqual("B2".utf8) else {
      throw SigningError("the secret key's algorithms are not Ed and B2")
    }
    guard bytes[2..<4].elementsEqual("Sc".utf8) || bytes[2..<4].elementsEqual([0, 0]) else {
      throw SigningError("the secret key's password derivation is neither Sc (scrypt) nor none")
    }
    return bytes
  }

  /// Covers or uncovers the secret part: both are an exclusive or with the key stream.
  private static func applyPassword(
    _ password: [UInt8], to bytes: inout [UInt8]
  ) throws(SigningError) {
    let salt = Array(bytes[6..<38])
    let operations = number(bytes[38..<46])
    let memory = number(bytes[46..<54])
    guard memory <= memoryLimit else {
      throw SigningError(
        "the secret key wants \(memory) bytes of memory for its password; expected at most "
          + "\(memoryLimit)")
    }
    var stream = [UInt8](repeating: 0, count: secretRange.count)
    let text = password.map { CChar(bitPattern: $0) }
    let code = crypto_pwhash_scryptsalsa208sha256(
      &stream, UInt64(stream.count), text, UInt64(text.count), salt, operations, Int(memory))
    guard code == 0 else {
      throw SigningError("too little memory for the password: \(memory) bytes are needed")
    }
    for (index, place) in secretRange.enumerated() { bytes[place] ^= stream[index] }
    sodium_memzero(&stream, stream.count)
  }

  private static func checksum(keyID: [UInt8], secret: [UInt8]) -> [UInt8] {
    MinisignText.blake2b(Array("Ed".utf8) + keyID + secret, count: 32)
  }

  private static func littleEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
