import Glibc
import JSON

/// Splits a byte stream into lines: the framing of MCP's stdio transport, one message a line.
///
/// Lines end with `\n` or `\r\n`; empty ones are passed over. A line that lies whole in one chunk is
/// given without a copy. Not for use from several threads at once.
///
///     var chunk = received
///     while let event = framer.next(&chunk) { … }
public struct LineFramer: ~Copyable {
  /// What was found in the stream.
  public enum Event {
    /// A line without its end. The bytes live until the framer or the chunk changes.
    case line(UnsafeRawBufferPointer)
    /// A line has more bytes than `limit`. It is passed over up to its end, where lines begin again.
    case tooLong(limit: Int)
  }

  /// How many bytes a line may have, without its end.
  public let maximumLength: Int

  /// The beginning of a line whose end was not yet seen.
  private var partial = JSONBuffer()

  /// Whether `partial` holds a line that was given already.
  private var given = false

  /// Whether the current line is too long and is passed over.
  private var discarding = false

  /// A framer for lines of at most `maximumLength` bytes.
  public init(maximumLength: Int) { self.maximumLength = min(maximumLength, .max - 1) }

  /// How many bytes of an unfinished line are kept.
  public var pendingCount: Int { given ? 0 : partial.count }

  /// The next event in `chunk`, which moves behind what was read; nil when all of it was read.
  public mutating func next(_ chunk: inout UnsafeRawBufferPointer) -> Event? {
    forgetGiven()
    while let start = chunk.baseAddress, chunk.count > 0 {
      guard let end = memchr(start, 0x0a, chunk.count) else {
        defer { chunk = UnsafeRawBufferPointer(rebasing: chunk[chunk.count...]) }
        return keep(chunk)
      }
      let count = UnsafeRawPointer(end) - start
      let head = UnsafeRawBufferPointer(start: start, count: count)
      chunk = UnsafeRawBufferPointer(rebasing: chunk[(count + 1)...])
      if discarding {
        discarding = false
        continue
      }
      if let event = line(endingWith: head) { return event }
    }
    return nil
  }

  /// The last line, where the stream ended without a line end.
  public mutating func finish() -> Event? {
    forgetGiven()
    defer { discarding = false }
    guard !discarding, partial.count > 0 else { return nil }
    return line(endingWith: UnsafeRawBufferPointer(start: nil, count: 0))
  }

  private mutating func forgetGiven() {
    guard given else { return }
    partial.removeAll()
    given = false
  }

  /// The line that ends with `tail`, or nil for an empty one.
  private mutating func line(endingWith tail: UnsafeRawBufferPointer) -> Event? {
    var line = tail
    if partial.count > 0 {
      given = true
      guard partial.count + tail.count <= maximumLength + 1 else {
        return .tooLong(limit: maximumLength)
      }
      partial.append(contentsOf: tail)
      line = partial.bytes
    }
    if line.last == 0x0d { line = UnsafeRawBufferPointer(rebasing: line.dropLast()) }
    guard line.count <= maximumLength else { return .tooLong(limit: maximumLength) }
    guard line.count > 0 else {
      forgetGiven()
      return nil
    }
    return .line(line)
  }

  /// Keeps the beginning of a line, unless it is too long already.
  private mutating func keep(_ head: UnsafeRawBufferPointer) -> Event? {
    guard !discarding else { return nil }
    let count = partial.count + head.count
    // One byte more is allowed where it may turn out to be half of the line end.
    guard count <= maximumLength || (count == maximumLength + 1 && head.last == 0x0d) else {
      discarding = true
      partial.removeAll()
      return .tooLong(limit: maximumLength)
    }
    partial.append(contentsOf: head)
    return nil
  }
}
