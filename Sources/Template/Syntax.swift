/// An expression as it is evaluated.
struct Node: Sendable {
  /// The byte of the source that errors point at.
  let offset: Int
  let form: Form
  /// How deep the tree below is, itself included: bounds the recursion over it.
  let depth: Int

  indirect enum Form: Sendable {
    case constant(JSONValue)
    case variable(String)
    case path(Node, [Step])
    case array([Node])
    case not(Node)
    case negative(Node)
    case binary(BinaryOperator, Node, Node)
    case test(Node, AppliedTest)
    case filtered(Node, [AppliedFilter])
    case call(String, [Argument])
  }

  /// The value where it stands in the source itself.
  var constant: JSONValue? { if case .constant(let value) = form { value } else { nil } }
}

/// A step of a path.
enum Step: Sendable {
  case member(String, offset: Int)
  case element(Int, offset: Int)
  case computed(Node)

  var offset: Int {
    switch self {
    case .member(_, let offset), .element(_, let offset): offset
    case .computed(let node): node.offset
    }
  }
}

/// A named argument.
struct Argument: Sendable {
  let name: String
  let value: Node
}

enum BinaryOperator: String, Sendable {
  case or
  case and
  case isIn = "in"
  case isNotIn = "not in"
  case equal = "=="
  case unequal = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case concatenate = "~"
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
}

/// A filter with its arguments, in the order of its parameters.
struct AppliedFilter: Sendable {
  let filter: Filter
  let offset: Int
  let arguments: [Node?]
}

/// A test with its arguments.
struct AppliedTest: Sendable {
  let test: ValueTest
  let offset: Int
  let isNegated: Bool
  let arguments: [Node]
  /// The pattern of `matching` where it is a literal.
  let matcher: TemplateOptions.Matcher?
}

/// A piece of a template, in the order of its output.
indirect enum Piece: Sendable {
  case text(String)
  case output(Node)
  case branch([(condition: Node, body: [Piece])], otherwise: [Piece])
  case loop(Loop)
}

/// `{% for key, value in container %}`.
struct Loop: Sendable {
  let offset: Int
  let key: String?
  let value: String
  let container: Node
  let body: [Piece]
  let otherwise: [Piece]
}
