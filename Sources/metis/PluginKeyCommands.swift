import Glibc
import MetisConfig
import MetisHost

extension Command {
  /// `metis plugin keys`
  static var pluginKeys: Command {
    Command(
      "plugin", "keys", summary: "Make a pair of keys to sign plugins with.",
      operands: [
        CommandSyntax.Operand("NAME", "The keys go into NAME.pub and NAME.key.")
      ],
      options: [passwordOption],
      notes:
        "The files are minisign's. A key without a password is as safe as its file (mode 0600)."
    ) { parsed throws(ToolError) in
      let name = parsed.operands[0]
      let (secretFile, publicFile) = ("\(name).key", "\(name).pub")
      // Both or neither: a secret key whose public half was refused would be of no use.
      for file in [secretFile, publicFile] where Files.exists(file) {
        throw ToolError(.failure, "\(file) is there already; remove it or choose another name")
      }
      let password = try password(parsed)
      let publicKey: MinisignPublicKey
      let content: [UInt8]
      do throws(SigningError) {
        let secret = try MinisignSecretKey.generate()
        publicKey = secret.publicKey
        content = try secret.file(password: password)
      } catch {
        throw ToolError(.failure, error.message)
      }
      try Files.write(content, to: secretFile, mode: 0o600)
      try Files.write(publicKey.file, to: publicFile)
      Terminal.print("\(secretFile): secret key, keep it")
      Terminal.print("\(publicFile): public key \(publicKey.base64)")
      return .success
    }
  }

  /// `metis plugin sign`
  static var pluginSign: Command {
    Command(
      "plugin", "sign", summary: "Sign a plugin's library.",
      operands: [CommandSyntax.Operand("LIBRARY", kind: .file, "The library (.so).")],
      options: [
        CommandSyntax.Option("--key", value: "FILE", kind: .file, "The secret key."),
        CommandSyntax.Option(
          "--output", value: "FILE", kind: .file,
          "Where the signature goes; LIBRARY.minisig without it."),
        CommandSyntax.Option(
          "--comment", value: "TEXT", "A comment that the signature covers: a version, a date."),
        passwordOption,
      ]
    ) { parsed throws(ToolError) in
      guard let keyFile = parsed.value("--key") else { throw .usage("--key is missing") }
      let library = parsed.operands[0]
      let output = parsed.value("--output") ?? library + ".minisig"
      let bytes = try Files.read(library)
      let keyBytes = try Files.read(keyFile, limit: 64 << 10)
      let password = try password(parsed)
      let name = library.split(separator: "/").last.map(String.init) ?? library
      let comment = parsed.value("--comment") ?? "file:\(name)"
      let signature: MinisignSignature
      let keyID: String
      do throws(SigningError) {
        let key = try MinisignSecretKey(file: keyBytes, password: password)
        signature = try MinisignSignature(
          signing: bytes, with: key, untrustedComment: "signature of a Metis plugin",
          trustedComment: comment)
        // Whoever signs wants to know that it holds.
        try signature.verify(bytes, trusted: [key.publicKey])
        keyID = key.publicKey.keyIDText
      } catch {
        let hint = error.message.contains("wants a password") ? "; use --password-file" : ""
        throw ToolError(.failure, "\(keyFile): \(error.message)\(hint)")
      }
      try Files.write(signature.file, to: output, replacing: true)
      Terminal.print("\(output): signed with key \(keyID)")
      return .success
    }
  }

  /// `metis plugin verify`
  static var pluginVerify: Command {
    Command(
      "plugin", "verify", summary: "Verify the signature of a plugin's library.",
      operands: [CommandSyntax.Operand("LIBRARY", kind: .file, "The library (.so).")],
      options: [
        CommandSyntax.Option(
          "--key", value: "KEY", kind: .file, isRepeatable: true,
          "A trusted public key: a file, or its line RW…"),
        CommandSyntax.Option(
          "--signature", value: "FILE", kind: .file, "The signature; LIBRARY.minisig without it."),
      ]
    ) { parsed throws(ToolError) in
      let library = parsed.operands[0]
      let signatureFile = parsed.value("--signature") ?? library + ".minisig"
      guard parsed.has("--key") else { throw .usage("--key is missing") }
      var keys: [MinisignPublicKey] = []
      for key in parsed.values("--key") {
        keys.append(try publicKey(key))
      }
      let bytes = try Files.read(library)
      let signatureBytes = try Files.read(signatureFile, limit: 64 << 10)
      do throws(SigningError) {
        let signature = try MinisignSignature(file: signatureBytes)
        let key = try signature.verify(bytes, trusted: keys)
        Terminal.print(
          Terminal.safe(
            "\(library): signed with key \(key.keyIDText), comment: \(signature.trustedComment)"))
      } catch {
        throw ToolError(.failure, Terminal.safe("\(signatureFile): \(error.message)"))
      }
      return .success
    }
  }

  private static let passwordOption = CommandSyntax.Option(
    "--password-file", value: "FILE", kind: .file,
    "A file whose first line is the password of the secret key.")

  /// The first line of the password file; nil without the option.
  private static func password(_ parsed: ParsedCommand) throws(ToolError) -> [UInt8]? {
    guard let file = parsed.value("--password-file") else { return nil }
    let line = try Files.read(file, limit: 4096).prefix { $0 != 0x0a && $0 != 0x0d }
    guard !line.isEmpty else { throw ToolError(.failure, "\(file) begins with an empty line") }
    return Array(line)
  }

  private static func publicKey(_ text: String) throws(ToolError) -> MinisignPublicKey {
    if !Files.exists(text), let key = try? MinisignPublicKey(base64: text) { return key }
    let bytes = try Files.read(text, limit: 64 << 10)
    do throws(SigningError) {
      return try MinisignPublicKey(file: bytes)
    } catch {
      throw ToolError(.failure, "\(text): \(error.message)")
    }
  }
}
