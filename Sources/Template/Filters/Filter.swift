/// A filter: a function of the value before `|` and of named arguments.
struct Filter: Sendable {
  /// A parameter of a filter.
  struct Parameter: Sendable {
    let name: String
    let isRequired: Bool
  }

  typealias Apply = @Sendable (FilterInput, inout Evaluation) throws(Fault) -> JSONValue

  let name: String
  let parameters: [Parameter]

  /// Whether the filter takes a name that is not defined, rather than that being an error.
  let takesUndefined: Bool

  let apply: Apply

  /// A filter whose parameters are written as their names, with `?` after those that may be absent.
  init(
    _ name: String, _ parameters: [String] = [], takesUndefined: Bool = false,
    _ apply: @escaping Apply
  ) {
    self.name = name
    self.parameters = parameters.map {
      Parameter(
        name: String($0.prefix { $0 != "?" }), isRequired: $0.utf8.last != UInt8(ascii: "?"))
    }
    self.takesUndefined = takesUndefined
    self.apply = apply
  }

  /// All filters by their names.
  static let named: [String: Filter] = {
    let filters =
      valueFilters + textFilters + collectionFilters + numberFilters + encodingFilters
    return Dictionary(uniqueKeysWithValues: filters.map { ($0.name, $0) })
  }()

  /// Filters of values of any kind.
  private static let valueFilters = [
    Filter("default", ["value"], takesUndefined: true) { input, _ in
      input.isDefined ? input.value : input.arguments[0] ?? .null
    },
    Filter("length") { input, _ throws(Fault) in
      switch input.value {
      case .string(let text): JSONValue(text.unicodeScalars.count)
      case .array(let elements): JSONValue(elements.count)
      case .object(let members): JSONValue(members.count)
      default: throw input.unexpected("a text, an array or an object")
      }
    },
    Filter("as_str") { input, evaluation throws(Fault) in
      .string(try evaluation.text(input.value, at: input.offset))
    },
  ]
}

/// What a filter is applied to.
struct FilterInput {
  let filter: Filter
  let offset: Int
  let value: JSONValue
  let isDefined: Bool
  /// The arguments in the order of the parameters; nil where one is absent.
  let arguments: [JSONValue?]

  init(_ applied: AppliedFilter, _ value: JSONValue?, _ arguments: [JSONValue?]) {
    filter = applied.filter
    offset = applied.offset
    self.value = value ?? .null
    isDefined = value != nil
    self.arguments = arguments
  }

  /// The value, which must be a text.
  func text() throws(Fault) -> String {
    guard let text = value.string else { throw unexpected("a text") }
    return text
  }

  /// The value, which must be an array.
  func elements() throws(Fault) -> [JSONValue] {
    guard let elements = value.array else { throw unexpected("an array") }
    return elements
  }

  /// The value, which must be a number.
  func number() throws(Fault) -> JSONNumber {
    guard let number = value.number else { throw unexpected("a number") }
    return number
  }

  /// A text argument, or `fallback` where it is absent.
  func text(_ index: Int, _ fallback: String = "") throws(Fault) -> String {
    guard let argument = arguments[index] else { return fallback }
    guard let text = argument.string else { throw unexpected(argument, index, "a text") }
    return text
  }

  /// An integer argument, or `fallback` where it is absent.
  func int(_ index: Int, _ fallback: Int) throws(Fault) -> Int {
    guard let argument = arguments[index] else { return fallback }
    guard let int = argument.int, int.magnitude < 1 << 53 else {
      throw unexpected(argument, index, "an integer")
    }
    return Int(int)
  }

  /// A truth argument, false where it is absent.
  func bool(_ index: Int) throws(Fault) -> Bool {
    guard let argument = arguments[index] else { return false }
    guard let bool = argument.bool else { throw unexpected(argument, index, "true or false") }
    return bool
  }

  /// The fault of a value of the wrong kind.
  func unexpected(_ expected: String) -> Fault {
    Fault(offset, "found \(value.kind) before `| \(filter.name)`, expected \(expected)")
  }

  private func unexpected(_ found: JSONValue, _ index: Int, _ expected: String) -> Fault {
    Fault(
      offset,
      "found \(found.kind) as `\(filter.parameters[index].name)` of `\(filter.name)`, "
        + "expected \(expected)")
  }
}
