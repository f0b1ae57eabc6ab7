public import JSON

/// A JSON-RPC batch: an array of messages (JSON-RPC 2.0, section 6; MCP 2025-03-26 alone has them).
///
/// The whole text is validated and counted before the first message is given, so that nothing of a
/// broken batch is acted on. The slices live as long as the bytes.
public struct Batch: Sequence {
  private let bytes: UnsafeRawBufferPointer
  private let limits: JSONLimits

  /// How many elements the batch has: at least one.
  public let count: Int

  /// Whether `bytes` begin like a batch, white space aside.
  public static func isBatch(_ bytes: UnsafeRawBufferPointer) -> Bool {
    for byte in bytes {
      switch byte {
      case 0x20, 0x09, 0x0a, 0x0d: continue
      default: return byte == UInt8(ascii: "[")
      }
    }
    return false
  }

  /// The batch that `bytes` are. Throws ``ErrorCode/parseError`` where they are not JSON, and
  /// ``ErrorCode/invalidRequest`` for an empty array and for more than `maximumCount` elements.
  public init(
    _ bytes: UnsafeRawBufferPointer, maximumCount: Int, limits: JSONLimits = JSONLimits()
  ) throws(EnvelopeError) {
    self.bytes = bytes
    self.limits = limits
    var count = 0
    do {
      var cursor = JSONCursor(bytes, limits: limits)
      try cursor.beginArray()
      while try cursor.nextElement() {
        _ = try cursor.skipValue()
        count += 1
      }
      try cursor.finish()
    } catch {
      let code: ErrorCode = error.kind == .expectedArray ? .invalidRequest : .parseError
      throw EnvelopeError(code: code, message: "Parse error: \(error)")
    }
    guard count > 0 else {
      throw EnvelopeError.invalid("found an empty batch, expected at least one message")
    }
    guard count <= maximumCount else {
      throw EnvelopeError.invalid(
        "found a batch of \(count) messages, expected at most \(maximumCount)")
    }
    self.count = count
  }

  /// The elements in order, each one valid JSON and not yet known to be a message.
  public func makeIterator() -> Iterator { Iterator(JSONCursor(bytes, limits: limits)) }

  /// Gives the elements of a batch.
  public struct Iterator: IteratorProtocol {
    private var cursor: JSONCursor

    init(_ cursor: JSONCursor) {
      self.cursor = cursor
      // The text was validated: neither this nor what follows can fail.
      try? self.cursor.beginArray()
    }

    /// The next element.
    public mutating func next() -> JSONSlice? {
      guard let more = try? cursor.nextElement(), more else { return nil }
      return try? cursor.skipValue()
    }
  }
}
