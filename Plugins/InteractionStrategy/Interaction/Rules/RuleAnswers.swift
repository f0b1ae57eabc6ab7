import MetisKit

/// The answers of a rule in the order of its calls.
struct RuleAnswers: Sendable {
  /// What follows the last answer.
  enum AfterLast: String, Sendable, CaseIterable {
    /// The last one again.
    case `repeat`
    /// The first one again, and so on.
    case cycle
    /// The default answer of the target.
    case `default`
  }

  /// Where the answers stand among the lists of the rule set: one after the other.
  let lists: Range<Int>
  let afterLast: AfterLast

  /// Whether the number of the call decides.
  var isCounted: Bool { lists.count > 1 || afterLast == .default }

  /// The list for the call of number `number`, from 1; nil where the default follows.
  func list(for number: Int64) -> Int? {
    let count = Int64(lists.count)
    if number <= count { return lists.lowerBound + Int(number - 1) }
    switch afterLast {
    case .repeat: return lists.upperBound - 1
    case .cycle: return lists.lowerBound + Int((number - 1) % count)
    case .default: return nil
    }
  }
}

/// Compiles answers of the configuration into step lists.
struct AnswerCompiler {
  let target: Target
  let defaults: StepDefaults
  private(set) var lists: [StepList] = []

  init(_ target: Target, _ defaults: StepDefaults) {
    self.target = target
    self.defaults = defaults
  }

  /// How many answers a target may have.
  static let limit = 10_000

  /// Compiles one answer and gives its place among the lists: a text, `{ steps = [ … ] }`, or a table
  /// that is one step by itself, such as `{ error = { … } }`.
  mutating func answer(_ value: JSONValue, at path: [String]) throws(ConfigError) -> Int {
    guard lists.count < Self.limit else {
      throw ConfigError(path, "found more than \(Self.limit) answers; make the list shorter")
    }
    if value.string != nil {
      try append(["text": value], at: path, stepPath: path, isText: true)
      return lists.count - 1
    }
    guard let table = value.object, !table.isEmpty else {
      throw ConfigError(
        path,
        "found \(value.kind == .object ? "an empty table" : "\(value.kind)"), expected an "
          + "answer: a text, { steps = [ … ] }, or one step such as { text = \"…\" }")
    }
    if let steps = table["steps"] {
      let others = table.keys.filter { $0 != "steps" && !StepDefaults.names.contains($0) }
      if let other = others.first {
        throw ConfigError(
          path + [other], "found beside `steps`; make it a step of its own in the list")
      }
      let own = try StepDefaults(section: value, at: path, fallback: defaults)
      lists.append(
        try StepList.compile(steps, at: path + ["steps"], target: target, defaults: own))
      return lists.count - 1
    }
    if let plain = table["value"] {
      if let other = table.keys.first(where: { $0 != "value" }) {
        throw ConfigError(path + [other], "found beside `value`, which is the whole answer")
      }
      try append(try shaped(plain, at: path + ["value"]), at: path, stepPath: path + ["value"])
      return lists.count - 1
    }
    try append(value, at: path, stepPath: path)
    return lists.count - 1
  }

  /// Compiles a step that is an answer. Its errors name places in a list of one; they are told as
  /// places in the answer.
  private mutating func append(
    _ step: JSONValue, at path: [String], stepPath: [String], isText: Bool = false
  ) throws(ConfigError) {
    do throws(ConfigError) {
      lists.append(
        try StepList.compile(.array([step]), at: path, target: target, defaults: defaults))
    } catch {
      var inner = error.path.dropFirst(path.count)
      guard error.path.starts(with: path), inner.first == "0" else { throw error }
      inner = inner.dropFirst()
      // What was written as a bare text or value has no members.
      if isText || stepPath.count > path.count { inner = inner.dropFirst() }
      throw ConfigError(stepPath + inner, error.message)
    }
  }

  /// Any JSON value as a step: a text as it is, structured content for a tool, else JSON as text.
  private func shaped(_ value: JSONValue, at path: [String]) throws(ConfigError) -> JSONValue {
    if value.string != nil { return ["text": value] }
    if target.kind == .tool { return ["structured": value] }
    let json = String(decoding: value.encoded, as: UTF8.self)
    guard !["{{", "{%", "{#"].contains(where: { TextSearch.contains(json, $0) }) else {
      throw ConfigError(
        path,
        "found a template inside \(value.kind), expected one only in a text: write the JSON as "
          + "`text` with `| json_encode` around its parts")
    }
    return ["text": .string(json)]
  }
}
