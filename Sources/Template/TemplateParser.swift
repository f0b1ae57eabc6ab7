/// Parses the segments of a template into pieces.
struct TemplateParser {
  private let bytes: [UInt8]
  private let segments: [Segment]
  private let options: TemplateOptions
  private var index = 0
  private var nesting = 0

  /// The statement that ended the last block, after its keyword.
  private var ending: (keyword: String, offset: Int, parser: ExpressionParser)?

  /// The pieces of the template `source`.
  static func parse(_ source: String, _ options: TemplateOptions) throws(Fault) -> [Piece] {
    let bytes = Array(source.utf8)
    guard bytes.count <= options.limits.source else {
      throw Fault(
        0, "found a template of \(bytes.count) bytes, expected at most \(options.limits.source)")
    }
    var parser = TemplateParser(
      bytes: bytes, segments: try Segmenter.split(bytes), options: options)
    let pieces = try parser.block()
    if let ending = parser.ending {
      throw Fault(ending.offset, "found {% \(ending.keyword) %} without the block that it ends")
    }
    return pieces
  }

  private init(bytes: [UInt8], segments: [Segment], options: TemplateOptions) {
    self.bytes = bytes
    self.segments = segments
    self.options = options
  }

  /// The pieces up to a statement that ends or divides a block, which is left in `ending`.
  private mutating func block() throws(Fault) -> [Piece] {
    nesting += 1
    defer { nesting -= 1 }
    ending = nil
    var pieces: [Piece] = []
    while index < segments.count {
      let segment = segments[index]
      index += 1
      switch segment {
      case .text(let text): pieces.append(.text(text))
      case .output(let range):
        pieces.append(.output(try ExpressionParser.parse(bytes[range], options)))
      case .statement(let range):
        var parser = try ExpressionParser(bytes[range], options)
        let offset = parser.offset
        guard nesting <= options.limits.depth else {
          throw Fault(offset, "found blocks nested deeper than \(options.limits.depth) levels")
        }
        if try parser.take("if") {
          pieces.append(try branch(offset, parser))
        } else if try parser.take("for") {
          pieces.append(try loop(offset, parser))
        } else {
          for keyword in ["elif", "else", "endif", "endfor"] where try parser.take(keyword) {
            ending = (keyword, offset, parser)
            return pieces
          }
          throw Fault(
            offset,
            "found the statement \(parser.found), expected one of: if, elif, else, endif, "
              + "for, endfor, raw, endraw")
        }
      }
    }
    return pieces
  }

  private mutating func branch(
    _ start: Int, _ condition: ExpressionParser
  ) throws(Fault) -> Piece {
    var branches: [(condition: Node, body: [Piece])] = []
    var condition = condition
    while true {
      let node = try condition.expression()
      try condition.finish()
      branches.append((node, try block()))
      let (keyword, parser) = try divider(start, "if", ["elif", "else", "endif"])
      switch keyword {
      case "elif": condition = parser
      case "else":
        try parser.finish()
        let otherwise = try block()
        let (_, parser) = try divider(start, "if", ["endif"])
        try parser.finish()
        return .branch(branches, otherwise: otherwise)
      default:
        try parser.finish()
        return .branch(branches, otherwise: [])
      }
    }
  }

  private mutating func loop(_ start: Int, _ head: ExpressionParser) throws(Fault) -> Piece {
    var head = head
    var key: String?
    var value = try head.takeName("the name of the loop's variable")
    if try head.take(.comma) {
      key = value
      value = try head.takeName("the name of the variable for the values")
    }
    guard try head.take("in") else {
      throw Fault(head.offset, "found \(head.found), expected `in` after the loop's variable")
    }
    let container = try head.expression()
    try head.finish()
    let body = try block()
    var otherwise: [Piece] = []
    var (keyword, parser) = try divider(start, "for", ["else", "endfor"])
    if keyword == "else" {
      try parser.finish()
      otherwise = try block()
      (keyword, parser) = try divider(start, "for", ["endfor"])
    }
    try parser.finish()
    return .loop(
      Loop(
        offset: start, key: key, value: value, container: container, body: body,
        otherwise: otherwise))
  }

  /// The statement that ended the last block, where it is one of `expected`.
  private mutating func divider(
    _ start: Int, _ block: String, _ expected: [String]
  ) throws(Fault) -> (keyword: String, parser: ExpressionParser) {
    guard let found = ending else {
      throw Fault(start, "found {% \(block) %} without its {% end\(block) %}")
    }
    guard expected.contains(found.keyword) else {
      throw Fault(
        found.offset,
        "found {% \(found.keyword) %} inside {% \(block) %}, expected "
          + expected.map { "{% \($0) %}" }.joined(separator: " or "))
    }
    ending = nil
    return (found.keyword, found.parser)
  }
}
