/// What is a secret: what the declarations say, and what the names of keys say where nothing is
/// declared, as in the table of a plugin.
public enum SecretRules {
  /// Whether the value of `key` is a secret. `declaration` is that of the key; nil where it has none.
  ///
  /// A declared key whose kind is no text (a number, a path, a choice) is one only if it is declared
  /// so; of all others the name counts too.
  public static func isSecret(_ key: String, declaration: KeyDeclaration?) -> Bool {
    guard let declaration else { return isSecretName(key) }
    if declaration.isSecret { return true }
    return canBeText(declaration.kind) && isSecretName(key)
  }

  /// Whether the value at the key path `path`, such as `auth.api_key.valid_keys[0]`, is a secret.
  /// Keys with dots stand in quotes: `a."b.c"`.
  public static func isSecret(path: String, in declarations: TableDeclaration = .root) -> Bool {
    var cursor = DeclarationCursor(declarations)
    var isSecret = false
    for component in components(of: path) {
      switch component {
      case .key(let key):
        cursor = cursor.entry(key)
        isSecret = cursor.isSecret || Self.isSecret(key, declaration: cursor.declaration)
      case .element: cursor = cursor.element
      }
    }
    return isSecret
  }

  /// Whether a key's name says that its value is a secret: `password`, `api_key`, `jwt_secret`,
  /// `valid_keys`, `Authorization`; not `max_tokens`, `keys_env`, `key_file`.
  public static func isSecretName(_ name: String) -> Bool {
    let words = words(of: name)
    guard let last = words.last, let first = words.first else { return false }
    if harmlessFirst.contains(first) || harmlessLast.contains(last) { return false }
    if secretLast.contains(last) { return true }
    guard words.count > 1, last == "key" || last == "keys" else { return false }
    return secretBeforeKey.contains(words[words.count - 2])
  }

  /// Words at the end of a name that make it a secret.
  private static let secretLast: Set<String> = [
    "password", "passwords", "passwd", "passphrase", "pwd", "secret", "secrets", "token", "tokens",
    "apikey", "apikeys", "privatekey", "credential", "credentials", "authorization", "passcode",
  ]

  /// Words before `key` or `keys` that make it a secret.
  private static let secretBeforeKey: Set<String> = [
    "api", "private", "secret", "access", "valid", "signing", "encryption", "shared", "account",
    "auth", "license", "hmac", "jwt", "master",
  ]

  /// Words at the end of a name that say: this is where a secret stands or how it looks.
  private static let harmlessLast: Set<String> = [
    "env", "file", "files", "path", "dir", "count", "limit", "header", "name", "type", "fields",
    "algorithm", "length", "usage", "budget", "policy", "id", "ttl", "ms", "sec", "prefix",
  ]

  /// Words at the beginning of a name that count tokens, or go through pages with them.
  private static let harmlessFirst: Set<String> = [
    "max", "min", "num", "total", "input", "output", "page", "next", "progress", "continuation",
    "include", "test", "has", "use", "public", "prompt", "completion",
  ]

  /// `APIKey`, `api-key` and `api_key` in words of small letters.
  private static func words(of name: String) -> [String] {
    var words: [String] = []
    var word = ""
    var previous: Character = "_"
    let characters = Array(name)
    for (index, character) in characters.enumerated() {
      let isEdge =
        character.isUppercase
        && (previous.isLowercase
          || (previous.isUppercase && index + 1 < characters.count
            && characters[index + 1].isLowercase))
      if isEdge || "_-. ".contains(character) {
        if !word.isEmpty { words.append(word) }
        word = ""
      }
      if !"_-. ".contains(character) { word += character.lowercased() }
      previous = character
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  private static func canBeText(_ kind: KeyDeclaration.Kind) -> Bool {
    switch kind {
    case .text, .anyText, .any, .section, .table, .tables: true
    case .boolean, .integer, .unsigned, .number, .choice, .path, .dateTime: false
    case .array(let kind), .map(let kind): canBeText(kind)
    case .oneOf(let kinds): kinds.contains(where: canBeText)
    }
  }

  private enum Component {
    case key(String)
    case element
  }

  private static func components(of path: String) -> [Component] {
    var components: [Component] = []
    var key = ""
    var quote: Character?
    var isIndex = false
    var isEscaped = false
    func end() {
      if !key.isEmpty { components.append(.key(key)) }
      key = ""
    }
    for character in path {
      if let open = quote {
        if !isEscaped, character == open {
          quote = nil
        } else if !isEscaped, open == "\"", character == "\\" {
          isEscaped = true
          continue
        } else if !isIndex {
          key.append(character)
        }
        isEscaped = false
      } else if character == "\"" || character == "'" {
        quote = character
      } else if isIndex {
        if character == "]" { isIndex = false }
      } else if character == "[" {
        end()
        components.append(.element)
        isIndex = true
      } else if character == "." {
        end()
      } else {
        key.append(character)
      }
    }
    end()
    return components
  }
}

extension TableDeclaration {
  /// The names of all keys, at any depth, that are declared to hold a secret.
  var secretNames: Set<String> {
    var names: Set<String> = []
    func collect(_ kind: KeyDeclaration.Kind) {
      switch kind {
      case .table(let table), .tables(let table): names.formUnion(table.secretNames)
      case .array(let kind), .map(let kind): collect(kind)
      case .oneOf(let kinds): kinds.forEach(collect)
      default: break
      }
    }
    for key in keys {
      if key.isSecret { names.insert(key.name) }
      collect(key.kind)
    }
    if case .each(let kind) = others { collect(kind) }
    return names
  }
}
