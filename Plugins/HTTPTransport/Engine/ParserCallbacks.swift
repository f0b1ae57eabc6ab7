import CLLHTTP

/// llhttp's callbacks. They run inside `RequestParser.feed`, note places, and refuse what llhttp
/// would take.
enum ParserCallbacks {
  /// Settings that live as long as the process: made once for an instance, freed by its owner.
  static func make() -> UnsafeMutablePointer<llhttp_settings_t> {
    let settings = UnsafeMutablePointer<llhttp_settings_t>.allocate(capacity: 1)
    settings.initialize(to: llhttp_settings_t())
    llhttp_settings_init(settings)
    settings.pointee.on_url = { ParserCallbacks.span($0, $1, $2, ParserCallbacks.target) }
    settings.pointee.on_url_complete = {
      ParserCallbacks.targetComplete(ParserCallbacks.parser(of: $0))
    }
    settings.pointee.on_header_field = { ParserCallbacks.span($0, $1, $2, ParserCallbacks.name) }
    settings.pointee.on_header_value = { ParserCallbacks.span($0, $1, $2, ParserCallbacks.value) }
    settings.pointee.on_header_field_complete = {
      ParserCallbacks.nameComplete(ParserCallbacks.parser(of: $0))
    }
    settings.pointee.on_headers_complete = { machine in
      guard let machine else { return -1 }
      return ParserCallbacks.headComplete(machine, ParserCallbacks.parser(of: machine))
    }
    settings.pointee.on_chunk_header = {
      ParserCallbacks.chunkHeader(ParserCallbacks.parser(of: $0))
    }
    settings.pointee.on_chunk_extension_name = {
      ParserCallbacks.overhead(ParserCallbacks.parser(of: $0), $2)
    }
    settings.pointee.on_chunk_extension_value = {
      ParserCallbacks.overhead(ParserCallbacks.parser(of: $0), $2)
    }
    settings.pointee.on_body = { ParserCallbacks.span($0, $1, $2, ParserCallbacks.body) }
    settings.pointee.on_message_complete = { _ in Int32(HPE_PAUSED.rawValue) }
    return settings
  }

  typealias Parser = UnsafeMutablePointer<RequestParser>

  /// The error number that ends `llhttp_execute` with our refusal.
  private static let stop = Int32(HPE_USER.rawValue)

  @inline(__always)
  private static func parser(of machine: UnsafeMutablePointer<llhttp_t>?) -> Parser {
    // llhttp hands back what `make` put there; it never calls without its machine.
    machine.unsafelyUnwrapped.pointee.data.assumingMemoryBound(to: RequestParser.self)
  }

  @inline(__always)
  private static func span(
    _ machine: UnsafeMutablePointer<llhttp_t>?, _ bytes: UnsafePointer<CChar>?, _ count: Int,
    _ body: (Parser, Int, Int) -> Int32
  ) -> Int32 {
    let parser = parser(of: machine)
    guard let bytes else { return 0 }
    return body(parser, UnsafeRawPointer(bytes) - UnsafeRawPointer(parser.pointee.base), count)
  }

  @inline(__always)
  private static func refuse(_ parser: Parser, _ refusal: Refusal) -> Int32 {
    parser.pointee.refusal = refusal
    return stop
  }

  private static func target(_ parser: Parser, _ place: Int, _ count: Int) -> Int32 {
    if parser.pointee.targetCount == 0 { parser.pointee.target = place }
    parser.pointee.targetCount = place + count - parser.pointee.target
    return 0
  }

  private static func targetComplete(_ parser: Parser) -> Int32 {
    parser.pointee.targetComplete = true
    if parser.pointee.targetCount > parser.pointee.limits.targetBytes {
      return refuse(parser, .targetTooLong)
    }
    return 0
  }

  private static func name(_ parser: Parser, _ place: Int, _ count: Int) -> Int32 {
    if parser.pointee.headComplete { return overhead(parser, count) }
    let field = parser.pointee.fieldCount
    if field == parser.pointee.limits.fields {
      parser.pointee.fieldsOverflow = true
      return 0
    }
    let fields = parser.pointee.fields
    if fields[field].nameCount == 0 {
      fields[field].name = UInt32(truncatingIfNeeded: place)
      fields[field].value = 0
      fields[field].valueCount = 0
    }
    fields[field].nameCount = UInt32(
      truncatingIfNeeded: place + count - Int(fields[field].name))
    return 0
  }

  private static func nameComplete(_ parser: Parser) -> Int32 {
    if parser.pointee.headComplete { return 0 }
    if parser.pointee.fieldsOverflow { return refuse(parser, .tooManyFields) }
    parser.pointee.fieldCount += 1
    if parser.pointee.fieldCount < parser.pointee.limits.fields {
      parser.pointee.fields[parser.pointee.fieldCount].nameCount = 0
    }
    return 0
  }

  private static func value(_ parser: Parser, _ place: Int, _ count: Int) -> Int32 {
    if parser.pointee.headComplete { return overhead(parser, count) }
    if count == 0 { return 0 }
    let field = parser.pointee.fields + (parser.pointee.fieldCount - 1)
    if field.pointee.valueCount == 0 {
      field.pointee.value = UInt32(truncatingIfNeeded: place)
    } else if field.pointee.valueEnd != place {
      // llhttp goes on after a line that was folded.
      parser.pointee.folded = true
    }
    field.pointee.valueCount = UInt32(truncatingIfNeeded: place + count - Int(field.pointee.value))
    return 0
  }

  private static func overhead(_ parser: Parser, _ count: Int) -> Int32 {
    parser.pointee.chunkOverhead += count
    return parser.pointee.chunkOverhead > parser.pointee.limits.chunkOverheadBytes
      ? refuse(parser, .chunkOverhead) : 0
  }

  private static func headComplete(
    _ machine: UnsafeMutablePointer<llhttp_t>, _ parser: Parser
  ) -> Int32 {
    // An Upgrade that is not taken leaves the connection as it is (RFC 9110, section 7.8).
    machine.pointee.upgrade = 0
    parser.pointee.headComplete = true
    parser.pointee.keepAlive = llhttp_should_keep_alive(machine) != 0
    parser.pointee.chunked = machine.pointee.flags & UInt16(F_CHUNKED.rawValue) != 0
    parser.pointee.isHead = machine.pointee.method == UInt8(HTTP_HEAD.rawValue)
    if let refusal = parser.pointee.checkHead() { return refuse(parser, refusal) }
    if !parser.pointee.chunked, machine.pointee.flags & UInt16(F_CONTENT_LENGTH.rawValue) != 0,
      machine.pointee.content_length > UInt64(parser.pointee.limits.bodyBytes)
    {
      return refuse(parser, .bodyTooLong)
    }
    return 0
  }

  private static func chunkHeader(_ parser: Parser) -> Int32 {
    let room = parser.pointee.limits.bodyBytes - parser.pointee.bodyCount
    return parser.pointee.machine.pointee.content_length > UInt64(room)
      ? refuse(parser, .bodyTooLong) : 0
  }

  private static func body(_ parser: Parser, _ place: Int, _ count: Int) -> Int32 {
    if parser.pointee.chunked {
      let end = parser.pointee.body + parser.pointee.bodyCount
      let base = parser.pointee.base
      if end != place {
        UnsafeMutableRawPointer(base + end).copyMemory(from: base + place, byteCount: count)
      }
    } else if parser.pointee.bodyCount == 0 {
      parser.pointee.body = place
    }
    parser.pointee.bodyCount += count
    return 0
  }
}
