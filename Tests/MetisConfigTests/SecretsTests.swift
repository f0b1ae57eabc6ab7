import JSON
import Testing

@testable import MetisConfig

/// The tree of a text in TOML.
func tree(_ text: String, file: String = "metis.toml") throws -> ConfigValue {
  try ConfigSource.parse(Array(text.utf8), as: "toml", file: file)
}

/// The value at a path of keys.
private func value(_ root: ConfigValue, _ path: String...) -> ConfigValue? {
  path.reduce(root) { $0?[$1] }
}

@Suite struct SecretsTests {
  @Test(arguments: [
    "password", "db_password", "passwd", "secret", "jwt_secret", "client_secret", "token",
    "bearer_token", "accessToken", "api_key", "apiKey", "APIKey", "apikey", "x-api-key",
    "private_key", "valid_keys", "Authorization", "proxy-authorization", "secret_key", "api_keys",
    "tokens", "signing_key", "credentials", "passphrase",
  ])
  func namesOfSecrets(_ name: String) {
    #expect(SecretRules.isSecretName(name))
  }

  @Test(arguments: [
    "max_tokens", "token_count", "keys_env", "api_key_env", "keys_file", "key_file", "key", "keys",
    "primary_key", "foreign_key", "cache_key_fields", "context_keys", "total_tokens",
    "input_tokens", "include_token_usage", "test_invalid_tokens", "token_ttl", "secret_name",
    "next_page_token", "progressToken", "trusted_keys", "jwt_algorithm", "", "_", "public_key",
    "password_file", "sort_key", "monkey",
  ])
  func namesOfOthers(_ name: String) {
    #expect(!SecretRules.isSecretName(name))
  }

  @Test func declarationsCountMoreThanNames() {
    let key = KeyDeclaration("key", .text, isSecret: true, "a key")
    #expect(SecretRules.isSecret("key", declaration: key))
    let tokens = KeyDeclaration("tokens", .integer(0...9), "how many")
    #expect(!SecretRules.isSecret("tokens", declaration: tokens))
    let token = KeyDeclaration("token", .array(of: .text), "tokens")
    #expect(SecretRules.isSecret("token", declaration: token))
    #expect(SecretRules.isSecret("token", declaration: nil))
  }

  @Test func pathsLeadToDeclarations() {
    #expect(SecretRules.isSecret(path: "server.input.key"))
    #expect(!SecretRules.isSecret(path: "server.tls.key_file"))
    #expect(SecretRules.isSecret(path: "auth.api_key.valid_keys[0]"))
    #expect(!SecretRules.isSecret(path: "auth.api_key.header"))
    #expect(SecretRules.isSecret(path: "tools[\"a.b\"].mock.llm.api_key"))
    #expect(!SecretRules.isSecret(path: "tools[name=token].mock.seed"))
    #expect(!SecretRules.isSecret(path: ""))
  }

