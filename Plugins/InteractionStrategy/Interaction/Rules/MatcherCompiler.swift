import JSONSchema
import MetisKit
import Patterns

/// Compiles what stands in `when` and `context`.
enum MatcherCompiler {
  /// The operators and what each wants.
  private static let operators: [(name: String, value: String)] = [
    ("equals", "any value"), ("includes", "an object, part of the one to match"),
    ("not", "a value or a table of operators"), ("matches", "a regular expression (ECMA-262)"),
    ("contains", "a part of a text, or an element of an array"), ("starts_with", "a text"),
    ("ends_with", "a text"), ("greater_than", "a number"), ("at_least", "a number"),
    ("less_than", "a number"), ("at_most", "a number"), ("one_of", "an array of values"),
    ("schema", "a JSON Schema"), ("absent", "true"), ("present", "true"),
    ("any_of", "an array of values or tables of operators"),
    ("all_of", "an array of values or tables of operators"),
    ("none_of", "an array of values or tables of operators"),
  ]

  /// The matcher of `value`, which stands at `path`: a table holds operators, all of which must hold;
  /// anything else is what to equal.
  static func compile(_ value: JSONValue, at path: [String]) throws(ConfigError) -> Matcher {
    guard let table = value.object else { return .equals(value) }
    guard !table.isEmpty else {
      throw ConfigError(
        path, "found an empty table, expected operators; an empty object is { equals = {} }")
    }
    var matchers: [Matcher] = []
    for (name, operand) in table {
      matchers.append(try compile(name, operand, at: path + [name]))
    }
    return matchers.count == 1 ? matchers[0] : .allOf(matchers)
  }

  private static func compile(
    _ name: String, _ operand: JSONValue, at path: [String]
  ) throws(ConfigError) -> Matcher {
    switch name {
    case "equals": return .equals(operand)
    case "includes":
      guard operand.object != nil else { throw unexpected(name, operand, path) }
      return .includes(operand)
    case "not": return .not(try compile(operand, at: path))
    case "matches": return .matches(try pattern(text(name, operand, path), at: path))
    case "contains": return .contains(operand)
    case "starts_with": return .startsWith(try text(name, operand, path))
    case "ends_with": return .endsWith(try text(name, operand, path))
    case "one_of":
      guard let values = operand.array else { throw unexpected(name, operand, path) }
      return .oneOf(values)
    case "schema": return .schema(try schema(operand, at: path))
    case "absent", "present":
      guard operand.bool == true else { throw unexpected(name, operand, path) }
      return name == "absent" ? .absent : .present
    case "any_of": return .anyOf(try list(name, operand, path))
    case "all_of": return .allOf(try list(name, operand, path))
    case "none_of": return .noneOf(try list(name, operand, path))
    default:
      guard let comparison = Matcher.Comparison(rawValue: name) else {
        let known = operators.map(\.name).joined(separator: ", ")
        throw ConfigError(
          path,
          "found an unknown operator, expected one of: \(known). To match an object as it "
            + "stands write { equals = { … } } or { includes = { … } }; to match a member of it use "
            + "a JSON Pointer such as \"/user/id\"")
      }
      guard let bound = operand.number else { throw unexpected(name, operand, path) }
      return .compares(comparison, bound)
    }
  }

  private static func list(
    _ name: String, _ operand: JSONValue, _ path: [String]
  ) throws(ConfigError) -> [Matcher] {
    guard let elements = operand.array, !elements.isEmpty else {
      throw unexpected(name, operand, path)
    }
    var matchers: [Matcher] = []
    for (index, element) in elements.enumerated() {
      matchers.append(try compile(element, at: path + [String(index)]))
    }
    return matchers
  }

  private static func text(
    _ name: String, _ operand: JSONValue, _ path: [String]
  ) throws(ConfigError) -> String {
    guard let text = operand.string else { throw unexpected(name, operand, path) }
    return text
  }

  private static func pattern(
    _ source: String, at path: [String]
  ) throws(ConfigError) -> Pattern {
    do throws(PatternError) {
      return try Pattern(compiling: source, dialect: .ecma262)
    } catch {
      throw ConfigError(path, "found no regular expression: \(error)")
    }
  }

  private static func schema(
    _ value: JSONValue, at path: [String]
  ) throws(ConfigError) -> Schema {
    do throws(SchemaError) {
      return try Schema(compiling: value)
    } catch {
      throw ConfigError(path + error.pointer.tokens, error.message)
    }
  }

  private static func unexpected(
    _ name: String, _ operand: JSONValue, _ path: [String]
  ) -> ConfigError {
    let expected = operators.first { $0.name == name }?.value ?? "another value"
    let found = operand.array?.isEmpty == true ? "an empty array" : "\(operand.kind)"
    return ConfigError(path, "found \(found), expected \(expected)")
  }
}
