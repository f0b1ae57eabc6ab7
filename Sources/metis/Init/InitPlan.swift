import Glibc
import MetisConfig

/// What `metis init` writes: the answers to its questions.
struct InitPlan {
  /// What a configuration is written in.
  enum Format: String, CaseIterable {
    case toml, yaml, json

    /// For options and questions.
    static let names = allCases.map(\.rawValue)
  }

  /// What a configuration can begin with.
  enum Sample: String, CaseIterable {
    case tools, resources, prompts
  }

  /// What is asked, in this order.
  enum Question: CaseIterable {
    case name, format, transport, port, samples

    /// The option that answers it.
    var option: String {
      switch self {
      case .name: "--name"
      case .format: "--format"
      case .transport: "--transport"
      case .port: "--port"
      case .samples: "--with"
      }
    }

    /// The question.
    var text: String {
      switch self {
      case .name: "Name of the server"
      case .format: "Format (toml, yaml, json)"
      case .transport: "Transport (http, stdio)"
      case .port: "Port"
      case .samples: "Samples, between commas (tools, resources, prompts; or none)"
      }
    }
  }

  /// Where it is written.
  var folder: String

  /// What clients call the server.
  var name: String

  /// What it is written in.
  var format = Format.toml

  /// `http` or `stdio`.
  var transport = "http"

  /// Where it listens.
  var port: UInt16 = 3000

  /// What it begins with.
  var samples: [Sample] = [.tools]

  /// A plan with the defaults: the server is called as its folder.
  init(folder: String) {
    self.folder = folder
    var path = folder
    if let resolved = realpath(folder, nil) {
      path = String(cString: resolved)
      free(resolved)
    }
    name = path.split(separator: "/").last.map(String.init) ?? "metis"
    if name == "." || name == ".." || Self.problem(ofName: name) != nil { name = "metis" }
  }

  /// Whether the question makes sense after the answers so far.
  func needs(_ question: Question) -> Bool { question != .port || transport == "http" }

  /// The answer so far.
  func value(of question: Question) -> String {
    switch question {
    case .name: name
    case .format: format.rawValue
    case .transport: transport
    case .port: "\(port)"
    case .samples:
      samples.isEmpty ? "none" : samples.map(\.rawValue).joined(separator: ",")
    }
  }

  /// Takes an answer over; returns what is wrong with it.
  mutating func answer(_ question: Question, _ value: String) -> String? {
    switch question {
    case .name:
      if let problem = Self.problem(ofName: value) { return problem }
      name = value
    case .format:
      guard let format = Format(rawValue: value) else {
        return "found \(value), expected toml, yaml or json"
      }
      self.format = format
    case .transport:
      guard ["http", "stdio"].contains(value) else {
        return "found \(value), expected http or stdio"
      }
      transport = value
    case .port:
      guard let port = UInt16(value) else { return "found \(value), expected 0 to 65535" }
      self.port = port
    case .samples:
      let words = value.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
      if words == ["none"] {
        samples = []
        return nil
      }
      for word in words where Sample(rawValue: word) == nil {
        let names = Sample.allCases.map(\.rawValue)
        let near = nearest(to: word, among: names).map { "; did you mean \($0)?" } ?? ""
        return "found \(word), expected tools, resources and prompts between commas, or none\(near)"
      }
      samples = Sample.allCases.filter { words.contains($0.rawValue) }
    }
    return nil
  }

  private static func problem(ofName name: String) -> String? {
    guard !name.isEmpty, name.count <= 128 else { return "expected 1 to 128 characters" }
    let isPlain = name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    return isPlain ? nil : "expected no control characters"
  }

  /// `text` without spaces around it.
  static func trimmed(_ text: String) -> String {
    let space: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
    guard let last = text.lastIndex(where: { !space($0) }) else { return "" }
    return String(text[...last].drop(while: space))
  }

  // MARK: Writing

  /// What editors check the configuration with.
  static let schemaFile = "metis.schema.json"

  /// The files, by their path in the folder.
  var files: [(path: String, text: String)] {
    let document = InitDocument(plan: self)
    let schema = ConfigSchema.document(of: .root).jsonBytes(pretty: true)
    var files = [
      (path: "metis.\(format.rawValue)", text: document.configuration),
      (path: Self.schemaFile, text: String(decoding: schema, as: UTF8.self) + "\n"),
    ]
    if samples.contains(.tools) {
      files.append((path: "config/tools/echo.\(format.rawValue)", text: document.folderTool))
    }
    return files
  }

  /// Writes the files; nothing where one of them is there already and `overwriting` is not set.
  func write(overwriting: Bool) throws(ToolError) {
    let files = files
    if !overwriting {
      let there = files.map { "\(folder)/\($0.path)" }.filter(Files.exists)
      guard there.isEmpty else {
        throw ToolError(
          .failure,
          "\(there.joined(separator: ", ")) \(there.count == 1 ? "is" : "are") there already; "
            + "nothing is written, --force overwrites")
      }
    }
    try Files.makeFolders(folder)
    for file in files {
      let path = "\(folder)/\(file.path)"
      if let slash = path.lastIndex(of: "/") { try Files.makeFolders(String(path[..<slash])) }
      try Files.write(Array(file.text.utf8), to: path, replacing: overwriting)
    }
  }

  /// What was written and what comes next.
  var summary: String {
    let prefix = folder == "." ? "" : "\(folder)/"
    let paths = files.map { "\(prefix)\($0.path)" }
    let address = port == 0 ? "a free port" : "http://127.0.0.1:\(port)/mcp"
    let place = transport == "http" ? address : "standard input and output"
    return """
      wrote \(paths.joined(separator: ", "))
      Check: metis config validate \(paths[0])
      Serve: metis -c \(paths[0])    (on \(place))
      """
  }
}
