import MetisKit

/// A step that ends the call with an error.
struct Failure: Sendable {
  /// The kinds of errors.
  enum Kind: Sendable {
    /// A JSON-RPC error.
    case protocolError(code: Int32, message: TextTemplate, data: ValueTemplate?)
    /// A tool's result with `isError`, made of blocks.
    case toolError([Block])
  }

  let kind: Kind
}

extension ProgramCompiler {
  /// The codes of JSON-RPC 2.0 (section 5.1) and of MCP's five revisions.
  private static let codes: [Int64] = [
    -32_700, -32_600, -32_601, -32_602, -32_603, -32_002, -32_020, -32_021, -32_022, -32_042,
  ]

  private static func mayFail(with code: Int64) -> Bool {
    code != 0 && (!(-32_768 ... -32_000).contains(code) || codes.contains(code))
  }

  /// Compiles the body of `error`.
  mutating func failure(
    _ body: JSONValue, _ path: [String]
  ) throws(ConfigError) -> Failure {
    if body.string != nil {
      let text = try TextTemplate.compile(body, at: path)
      guard target.kind == .tool else {
        return Failure(kind: .protocolError(code: 0, message: text, data: nil))
      }
      return Failure(kind: .toolError([try self.text(text)]))
    }
    var table = try StepTable(body, path, expected: "a text or a table")
    if let code = try table.integer("code", in: Int64(Int32.min)...Int64(Int32.max)) {
      guard Self.mayFail(with: code) else {
        throw ConfigError(
          table.at("code"),
          "found \(code), expected a code outside -32768…-32000, which JSON-RPC "
            + "reserves, or one that MCP defines: "
            + Self.codes.map(String.init).joined(separator: ", "))
      }
      let message = try TextTemplate.compile(
        try table.require("message", "what went wrong"), at: table.at("message"))
      var data: ValueTemplate?
      if let value = table.take("data") {
        data = try ValueTemplate.compile(value, at: table.at("data"))
      }
      if try table.bool("is_error") == true {
        throw ConfigError(
          table.at("is_error"),
          "found beside `code`: an error is a tool's result or a JSON-RPC "
            + "error; keep one of them")
      }
      try table.finish()
      return Failure(kind: .protocolError(code: Int32(code), message: message, data: data))
    }
    guard target.kind == .tool, try table.bool("is_error") != false else {
      throw ConfigError(path, "found no `code`, expected the code of a JSON-RPC error")
    }
    guard table.has("content") || table.has("text") else {
      throw ConfigError(
        path,
        "found no `code`, `text` or `content`, expected a JSON-RPC error or what a tool's "
          + "result with isError says")
    }
    if let value = table.take("content") {
      let blocks = try blocks(value, at: table.at("content"))
      try table.finish()
      return Failure(kind: .toolError(blocks))
    }
    let text = try TextTemplate.compile(table.take("text") ?? .null, at: table.at("text"))
    try table.finish()
    return Failure(kind: .toolError([try self.text(text)]))
  }

  private func text(_ text: TextTemplate) throws(ConfigError) -> Block {
    Block(.object(["type": .constant("text"), "text": text.value]))
  }
}
