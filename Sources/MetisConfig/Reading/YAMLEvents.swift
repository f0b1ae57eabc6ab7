import CYAML

/// One event of libyaml: a scalar, an alias, or the begin or end of something.
struct YAMLEvent {
  enum Kind {
    case streamStart
    case streamEnd
    /// The version of a `%YAML` directive.
    case documentStart(minor: Int?)
    case documentEnd
    case alias
    case scalar
    case sequenceStart
    case sequenceEnd
    /// Whether it is written between braces, or is one pair in a flow sequence.
    case mappingStart(isFlow: Bool)
    case mappingEnd
  }

  var kind: Kind

  /// Where it begins, from 1; columns in Unicode scalars.
  var line: Int
  var column: Int

  /// How many Unicode scalars stand before it.
  var index: Int

  /// The name of an anchor before it, or of the anchor that an alias means.
  var anchor: String?

  /// The whole tag, such as `tag:yaml.org,2002:str`.
  var tag: String?

  /// A scalar's text.
  var text = ""

  /// A scalar without quotes that is no block scalar, and without the tag `!`.
  var isPlain = false
}

/// The events of one text, by libyaml. Used by one thread; the bytes outlive it.
struct YAMLEvents: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>

  /// Why libyaml refuses a text: its words hold nothing of the text.
  struct Failure: Error {
    /// 0 where libyaml knows no place.
    var line: Int
    var column: Int
    var problem: String
    /// Where what it was reading begins.
    var contextLine: Int
    var context: String
  }

  /// Nil where memory ran out.
  init?(_ bytes: UnsafeRawBufferPointer) {
    parser = .allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      return nil
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    // An empty buffer has no address, and libyaml asks for one: any will do.
    let start = bytes.baseAddress ?? UnsafeRawPointer(parser)
    yaml_parser_set_input_string(
      parser, start.assumingMemoryBound(to: UInt8.self), bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The next event. Not to be called after an error or the end of the stream.
  mutating func next() throws(Failure) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
    defer { yaml_event_delete(&event) }
    let mark = event.start_mark
    var result = YAMLEvent(
      kind: .streamEnd, line: mark.line + 1, column: mark.column + 1, index: mark.index)
    switch event.type {
    case YAML_STREAM_START_EVENT: result.kind = .streamStart
    case YAML_DOCUMENT_START_EVENT:
      let version = event.data.document_start.version_directive
      result.kind = .documentStart(minor: version.map { Int($0.pointee.minor) })
    case YAML_DOCUMENT_END_EVENT: result.kind = .documentEnd
    case YAML_ALIAS_EVENT:
      result.kind = .alias
      result.anchor = Self.text(event.data.alias.anchor)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      result.kind = .scalar
      result.anchor = Self.text(scalar.anchor)
      result.tag = Self.text(scalar.tag)
      result.text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      result.isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE && scalar.plain_implicit == 1
    case YAML_SEQUENCE_START_EVENT:
      result.kind = .sequenceStart
      result.anchor = Self.text(event.data.sequence_start.anchor)
      result.tag = Self.text(event.data.sequence_start.tag)
    case YAML_SEQUENCE_END_EVENT: result.kind = .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      let mapping = event.data.mapping_start
      result.kind = .mappingStart(isFlow: mapping.style == YAML_FLOW_MAPPING_STYLE)
      result.anchor = Self.text(mapping.anchor)
      result.tag = Self.text(mapping.tag)
    case YAML_MAPPING_END_EVENT: result.kind = .mappingEnd
    default: result.kind = .streamEnd
    }
    return result
  }

  private var failure: Failure {
    let found = parser.pointee
    let words = { (text: UnsafePointer<CChar>?) in text.map { String(cString: $0) } ?? "" }
    guard found.error == YAML_SCANNER_ERROR || found.error == YAML_PARSER_ERROR else {
      let problem = found.error == YAML_MEMORY_ERROR ? "memory ran out" : words(found.problem)
      return Failure(line: 0, column: 0, problem: problem, contextLine: 0, context: "")
    }
    return Failure(
      line: found.problem_mark.line + 1, column: found.problem_mark.column + 1,
      problem: words(found.problem), contextLine: found.context_mark.line + 1,
      context: words(found.context))
  }

  private static func text(_ start: UnsafePointer<yaml_char_t>?) -> String? {
    start.map { String(cString: $0) }
  }
}
