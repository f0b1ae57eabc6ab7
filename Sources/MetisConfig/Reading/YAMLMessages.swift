/// What libyaml says, in words that tell what to do. Nothing of the text but single characters of
/// the syntax is quoted: values may be secrets.
struct YAMLMessage {
  var message: String
  var hint: String?

  /// The words for `failure`; `found` is the byte that it points at, nil at the end.
  init(_ failure: YAMLEvents.Failure, found: UInt8?) {
    switch failure.problem {
    case "found character that cannot start any token" where found == UInt8(ascii: "\t"):
      message = "found a tab, expected spaces"
      hint = "YAML indents with spaces alone"
    case "found character that cannot start any token":
      let name = found.map { "'\(Character(Unicode.Scalar($0)))'" } ?? "a character"
      message = "found \(name), which no value can begin with"
      hint = "put the value in quotes"
    case "found a tab character that violates indentation",
      "found a tab character where an indentation space is expected":
      message = "found a tab, expected spaces"
      hint = "YAML indents with spaces alone"
    case "mapping values are not allowed in this context":
      message = "found ':' where no key can stand"
      hint = "put a value with ': ' in it in quotes, or correct the indentation"
    case "block sequence entries are not allowed in this context":
      message = "found '- ' where no list can begin"
      hint = "begin the list in a line of its own, or put the value in quotes"
    case "did not find expected key", "did not find expected '-' indicator":
      let what = failure.problem.contains("key") ? "a key" : "'- '"
      message = "found something else, expected \(what)"
      hint = "lines that belong together begin in the same column"
    case "could not find expected ':'":
      message = "expected ':' after the key"
      hint = "a key stands in one line, followed by ': '"
    case "did not find expected <document start>":
      message = "found something behind the end of the value"
      hint = "lines that belong together begin in the same column"
    case "found unexpected end of stream":
      message = "found the end of the file, expected the quote that closes the text"
    case "found unexpected document indicator":
      message = "found --- or ... in a quoted text"
      hint = "indent the text"
    case "did not find expected node content" where found == nil:
      message = "found the end of the file, expected a value"
    case "did not find expected node content":
      message = "found no value where one is expected"
    case "found incompatible YAML document":
      message = "found a %YAML directive of another version, expected 1.2"
      hint = "remove the directive"
    case "found unknown directive name":
      message = "found an unknown directive, expected %YAML or %TAG"
      hint = "remove it, or put a value that begins with % in quotes"
    case "found undefined tag handle":
      message = "found a tag with a handle that no %TAG directive declares"
      hint = "put a value that begins with ! in quotes"
    case "found unknown escape character":
      message = "found an unknown escape in a text in double quotes"
      hint = "write \\\\ for a backslash, or use single quotes"
    case "found invalid Unicode character escape code":
      message = "found an escape that is no Unicode character"
      hint = "write a character above U+FFFF as it is or as \\U0001F600, not as two halves"
    case "": message = "found something that is not YAML"
    default: message = failure.problem
    }
    if failure.contextLine > 0, failure.contextLine < failure.line,
      let what = Self.contexts[failure.context]
    {
      message += ", in \(what) that begins in line \(failure.contextLine)"
    }
  }

  private static let contexts = [
    "while parsing a block mapping": "the table",
    "while parsing a block collection": "the list",
    "while parsing a flow mapping": "the table",
    "while parsing a flow sequence": "the list",
    "while scanning a quoted scalar": "the text",
    "while parsing a quoted scalar": "the text",
    "while scanning a block scalar": "the text",
    "while scanning a simple key": "the key",
  ]
}
