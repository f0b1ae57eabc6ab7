import MetisConfig

/// Digests of the files of configurations that follow each other: what they share is digested once.
/// Control thread only.
struct SourceDigest {
  private var known: [ObjectIdentifier: (file: ConfigSourceFile, digest: String)] = [:]

  init() {}

  /// SHA-256, in hexadecimal digits, over the paths and contents of `sources`, whatever their order.
  mutating func digest(_ sources: [ConfigSourceFile]) -> String {
    var next: [ObjectIdentifier: (file: ConfigSourceFile, digest: String)] = [:]
    next.reserveCapacity(sources.count)
    var lines: [String] = []
    lines.reserveCapacity(sources.count)
    for file in sources {
      let id = ObjectIdentifier(file)
      let entry = known[id] ?? (file, PluginStore.sha256(file.bytes))
      next[id] = entry
      lines.append("\(entry.digest) \(file.path)\n")
    }
    known = next
    return PluginStore.sha256(Array(lines.sorted().joined().utf8))
  }
}
