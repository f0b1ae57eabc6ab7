/// The beginning of a plugin: files that build as they are.
struct Skeleton {
  /// What it is written in.
  enum Language: String {
    case c, cpp, rust, swift

    /// Its name for people.
    var title: String {
      switch self {
      case .c: "C"
      case .cpp: "C++"
      case .rust: "Rust"
      case .swift: "Swift"
      }
    }
  }

  /// A file below the plugin's folder.
  struct File {
    var path: String
    var text: String

    init(_ path: String, _ text: String) {
      self.path = path
      self.text = text
    }
  }

  /// What configurations call it: `[a-z][a-z0-9-]*`.
  var name: String

  /// Its reverse-DNS id.
  var id: String

  /// What it is written in.
  var language: Language

  /// What it is built with.
  var sdk: SDKLocation

  /// Whether a plugin can have this name.
  static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first),
      name.utf8.count <= 64
    else { return false }
    return name.utf8.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
  }

  /// Whether a plugin can have this id.
  static func isID(_ id: String) -> Bool {
    let parts = id.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count >= 2 && id.utf8.count <= 128
      && parts.allSatisfy { part in
        !part.isEmpty && !part.hasPrefix("-") && !part.hasSuffix("-")
          && part.utf8.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
      }
  }

  private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// The name where `-` has no place: a crate, a file of C.
  var identifier: String { name.replacing("-", with: "_") }

  /// The name of a Swift type or module.
  var typeName: String {
    name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  /// The library that the build makes.
  var library: String { "lib\(language == .swift ? typeName : identifier).so" }

  /// All files.
  var files: [File] {
    let common = [
      File("README.md", fill(Self.readme)), File("\(name).toml", fill(Self.manifest)),
      File("example.toml", fill(Self.example)), File(".gitignore", fill(Self.ignored)),
    ]
    return switch language {
    case .c: common + cFiles
    case .cpp: common + cppFiles
    case .rust: common + rustFiles
    case .swift: common + swiftFiles
    }
  }

  /// Makes `folder` and writes the files into it.
  func write(to folder: String) throws(ToolError) {
    try Files.makeFolder(folder)
    var made: Set<String> = []
    for file in files {
      var path = ""
      for part in file.path.split(separator: "/").dropLast() {
        path += "/" + part
        if made.insert(path).inserted { try Files.makeFolder(folder + path) }
      }
      try Files.write(Array(file.text.utf8), to: "\(folder)/\(file.path)")
    }
  }

  /// `text` with the plugin's names in it: `@NAME@`, `@ID@`, `@IDENTIFIER@`, `@TYPE@`, `@LIBRARY@`,
  /// `@INCLUDE@`, `@SOURCES@`, `@LANGUAGE@`; and `@IMPORT@`, so that no template looks like an import
  /// of this file.
  func fill(_ text: String) -> String {
    let values = [
      ("@NAME@", name), ("@ID@", id), ("@IDENTIFIER@", identifier), ("@TYPE@", typeName),
      ("@LIBRARY@", library), ("@INCLUDE@", sdk.include), ("@SOURCES@", sdk.sources ?? ""),
      ("@LANGUAGE@", language.title), ("@IMPORT@", "import"),
    ]
    return values.reduce(text) { $0.replacing($1.0, with: $1.1) }
  }

  private static let readme = """
    # @NAME@

    A strategy for Metis in @LANGUAGE@. It answers a call with its arguments and a greeting.

    ## Build and check

        make
        metis plugin check @LIBRARY@

    ## Try

    Copy `@LIBRARY@` and `@NAME@.toml` into the host's folder of plugins and start it with the example:

        metis-host --plugins plugins.d --config example.toml

    Replace a running one, without losing a request:

        metis plugin swap @ID@ @LIBRARY@

    ## Files

    - `@NAME@.toml`: the manifest: what is loaded, what it may use, its configuration.
    - `example.toml`: a configuration with one tool that this strategy answers.

    """

  private static let manifest = """
    # The manifest of @ID@.
    library = "@LIBRARY@"
    enabled = true
    # What the plugin may use of the machine: net.connect, net.listen, fs.read, fs.write, exec, env,
    # secrets. It must declare what it needs in its descriptor too.
    grants = []

    [config]

    """

  private static let example = """
    [server]
    name = "Example of @NAME@"

    [[tools]]
    name = "example"
    description = "Answered by the strategy @NAME@."

    [tools.input_schema]
    type = "object"
    properties.who = { type = "string" }

    [tools.mock]
    strategy = "@NAME@"

    """

  private static let ignored = """
    *.so
    .build/
    target/

    """
}
