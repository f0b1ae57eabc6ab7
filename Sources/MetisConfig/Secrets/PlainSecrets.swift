/// Secrets that stand in the clear in a file, where everyone sees them who reads the file, its
/// backups or its history.
public enum PlainSecrets {
  /// A warning for each secret in `root` that is written out, in the order of the tree. `root` is
  /// the tree before `${…}` is replaced. Empty texts and references are none; nor is anything where
  /// `security.allow_plain_secrets` is true. What the definitions answer with (contents, schemas,
  /// examples) is made up, and not looked at.
  public static func warnings(
    in root: ConfigValue, declarations: TableDeclaration = .root
  ) -> [ConfigError] {
    if case .bool(true) = root["security"]?["allow_plain_secrets"]?.content { return [] }
    var found = Search()
    found.look(at: root, path: "", key: "", DeclarationCursor(declarations), isSecret: false)
    return found.warnings
  }

  /// Keys below which stands what clients are shown, not what the server uses.
  private static let madeUp: Set<String> = [
    "input_schema", "output_schema", "schema", "properties", "_meta", "meta", "content",
    "contents", "structured_content", "structuredContent", "data", "example", "examples",
    "messages", "response", "responses", "complete", "arguments",
  ]

  private struct Search {
    var warnings: [ConfigError] = []

    mutating func look(
      at value: ConfigValue, path: String, key: String, _ cursor: DeclarationCursor,
      isSecret: Bool
    ) {
      switch value.content {
      case .table(let entries):
        for entry in entries where !madeUp.contains(entry.key) {
          let inner = cursor.entry(entry.key)
          look(
            at: entry.value, path: path.isEmpty ? entry.key : "\(path).\(entry.key)",
            key: entry.key, inner,
            isSecret: SecretRules.isSecret(entry.key, declaration: inner.declaration))
        }
      case .array(let elements):
        for (index, element) in elements.enumerated() {
          look(
            at: element, path: "\(path)[\(index)]", key: key, cursor.element, isSecret: isSecret)
        }
      case .string(let text):
        if isSecret || cursor.isSecret {
          if !SecretText.isHarmless(text) { warn(value, path, key, isURL: false) }
        } else if !SecretText.passwords(in: Array(text.utf8)[...]).isEmpty {
          warn(value, path, key, isURL: true)
        }
      case .number:
        if isSecret || cursor.isSecret { warn(value, path, key, isURL: false) }
      case .bool, .null, .datetime: break
      }
    }

    private mutating func warn(_ value: ConfigValue, _ path: String, _ key: String, isURL: Bool) {
      let words = SecretText.variableName(for: path)
      var ways = "use \"${\(words)}\" or \"${file:/run/secrets/\(words.lowercased())}\""
      if key == "valid_keys" { ways += ", or keys_env or keys_file in place of valid_keys" }
      warnings.append(
        ConfigError(
          .warning, at: value.place, keyPath: path,
          message: isURL
            ? "a password stands in the clear in this text" : "a secret stands in the clear",
          hint: "\(ways); security.allow_plain_secrets = true allows it"))
    }
  }
}

extension SecretText {
  /// A name for the variable that holds the secret at `path`: `auth.api_key.valid_keys[0]` gives
  /// `API_KEY_VALID_KEYS`.
  static func variableName(for path: String) -> String {
    var name = ""
    let parts = path.split(separator: ".").suffix(2).map { $0.prefix { $0 != "[" } }
    for character in parts.joined(separator: "_") {
      name += character.isLetter || character.isNumber ? character.uppercased() : "_"
    }
    let isASCII = name.utf8.allSatisfy { $0 < 0x80 } && name.first?.isNumber == false
    return isASCII ? name : "SECRET"
  }
}
