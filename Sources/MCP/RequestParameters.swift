public import JSON
import JSONRPC

/// The members of `params` that the host itself reads, as slices of the message.
///
/// Everything else is passed over, but validated. A member that decides where a request goes may
/// stand only once: two readers of one message must not see two different requests.
public struct RequestParameters {
  public var meta = RequestMeta()
  /// `name` of `tools/call` and `prompts/get`.
  public var name: JSONStringSlice?
  /// `uri` of `resources/read`.
  public var uri: JSONStringSlice?
  /// `arguments`: an object.
  public var arguments: JSONSlice?
  /// `cursor` of the lists.
  public var cursor: JSONStringSlice?
  /// `protocolVersion` of `initialize`.
  public var protocolVersion: JSONStringSlice?
  /// `capabilities` of `initialize`: an object.
  public var capabilities: JSONSlice?
  /// `clientInfo` of `initialize`: an object.
  public var clientInfo: JSONSlice?
  /// `requestId` of `notifications/cancelled`: a string or a number.
  public var requestID: JSONSlice?

  /// No parameters at all.
  public init() {}

  /// Reads `params`, which the envelope has found to be a valid object.
  public init(_ params: JSONSlice) throws(MCPError) {
    do {
      var cursor = params.cursor()
      try cursor.beginObject()
      while let key = try cursor.nextKey() {
        try take(key, &cursor)
      }
    } catch let error as MCPError {
      throw error
    } catch {
      throw .invalidParams("params is malformed")
    }
  }

  private mutating func take(_ key: JSONKey, _ cursor: inout JSONCursor) throws {
    let value = try cursor.skipValue()
    // Names are told apart by their length first: most members fall through after one branch.
    switch key.raw.count {
    case _ where key.hasEscapes: try takeAny(key, value)
    case 3 where key == "uri": uri = try once(uri, string(value, "uri"), "uri")
    case 4 where key == "name": name = try once(name, string(value, "name"), "name")
    case 5 where key == "_meta":
      guard meta.raw == nil else { throw MCPError.duplicate("_meta") }
      meta = try RequestMeta(value)
    case 6 where key == "cursor":
      self.cursor = try once(self.cursor, string(value, "cursor"), "cursor")
    case 9 where key == "arguments":
      arguments = try once(arguments, object(value, "arguments"), "arguments")
    case 9 where key == "requestId": requestID = value
    case 10 where key == "clientInfo":
      clientInfo = try once(clientInfo, object(value, "clientInfo"), "clientInfo")
    case 12 where key == "capabilities":
      capabilities = try once(capabilities, object(value, "capabilities"), "capabilities")
    case 15 where key == "protocolVersion":
      protocolVersion = try once(
        protocolVersion, string(value, "protocolVersion"), "protocolVersion")
    default: break
    }
  }

  /// A key spelled with escapes: the same members, compared by their decoded names.
  private mutating func takeAny(_ key: JSONKey, _ value: JSONSlice) throws {
    for reserved: StaticString in [
      "uri", "name", "_meta", "cursor", "arguments", "requestId", "clientInfo", "capabilities",
      "protocolVersion",
    ] where key == reserved {
      throw MCPError.invalidParams(
        "params.\(reserved) must be spelled without escape sequences")
    }
  }

  private func once<Value>(_ old: Value?, _ new: Value, _ name: StaticString) throws -> Value {
    guard old == nil else { throw MCPError.duplicate(name) }
    return new
  }

  private func string(_ value: JSONSlice, _ name: StaticString) throws -> JSONStringSlice {
    guard let string = value.string else {
      throw MCPError.invalidParams("params.\(name) must be a string, found \(value.kind)")
    }
    return string
  }

  private func object(_ value: JSONSlice, _ name: StaticString) throws -> JSONSlice {
    guard value.kind == .object else {
      throw MCPError.invalidParams("params.\(name) must be an object, found \(value.kind)")
    }
    return value
  }
}