  @Test func secretsAreMasked() throws {
    let root = try tree(
      """
      title = "plain"
      [server.input]
      key = "0123456789abcdef"
      [auth.api_key]
      header = "X-API-Key"
      valid_keys = ["one", "two", ""]
      pin = 5
      [auth.basic]
      password = 1234
      enabled_token = true
      [models.database]
      connection_string = "postgres://ann:hunter2@db/x"
      [cache.redis]
      url = "redis://localhost:6379"
      [other]
      url = "http://ann:hunter2@host:80/path?x=1"
      text = "Server=db;Password=hunter2;Port=1"
      token = "${TOKEN}"
      """)
    let masked = ConfigMasking.masked(root)
    #expect(value(masked, "title")?.string == "plain")
    #expect(value(masked, "server", "input", "key")?.string == "***")
    let keys = value(masked, "auth", "api_key")
    #expect(keys?["header"]?.string == "X-API-Key")
    #expect(keys?["valid_keys"]?.array?.map(\.string) == ["***", "***", ""])
    #expect(keys?["pin"]?.toJSON() == 5)
    #expect(value(masked, "auth", "basic", "password")?.string == "***")
    #expect(value(masked, "auth", "basic", "enabled_token")?.toJSON() == true)
    #expect(
      value(masked, "models", "database", "connection_string")?.string
        == "postgres://ann:***@db/x")
    #expect(value(masked, "cache", "redis", "url")?.string == "redis://localhost:6379")
    #expect(value(masked, "other", "url")?.string == "http://ann:***@host:80/path?x=1")
    #expect(value(masked, "other", "text")?.string == "Server=db;Password=***;Port=1")
    #expect(value(masked, "other", "token")?.string == "${TOKEN}")
    #expect(value(masked, "server", "input", "key")?.place.line == 3)
  }

  /// What the environment gave is masked as what stands in a file.
  @Test func substitutedSecretsAreMasked() throws {
    let root = try tree(
      """
      [auth.bearer]
      token = "Bearer ${T}"
      issuer = "${I}"
      """
    ).substituting { ["T": "abc", "I": "https://ann:pw@example.org"][$0] }
    let bearer = try #require(value(ConfigMasking.masked(root), "auth", "bearer"))
    #expect(bearer["token"]?.string == "***")
    #expect(bearer["issuer"]?.string == "https://ann:***@example.org")
  }

  @Test func plainSecretsAreWarnedAbout() throws {
    let found = PlainSecrets.warnings(
      in: try tree(
        """
        [auth]
        use = ["api_key"]
        [auth.api_key]
        header = "X-API-Key"
        valid_keys = ["key1", "key2"]
        keys_env = "KEYS"
        keys_file = "keys.txt"
        [auth.bearer]
        jwt_secret = "your-secret"
        jwt_algorithm = "HS256"
        [[resources]]
        uri = "db://users"
        mock.strategy = "database"
        mock.database.connection_string = "postgres://ann:pw@host/db"
        """))
    #expect(
      found.map { "\($0.line):\($0.column) \($0.keyPath)" } == [
        "5:15 auth.api_key.valid_keys[0]", "5:23 auth.api_key.valid_keys[1]",
        "9:14 auth.bearer.jwt_secret", "14:35 resources[0].mock.database.connection_string",
      ])
    for warning in found {
      #expect(warning.severity == .warning)
      #expect(!"\(warning)".contains("your-secret") && !"\(warning)".contains("key1"))
    }
    #expect(found[0].hint?.contains("keys_env") == true)
    #expect(found[2].hint?.contains("\"${BEARER_JWT_SECRET}\"") == true)
    #expect(found[2].hint?.contains("${file:/run/secrets/bearer_jwt_secret}") == true)
  }

  @Test(arguments: [
    #"[auth.api_key]"# + "\n" + #"valid_keys = ["${KEY_1}", "${file:/run/secrets/key}", ""]"#,
    #"[mock.llm]"# + "\n" + #"api_key = "${ANTHROPIC_API_KEY}""#,
    #"[cache.redis]"# + "\n" + #"url = "${REDIS_URL:-redis://localhost:6379}""#,
    #"[a]"# + "\n" + #"authorization = "Bearer ${TOKEN}""#,
    #"[a]"# + "\n" + #"token = "${TOKEN:-}""#,
    #"[a]"# + "\n" + #"keys_file = "/etc/keys""#,
    "[security]\nallow_plain_secrets = true\n[a]\ntoken = \"abc\"",
    // What a mock answers, and the schema of what it is asked, hold no secrets of the server.
    "[[tools]]\nname = \"login\"\nmock = { strategy = \"static\", content = { token = \"abc\" } }",
    "[[tools]]\nname = \"a\"\ninput_schema.properties.password.type = \"string\"",
  ])
  func othersAreNot(_ text: String) throws {
    #expect(PlainSecrets.warnings(in: try tree(text)).isEmpty)
  }

  @Test(arguments: [
    #"token = "$${NOT_REPLACED}""#, #"token = "${TOKEN:-abc}""#, #"token = 12345"#,
    #"webhook_url = "https://ann:pw@example.org/""#, #"token = "https://example.org/?key=a""#,
  ])
  func inDoubtItIsPlain(_ text: String) throws {
    let warnings = PlainSecrets.warnings(in: try tree(text))
    #expect(warnings.count == 1)
  }

  @Test func variablesAreNamedByThePath() {
    #expect(SecretText.variableName(for: "auth.api_key.valid_keys[0]") == "API_KEY_VALID_KEYS")
    #expect(SecretText.variableName(for: "token") == "TOKEN")
    #expect(SecretText.variableName(for: "ä.1") == "SECRET")
  }
}
