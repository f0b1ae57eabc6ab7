import CLLHTTP

/// The parsers of a loop. A connection holds one only while a request of it is incomplete.
/// One thread.
struct ParserPool {
  private let settings: UnsafeMutablePointer<llhttp_settings_t>
  private let limits: ParserLimits
  private var free: UnsafeMutablePointer<RequestParser>?
  private var freeCount = 0

  /// How many unused parsers are kept: about 2 KB each.
  private static let keep = 64

  init(_ limits: ParserLimits) {
    self.limits = limits
    settings = ParserCallbacks.make()
  }

  /// A parser that is ready for a request.
  mutating func take() -> UnsafeMutablePointer<RequestParser> {
    guard let parser = free else { return RequestParser.make(limits, settings: settings) }
    free = parser.pointee.next
    freeCount -= 1
    parser.pointee.reset()
    return parser
  }

  mutating func give(_ parser: UnsafeMutablePointer<RequestParser>) {
    if freeCount == Self.keep {
      RequestParser.free(parser)
      return
    }
    parser.pointee.next = free
    free = parser
    freeCount += 1
  }

  /// Frees everything; no parser may be out.
  mutating func destroy() {
    while let parser = free {
      free = parser.pointee.next
      RequestParser.free(parser)
    }
    settings.deallocate()
  }
}
