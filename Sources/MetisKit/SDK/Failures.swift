/// A configuration that cannot work, and which member of it is the culprit.
public struct ConfigError: Error, Sendable, CustomStringConvertible {
  /// Member names and indices from the strategy's section to the culprit.
  public var path: [String]
  /// What was found, what was expected and what to do.
  public var message: String

  /// A refusal of the member at `path`; of the whole section where it is empty.
  public init(_ path: [String], _ message: String) {
    self.path = path
    self.message = message
  }

  /// A refusal of the whole section.
  public init(_ message: String) { self.init([], message) }

  /// The path as people write it: `schema.age.min`.
  public var location: String { path.joined(separator: ".") }

  /// The path as a JSON Pointer (RFC 6901).
  public var pointer: String { JSONPointer(tokens: path).description }

  /// `schema.age.min: found …, expected …`.
  public var description: String { path.isEmpty ? message : "\(location): \(message)" }
}

/// Ends a call with a JSON-RPC error when it is thrown from `answer`.
public struct CallError: Error, Sendable, CustomStringConvertible {
  /// Outside -32768…-32000 or a code that MCP defines; 0 for a tool result with `isError`.
  public var code: Int32
  /// For the client.
  public var message: String
  /// For the client's program.
  public var data: JSONValue?

  /// An error of the given parts.
  public init(code: Int32 = 0, _ message: String, data: JSONValue? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  /// The message.
  public var description: String { message }
}

/// Why a host service did not do what was asked, with a status of `metis/types.h`.
public struct HostError: Error, Sendable, Equatable, CustomStringConvertible {
  /// METIS_FAILED … METIS_NOT_FOUND.
  public let status: Int32
  /// The service that was asked, `metis.host.state/1`.
  public let service: String

  /// A refusal of `service`.
  init(_ status: Int32, _ service: StaticString) {
    self.status = status
    self.service = service.description
  }

  /// The service and the status in words.
  public var description: String {
    "\(service): \(Self.name(of: status))"
  }

  private static func name(of status: Int32) -> String {
    switch status {
    case METIS_UNSUPPORTED: "this host does not offer the service"
    case METIS_INVALID: "the host refused an argument as malformed"
    case METIS_DENIED: "the plugin's manifest does not grant it; add the need to `grants`"
    case METIS_LATE: "the call or timer has ended already"
    case METIS_LIMIT: "a limit of the host was reached"
    case METIS_BUSY: "the receiver reads too slowly"
    case METIS_NOT_FOUND: "not found"
    default: "failed with status \(status)"
    }
  }
}
