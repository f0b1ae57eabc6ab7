/// What the host demands of signatures.
public enum SignaturePolicy: Sendable, Hashable {
  /// Signatures are not looked at.
  case off
  /// A missing or bad signature is reported, and the plugin loads.
  case warn(trusted: [MinisignPublicKey])
  /// A plugin without a good signature by one of the keys does not load.
  case require(trusted: [MinisignPublicKey])

  /// Judges the bytes of a library. `signature` is the content of its signature file, nil where
  /// there is none; `path` is where it was looked for.
  func judge(
    _ bytes: [UInt8], signature: [UInt8]?, path: String
  ) throws(PluginError) -> SignatureState {
    let trusted: [MinisignPublicKey]
    let isRequired: Bool
    switch self {
    case .off: return .unchecked
    case .warn(let keys): (trusted, isRequired) = (keys, false)
    case .require(let keys): (trusted, isRequired) = (keys, true)
    }
    guard let signature else {
      if !isRequired { return .unsigned }
      throw PluginError(
        .unsigned,
        "no signature at \(path), and this host requires one: sign the library with `minisign -Sm` "
          + "or `metis plugin sign`")
    }
    do {
      let parsed = try MinisignSignature(file: signature)
      let key = try parsed.verify(bytes, trusted: trusted)
      return .trusted(keyID: key.keyIDText, comment: parsed.trustedComment)
    } catch {
      if !isRequired { return .invalid(reason: error.message) }
      throw PluginError(.badSignature, "the signature \(path) is not good: \(error.message)")
    }
  }
}
