import CLLHTTP

/// Where a header field stands, in bytes from the start of its request.
struct FieldPlace {
  var name: UInt32
  var nameCount: UInt32
  var value: UInt32
  var valueCount: UInt32

  var nameEnd: Int { Int(name) + Int(nameCount) }
  var valueEnd: Int { Int(value) + Int(valueCount) }
}

/// What a piece of input did to a request.
enum ParserProgress {
  /// More bytes are needed; of this request's bytes the first `retained` must be kept.
  case incomplete(retained: Int)
  /// The request ends before byte `end`.
  case complete(end: Int)
  /// The request is not taken, and nothing after it can be trusted.
  case refused(Refusal)
}

/// The state of one request between pieces of input: llhttp's and ours.
///
/// It lives in raw memory because llhttp's callbacks write into it while llhttp runs; places are
/// offsets, so that the bytes may move between two pieces. One thread at a time.
struct RequestParser {
  /// llhttp's state; its `data` points to this struct.
  let machine: UnsafeMutablePointer<llhttp_t>
  /// Room for `limits.fields` places.
  let fields: UnsafeMutablePointer<FieldPlace>
  let limits: ParserLimits

  /// Where the request begins in the buffer that llhttp reads at the moment.
  var base: UnsafeMutablePointer<UInt8>
  /// The end of what llhttp may read at the moment, from `base`.
  var readable = 0
  var fieldCount = 0
  var fieldsOverflow = false
  var folded = false
  var target = 0
  var targetCount = 0
  var targetComplete = false
  var headComplete = false
  var chunked = false
  var keepAlive = false
  var expectsContinue = false
  var oldVersion = false
  var isHead = false
  /// The request is a handshake of WebSocket in order.
  var isWebSocket = false
  /// Where its key stands.
  var webSocketKey = 0
  var body = 0
  var bodyCount = 0
  var chunkOverhead = 0
  var refusal: Refusal?
  /// The next parser of a pool's list.
  var next: UnsafeMutablePointer<RequestParser>?

  static func make(
    _ limits: ParserLimits, settings: UnsafePointer<llhttp_settings_t>
  ) -> UnsafeMutablePointer<RequestParser> {
    let parser = UnsafeMutablePointer<RequestParser>.allocate(capacity: 1)
    let machine = UnsafeMutablePointer<llhttp_t>.allocate(capacity: 1)
    machine.initialize(to: llhttp_t())
    llhttp_init(machine, HTTP_REQUEST, settings)
    machine.pointee.data = UnsafeMutableRawPointer(parser)
    let fields = UnsafeMutablePointer<FieldPlace>.allocate(capacity: limits.fields)
    fields.initialize(
      repeating: FieldPlace(name: 0, nameCount: 0, value: 0, valueCount: 0), count: limits.fields)
    parser.initialize(
      to: RequestParser(
        machine: machine, fields: fields, limits: limits,
        base: UnsafeMutableRawPointer(machine).assumingMemoryBound(to: UInt8.self)))
    return parser
  }

  static func free(_ parser: UnsafeMutablePointer<RequestParser>) {
    parser.pointee.machine.deallocate()
    parser.pointee.fields.deallocate()
    parser.deinitialize(count: 1)
    parser.deallocate()
  }

  /// Makes ready for the next request.
  mutating func reset() {
    llhttp_reset(machine)
    fieldCount = 0
    fields.pointee.nameCount = 0
    fieldsOverflow = false
    folded = false
    target = 0
    targetCount = 0
    targetComplete = false
    headComplete = false
    chunked = false
    keepAlive = false
    expectsContinue = false
    oldVersion = false
    isHead = false
    isWebSocket = false
    body = 0
    bodyCount = 0
    chunkOverhead = 0
    refusal = nil
  }

  /// Reads the bytes `from ..< to` of the request that begins at `base`. The bytes before `from`
  /// are those that were retained. A chunked body is decoded in place.
  static func feed(
    _ parser: UnsafeMutablePointer<RequestParser>, _ base: UnsafeMutablePointer<UInt8>,
    from: Int, to: Int
  ) -> ParserProgress {
    parser.pointee.base = base
    let machine = parser.pointee.machine
    var place = from
    while place < to {
      // llhttp never sees a byte beyond the longest head before the head is complete: what is
      // refused for its length is so whatever follows.
      let end = parser.pointee.headComplete ? to : min(to, parser.pointee.limits.headerBytes)
      if end <= place { return .refused(parser.pointee.tooLong) }
      parser.pointee.readable = end
      let status = UnsafeMutableRawPointer(base + place).withMemoryRebound(
        to: CChar.self, capacity: end - place
      ) { llhttp_execute(machine, $0, end - place) }
      if status == HPE_OK {
        place = end
        continue
      }
      if status == HPE_PAUSED, let stop = machine.pointee.error_pos {
        let stop = UnsafeRawPointer(stop) - UnsafeRawPointer(base)
        return .complete(end: stop)
      }
      return .refused(parser.pointee.refusal ?? refusal(of: status, machine, base))
    }
    if parser.pointee.headComplete {
      return .incomplete(
        retained: parser.pointee.chunked ? parser.pointee.body + parser.pointee.bodyCount : place)
    }
    if place >= parser.pointee.limits.headerBytes { return .refused(parser.pointee.tooLong) }
    return .incomplete(retained: place)
  }

  /// The refusal of a head that reached its bound.
  private var tooLong: Refusal {
    targetComplete ? .headTooLong : targetCount > limits.targetBytes ? .targetTooLong : .headTooLong
  }

  private static func refusal(
    of status: llhttp_errno_t, _ machine: UnsafePointer<llhttp_t>, _ base: UnsafePointer<UInt8>
  ) -> Refusal {
    // llhttp knows the methods of RTSP as well, and refuses them behind the target.
    let rtsp = UInt8(HTTP_DESCRIBE.rawValue)...UInt8(HTTP_FLUSH.rawValue)
    return switch status {
    case HPE_INVALID_METHOD: isToken(machine, base) ? .methodUnknown : .method
    case HPE_INVALID_CONSTANT where rtsp.contains(machine.pointee.method): .methodUnknown
    case HPE_INVALID_URL: .target
    case HPE_INVALID_VERSION, HPE_PAUSED_H2_UPGRADE, HPE_INVALID_CONSTANT: .version
    case HPE_INVALID_CONTENT_LENGTH: .lengthInvalid
    case HPE_UNEXPECTED_CONTENT_LENGTH: .lengthBesideCoding
    case HPE_INVALID_TRANSFER_ENCODING: .codingUnknown
    case HPE_INVALID_CHUNK_SIZE: .chunkSize
    case HPE_INVALID_HEADER_TOKEN: .fieldLine
    case HPE_LF_EXPECTED, HPE_CR_EXPECTED, HPE_STRICT: .lineEnd
    default: .malformed
    }
  }

  /// Whether the method is a token (RFC 9110, section 5.6.2) up to the byte that llhttp stopped
  /// at: the verdict does not wait for what follows.
  private static func isToken(
    _ machine: UnsafePointer<llhttp_t>, _ base: UnsafePointer<UInt8>
  ) -> Bool {
    guard let stop = machine.pointee.error_pos else { return false }
    for place in 0...max(UnsafeRawPointer(stop) - UnsafeRawPointer(base), 0) {
      switch base[place] {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e,
        0x5e...0x60, 0x7c, 0x7e:
        continue
      default: return false
      }
    }
    return true
  }
}
