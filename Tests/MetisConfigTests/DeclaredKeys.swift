import JSON

@testable import MetisConfig

/// A declared key with a way to it from the top.
struct DeclaredKey {
  var declaration: KeyDeclaration
  /// The table that declares it.
  var table: TableDeclaration
  /// Whether something above it, or it itself, has no effect yet.
  var isLater: Bool
  /// Its key path: `tools[0].name`.
  var path: String
  /// A whole document in JSON with a value at the key, and others beside it.
  var document: @Sendable (_ members: [(String, String)]) -> String

  /// The document in which the key alone has the value `text`.
  func document(_ text: String) -> String { document([(declaration.name, text)]) }

  /// Every declared key, in the order of the declarations; tables that stand in several places
  /// come several times.
  static let all: [DeclaredKey] = keys(of: .root, path: "", isLater: false) { $0 }

  private static func keys(
    of table: TableDeclaration, path: String, isLater: Bool,
    wrap: @escaping @Sendable (String) -> String
  ) -> [DeclaredKey] {
    table.keys.flatMap { key -> [DeclaredKey] in
      let own = path.isEmpty ? key.name : "\(path).\(key.name)"
      let isLater = isLater || key.effect == .later
      let declared = DeclaredKey(
        declaration: key, table: table, isLater: isLater, path: own,
        document: { members in
          wrap("{\(members.map { "\"\($0)\": \($1)" }.joined(separator: ", "))}")
        })
      return [declared]
        + keys(in: key.kind, path: own, isLater: isLater) { wrap("{\"\(key.name)\": \($0)}") }
    }
  }

  private static func keys(
    in kind: KeyDeclaration.Kind, path: String, isLater: Bool,
    wrap: @escaping @Sendable (String) -> String
  ) -> [DeclaredKey] {
    switch kind {
    case .table(let table): keys(of: table, path: path, isLater: isLater, wrap: wrap)
    case .tables(let table):
      keys(of: table, path: path + "[0]", isLater: isLater) { wrap("[\($0)]") }
    case .array(let kind):
      keys(in: kind, path: path + "[0]", isLater: isLater) { wrap("[\($0)]") }
    case .map(let kind):
      keys(in: kind, path: path + ".x", isLater: isLater) { wrap("{\"x\": \($0)}") }
    case .oneOf(let kinds):
      kinds.flatMap { keys(in: $0, path: path, isLater: isLater, wrap: wrap) }
    default: []
    }
  }
}

/// A value for each declared key, with tables of their own, as JSON.
enum FullDocument {
  /// Values that decoders look into.
  private static let values = [
    "resources[].uri_template": "\"a:{x}\"", "resource_templates[].uri_template": "\"b:{x}\"",
    "tools[].ui.resource_uri": "\"ui://x\"", "server.transport.type": "\"http\"",
  ]

  /// Keys that stand in place of others.
  private static let left = [
    "resources[].uri", "resource_templates[].uri", "behavior.success_rate",
  ]

  /// A table with all its keys but aliases and those without effect.
  static func table(_ table: TableDeclaration) -> String {
    let members = table.keys.compactMap { key -> String? in
      let path = table.path.isEmpty ? key.name : "\(table.path).\(key.name)"
      if key.effect == .later || key.aliasOf != nil || left.contains(path) { return nil }
      return "\"\(key.name)\": \(values[path] ?? value(key.kind))"
    }
    return "{\(members.joined(separator: ", "))}"
  }

  static func value(_ kind: KeyDeclaration.Kind) -> String {
    switch kind {
    case .boolean: "true"
    case .integer(let range): "\(range.lowerBound)"
    case .unsigned: "1"
    case .number(let range, _): "\(range.upperBound)"
    case .text, .anyText, .path: "\"x\""
    case .choice(let choices): "\"\(choices[0])\""
    case .dateTime: "\"2026-01-02\""
    case .array(let kind): "[\(value(kind))]"
    case .table(let table): self.table(table)
    case .tables(let table): "[\(self.table(table))]"
    case .map(let kind): "{\"x\": \(value(kind))}"
    case .section, .any: "{}"
    case .oneOf(let kinds):
      value(kinds.first { if case .table = $0 { true } else { false } } ?? kinds[0])
    }
  }
}
