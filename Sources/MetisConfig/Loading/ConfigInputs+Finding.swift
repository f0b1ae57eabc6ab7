extension ConfigInputs {
  /// The extensions of a configuration, in the order in which they are named.
  static let extensions = ["toml", "yaml", "yml", "json"]

  /// The configuration of a folder: `metis.toml`, `.yaml`, `.yml` or `.json`; where none of them
  /// is, `metis.base` with one of these. nil where there is none; several are an error that names
  /// them.
  public static func find(in directory: String) throws(ConfigErrors) -> String? {
    for name in ["metis", "metis.base"] {
      let paths = extensions.map { FilePath.resolve("\(name).\($0)", in: directory) }
      let found = paths.filter { FileIdentity(of: $0) != nil }
      guard found.count > 1 else {
        if let file = found.first { return file }
        continue
      }
      throw ConfigErrors(errors: [
        ConfigError(
          at: ConfigPlace(file: found[0]),
          message: "found \(found.count) configurations in one folder: "
            + found.map { FilePath.name(of: $0) }.joined(separator: ", "),
          hint: "keep one of them, or name those that count with --config")
      ])
    }
    return nil
  }

  /// Where the overlay of `file` for ``environment`` may stand: `DIR/NAME.ENVIRONMENT` with each of
  /// the extensions, a `.base` at the end of NAME left out.
  static func overlays(of file: String, environment: String) -> [String] {
    let name = FilePath.name(of: file)
    var stem = name[..<(name.lastIndex(of: ".") ?? name.endIndex)]
    if stem.hasSuffix(".base") { stem = stem.dropLast(5) }
    let folder = file.dropLast(name.count)
    return extensions.map { "\(folder)\(stem).\(environment).\($0)" }
  }

  /// What is wrong with ``environment``: it becomes part of file names.
  static func fault(ofEnvironment name: String) -> String? {
    if name == "base" {
      return "METIS_ENV is \"base\", which is the name of what overlays lie over"
    }
    let isName = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    return isName && name.utf8.count <= 64
      ? nil
      : "METIS_ENV is \"\(name.prefix(64))\", expected up to 64 of A-Z, a-z, 0-9, - and _"
  }
}
