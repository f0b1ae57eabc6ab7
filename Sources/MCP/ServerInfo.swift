public import JSON

/// Who the server says it is: `Implementation` of the schema, with its instructions.
public struct ServerInfo: Sendable {
  /// For programs.
  public var name: String
  /// The server's own version.
  public var version: String
  /// For people; since 2025-06-18.
  public var title: String?
  /// What a model should know of the server.
  public var instructions: String?

  /// The info of a server.
  public init(name: String, version: String, title: String? = nil, instructions: String? = nil) {
    self.name = name
    self.version = version
    self.title = title
    self.instructions = instructions
  }

  /// The `Implementation` object for clients of a revision.
  public func implementation(_ revision: ProtocolRevision) -> JSONValue {
    var object: JSONObject = ["name": .string(name), "version": .string(version)]
    if let title, RevisionTraits.of(revision).serverTitle { object["title"] = .string(title) }
    return .object(object)
  }

  /// The result of `initialize` (legacy), after the revision was negotiated.
  public func initializeResult(_ revision: ProtocolRevision) -> JSONValue {
    var object: JSONObject = [
      "protocolVersion": .string(revision.name.description),
      "capabilities": Capabilities.offered(revision),
      "serverInfo": implementation(revision),
    ]
    if let instructions { object["instructions"] = .string(instructions) }
    return .object(object)
  }

  /// The result of `server/discover`, without `resultType` and `_meta`.
  public func discoverResult() -> JSONValue {
    var object: JSONObject = [
      "supportedVersions": .array([.string(ProtocolRevision.july2026.name.description)]),
      "capabilities": Capabilities.offered(.july2026),
    ]
    if let instructions { object["instructions"] = .string(instructions) }
    object["ttlMs"] = 0
    object["cacheScope"] = "private"
    return .object(object)
  }
}

/// What the server offers: `ServerCapabilities`.
public enum Capabilities {
  /// The capabilities that clients of a revision are told. A client of the handshake era hears of a
  /// changed list on its stream; in the stateless era it has to ask again.
  public static func offered(_ revision: ProtocolRevision) -> JSONValue {
    ["tools": ["listChanged": .bool(revision.isLegacy)]]
  }
}
