import Foundation
import Testing

@testable import MetisHost

@Suite struct SigningTests {
  static let minisign = "/usr/bin/minisign"

  /// Whether the real program is there; says so where it is not.
  private func hasMinisign() -> Bool {
    if FileManager.default.isExecutableFile(atPath: Self.minisign) { return true }
    print("not run: \(Self.minisign) is missing (Debian package minisign)")
    return false
  }

  @Test func signsAndVerifiesBothForms() throws {
    let key = try MinisignSecretKey.generate()
    let bytes = Array("the library".utf8)
    for isPrehashed in [true, false] {
      let made = try MinisignSignature(
        signing: bytes, with: key, untrustedComment: "u", trustedComment: "file:x",
        isPrehashed: isPrehashed)
      let read = try MinisignSignature(file: made.file)
      #expect(read == made)
      #expect(read.isPrehashed == isPrehashed)
      #expect(try read.verify(bytes, trusted: [key.publicKey]) == key.publicKey)
    }
  }

  @Test func refusesChanges() throws {
    let key = try MinisignSecretKey.generate()
    let other = try MinisignSecretKey.generate()
    let bytes = Array("the library".utf8)
    let made = try MinisignSignature(
      signing: bytes, with: key, untrustedComment: "u", trustedComment: "file:x")
    func message(_ body: () throws -> Void) -> String {
      (#expect(throws: SigningError.self) { try body() })?.message ?? ""
    }
    #expect(
      message { try made.verify(bytes + [0], trusted: [key.publicKey]) }.contains("does not fit"))
    #expect(
      message { try made.verify(bytes, trusted: [other.publicKey]) }.contains("is not trusted"))
    #expect(message { try made.verify(bytes, trusted: []) }.contains("trusted: no key"))
    // Another key under the same id.
    let impostor = MinisignPublicKey(keyID: key.keyID, key: other.publicKey.key)
    #expect(message { try made.verify(bytes, trusted: [impostor]) }.contains("does not fit"))
    // The trusted comment is covered.
    let changed = String(decoding: made.file, as: UTF8.self)
      .replacingOccurrences(of: "file:x", with: "file:y")
    let forged = try MinisignSignature(file: Array(changed.utf8))
    #expect(
      message { try forged.verify(bytes, trusted: [key.publicKey]) }.contains("trusted comment"))
    // The untrusted one is not.
    let renamed = String(decoding: made.file, as: UTF8.self)
      .replacingOccurrences(of: "comment: u\n", with: "comment: other\n")
    try MinisignSignature(file: Array(renamed.utf8)).verify(bytes, trusted: [key.publicKey])
  }

  @Test func refusesMalformedFiles() throws {
    let key = try MinisignSecretKey.generate()
    let made = try MinisignSignature(
      signing: [1], with: key, untrustedComment: "u", trustedComment: "t"
    ).file
    for count in 0..<(made.count - 1) {
      #expect(throws: SigningError.self) {
        try MinisignSignature(file: Array(made.prefix(count)))
          .verify([1], trusted: [key.publicKey])
      }
    }
    #expect(throws: SigningError.self) { try MinisignSignature(file: [0xff, 0xfe]) }
    #expect(throws: SigningError.self) { try MinisignPublicKey(base64: "RWQ") }
    #expect(throws: SigningError.self) { try MinisignPublicKey(file: made) }
    #expect(throws: SigningError.self) { try MinisignSecretKey(file: made) }
    #expect(throws: SigningError.self) {
      try MinisignSignature(
        signing: [1], with: key, untrustedComment: "a\nb", trustedComment: "t")
    }
  }

  @Test func keysSurviveTheirFiles() throws {
    let key = try MinisignSecretKey.generate()
    let file = try key.file()
    #expect(try !MinisignSecretKey.needsPassword(file: file))
    #expect(try MinisignSecretKey(file: file).publicKey == key.publicKey)
    #expect(try MinisignPublicKey(file: key.publicKey.file) == key.publicKey)
    // A key whose bytes were damaged does not sign.
    var lines = String(decoding: file, as: UTF8.self).split(separator: "\n").map(String.init)
    var body = Array(lines[1])
    body[100] = body[100] == "A" ? "B" : "A"
    lines[1] = String(body)
    let damaged = Array(lines.joined(separator: "\n").utf8)
    #expect(throws: SigningError.self) { try MinisignSecretKey(file: damaged) }
  }

  @Test func minisignAcceptsOurs() throws {
    guard hasMinisign() else { return }
    let folder = try TemporaryFolder()
    let key = try MinisignSecretKey.generate()
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let file = try folder.write("x.so", bytes)
    let open = try folder.write("x.pub", key.publicKey.file)
    let secret = try folder.write("x.key", try key.file())
    for isPrehashed in [true, false] {
      let signature = try MinisignSignature(
        signing: bytes, with: key, untrustedComment: "signature from metis",
        trustedComment: "timestamp:1\tfile:x.so\thashed", isPrehashed: isPrehashed)
      try folder.write("x.so.minisig", signature.file)
      let (status, output) = try run(Self.minisign, ["-V", "-p", open, "-m", file])
      #expect(status == 0, "\(output)")
      #expect(output.contains("timestamp:1\tfile:x.so\thashed"))
    }
    // It signs with our secret key as well.
    let (status, output) = try run(
      Self.minisign, ["-S", "-W", "-s", secret, "-m", file, "-t", "theirs"])
    #expect(status == 0, "\(output)")
    let theirs = try MinisignSignature(file: try PluginStore.read(file + ".minisig"))
    #expect(theirs.trustedComment == "theirs")
    #expect(try theirs.verify(bytes, trusted: [key.publicKey]) == key.publicKey)
  }

  @Test func weAcceptMinisigns() throws {
    guard hasMinisign() else { return }
    let folder = try TemporaryFolder()
    let bytes = Array("a library of theirs".utf8)
    let file = try folder.write("y.so", bytes)
    let (open, secret) = (folder.path + "/y.pub", folder.path + "/y.key")
    let (status, output) = try run(Self.minisign, ["-G", "-W", "-p", open, "-s", secret])
    #expect(status == 0, "\(output)")
    let key = try MinisignSecretKey(file: try PluginStore.read(secret))
    let publicKey = try MinisignPublicKey(file: try PluginStore.read(open))
    #expect(key.publicKey == publicKey)
    for form in [["-S"], ["-S", "-l"]] {
      let (status, output) = try run(
        Self.minisign, form + ["-W", "-s", secret, "-m", file, "-t", "comment of theirs"])
      #expect(status == 0, "\(output)")
      let signature = try MinisignSignature(file: try PluginStore.read(file + ".minisig"))
      #expect(signature.isPrehashed == (form.count == 1))
      #expect(signature.trustedComment == "comment of theirs")
      try signature.verify(bytes, trusted: [publicKey])
    }
  }

  /// Ours with a small cost, which the file records; theirs with minisign's own: seconds and 1 GiB.
  @Test func passwordsWorkInBothDirections() throws {
    guard hasMinisign() else { return }
    let folder = try TemporaryFolder()
    let file = try folder.write("z.so", "z")
    let key = try MinisignSecretKey.generate()
    let ours = try key.file(
      password: Array("correct horse".utf8), operations: 524_288, memory: 16 << 20)
    #expect(try MinisignSecretKey.needsPassword(file: ours))
    #expect(throws: SigningError("the secret key wants a password")) {
      try MinisignSecretKey(file: ours)
    }
    #expect(throws: SigningError("wrong password for that secret key")) {
      try MinisignSecretKey(file: ours, password: Array("wrong".utf8))
    }
    let secret = try folder.write("z.key", ours)
    let (status, output) = try run(
      Self.minisign, ["-S", "-s", secret, "-m", file], input: "correct horse\n")
    #expect(status == 0, "\(output)")
    let signature = try MinisignSignature(file: try PluginStore.read(file + ".minisig"))
    try signature.verify(Array("z".utf8), trusted: [key.publicKey])

    let (open, theirs) = (folder.path + "/t.pub", folder.path + "/t.key")
    let (made, log) = try run(
      Self.minisign, ["-G", "-p", open, "-s", theirs], input: "tr0ub4dor\ntr0ub4dor\n")
    #expect(made == 0, "\(log)")
    let read = try MinisignSecretKey(
      file: try PluginStore.read(theirs), password: Array("tr0ub4dor".utf8))
    #expect(read.publicKey == (try MinisignPublicKey(file: try PluginStore.read(open))))
  }
}
