/// The `[server.input]` table: questions that a call asks of its client (elicitation, sampling,
/// roots), in both eras.
public struct InputSettings: Sendable {
  /// How long a client of the handshake era may take to answer a question.
  public var timeout: Duration = .seconds(60)

  /// For how long a `requestState` is good (MCP 2026-07-28, multi round-trip requests).
  public var stateTTL: Duration = .seconds(600)

  /// Whether a `requestState` is good for one retry only.
  public var isSingleUse = true

  /// The secret from which the key that seals `requestState` is derived, so that several hosts
  /// understand each other's; nil for a random key each start. At least 16 bytes.
  public var key: String?

  /// The settings of a file that says nothing.
  public init() {}
}

extension InputSettings {
  /// The fewest bytes of a secret that is worth the name.
  private static let leastKey = 16

  /// Reads `[server.input]`.
  static func decode(_ reader: TableReader) -> InputSettings {
    var settings = InputSettings()
    if let limit = reader.seconds("timeout_sec") { settings.timeout = limit }
    if let limit = reader.seconds("state_ttl_sec") { settings.stateTTL = limit }
    if let single = reader.bool("single_use") { settings.isSingleUse = single }
    if let key = reader.name("key"), let value = reader.value("key") {
      if key.utf8.count >= leastKey {
        settings.key = key
      } else {
        reader.report.error(
          "found a secret of \(key.utf8.count) bytes, expected at least \(leastKey)",
          at: value.place, path: reader.path("key"))
      }
    }
    return settings
  }
}
