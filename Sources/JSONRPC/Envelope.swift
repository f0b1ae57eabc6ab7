public import JSON

/// A JSON-RPC 2.0 message, taken apart into slices of the bytes it came in.
///
/// Decoding validates the whole text in one pass and allocates nothing; the slices live as long as
/// the bytes. Members that JSON-RPC does not name are passed over.
@frozen
public struct Envelope {
  /// The four kinds of messages.
  @frozen
  public enum Kind: Sendable, Hashable {
    /// Has a `method` and an `id`.
    case request
    /// Has a `method` and no `id`.
    case notification
    /// Has a `result` and an `id`.
    case response
    /// Has an `error`, and an `id` unless the sender did not know it.
    case errorResponse
  }

  /// Which kind it is.
  public let kind: Kind

  /// The id as it stands in the text: a string or an integer. Nil for a notification, and for an
  /// error response without an id or with null.
  public let id: JSONSlice?

  /// The method's name: not nil for requests and notifications.
  public let method: JSONStringSlice?

  /// The parameters: an object, nil where there are none.
  public let params: JSONSlice?

  /// The result: not nil for a response.
  public let result: JSONSlice?

  /// The error: an object, not nil for an error response. ``ErrorObject`` reads it.
  public let error: JSONSlice?

  /// The id as a value of its own.
  public var requestID: RequestID? { id.flatMap(RequestID.init) }

  /// Decodes one message. Throws ``EnvelopeError`` with
  /// - ``ErrorCode/parseError`` where the bytes are not JSON or exceed `limits`;
  /// - ``ErrorCode/invalidRequest`` where they are not a message: `jsonrpc` is not "2.0", a member
  ///   that routing needs stands there twice (two readers could take different ones) or has a
  ///   wrong type, or the members together make none of the four kinds.
  public static func decode(
    _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()
  ) throws(EnvelopeError) -> Envelope {
    var none = UnreadParameters()
    return try decode(bytes, limits: limits, parameters: &none)
  }

  /// The same, and has `parameters` read the object of `params` on the way, so that the text is
  /// passed over once.
  public static func decode<Parameters: ParameterReading>(
    _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits(),
    parameters: inout Parameters
  ) throws(EnvelopeError) -> Envelope {
    var members = MessageMembers()
    do {
      var cursor = JSONCursor(bytes, limits: limits)
      try members.read(&cursor, bytes, &parameters)
      try cursor.finish()
    } catch {
      throw EnvelopeError(code: .parseError, message: "Parse error: \(error)")
    }
    return try members.envelope()
  }
}

/// What takes the members of `params` while a message is decoded.
public protocol ParameterReading {
  /// Reads the object that is next, to its end. What is wrong with its members is kept for later:
  /// whether the message is one at all is known only at its end. Throws where the text is not JSON.
  /// Called once for each `params` of the message, and never for one that is not an object.
  mutating func read(_ cursor: inout JSONCursor) throws(JSONError)
}

/// Passes over `params`.
private struct UnreadParameters: ParameterReading {
  mutating func read(_ cursor: inout JSONCursor) throws(JSONError) { _ = try cursor.skipValue() }
}
