/// The bounds of one request, checked at byte positions, so that they do not depend on how the
/// bytes were split on their way.
public struct ParserLimits: Sendable {
  /// Bytes from the method to the empty line after the header fields.
  public var headerBytes: Int
  /// Bytes of the request target.
  public var targetBytes: Int
  /// Header fields.
  public var fields: Int
  /// Bytes of the decoded body.
  public var bodyBytes: Int
  /// Bytes of all chunk extensions and trailer fields of a request.
  public var chunkOverheadBytes: Int

  /// The defaults of the transport.
  public init(
    headerBytes: Int = 16_384, targetBytes: Int = 8_192, fields: Int = 100,
    bodyBytes: Int = 4 << 20, chunkOverheadBytes: Int = 8_192
  ) {
    self.headerBytes = headerBytes
    self.targetBytes = targetBytes
    self.fields = fields
    self.bodyBytes = bodyBytes
    self.chunkOverheadBytes = chunkOverheadBytes
  }
}
