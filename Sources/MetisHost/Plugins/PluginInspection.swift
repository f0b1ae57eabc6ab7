/// What a library says of itself, for tools that check a plugin outside a host.
public struct PluginInspection: Sendable {
  /// The library.
  public let path: String
  /// Lower-case hexadecimal digest of its bytes.
  public let sha256: String
  /// Its size in bytes.
  public let byteCount: Int
  /// What stands in the file.
  public let meta: PluginMeta
  /// Who it says it is; nil where it was not run.
  public let descriptor: PluginDescriptor?
  /// The id of the key that signed it; nil where no trusted keys were given.
  public let signingKey: String?

  /// Makes every check that a host makes before `init`.
  ///
  /// With `runs` the library is mapped and its entry called, in this process: only for libraries
  /// that you trust. With `trusted` keys a good signature beside it (`.minisig`) is required.
  /// Throws the first mistake, as a host would report it.
  public init(
    path: String, runs: Bool, trusted: [MinisignPublicKey]? = nil
  ) throws(PluginError) {
    self.path = path
    let bytes = try PluginStore.read(path)
    byteCount = bytes.count
    sha256 = PluginStore.sha256(bytes)
    do {
      meta = try bytes.withUnsafeBytes { buffer in
        Result { () throws(PluginError) in try ELFImage.meta(of: buffer) }
      }.get()
      if let trusted {
        let signaturePath = path + ".minisig"
        let signature = try? PluginStore.read(signaturePath, limit: MinisignText.limit)
        let state = try SignaturePolicy.require(trusted: trusted).judge(
          bytes, signature: signature, path: signaturePath)
        if case .trusted(let keyID, _) = state { signingKey = keyID } else { signingKey = nil }
      } else {
        signingKey = nil
      }
      guard runs else {
        descriptor = nil
        return
      }
      let store = try PluginStore(parent: nil)
      let copy = try store.write(bytes, sha256: sha256)
      let image = try PluginLoader.load(path: copy, meta: meta) {}
      descriptor = image.descriptor
      _ = PluginLoader.unload(image, path: copy)
    } catch {
      throw error.about(file: path)
    }
  }
}
