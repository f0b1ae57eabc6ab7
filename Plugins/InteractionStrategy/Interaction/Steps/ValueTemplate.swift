import MetisKit
import Template

/// A JSON value whose texts may be templates. A text that is one `{{ expression }}` and nothing else
/// keeps the JSON type of its value.
indirect enum ValueTemplate: Sendable {
  /// The same for every call.
  case constant(JSONValue)
  /// A text with templates, and where it stands in the section.
  case text(TemplateText, place: String)
  /// The same as a text, whatever its expression gives.
  case rendered(TemplateText, place: String)
  /// The URI that the client asked for.
  case requestedURI
  /// An array.
  case array([ValueTemplate])
  /// An object.
  case object([Member])

  /// A member of an object.
  struct Member: Sendable {
    let name: String
    let value: ValueTemplate
  }

  /// Compiles `value`, which stands at `path`.
  static func compile(_ value: JSONValue, at path: [String]) throws(ConfigError) -> ValueTemplate {
    switch value {
    case .string(let text):
      let template = try parse(text, at: path)
      return template.isConstant
        ? .constant(try constant(template, at: path))
        : .text(template, place: path.joined(separator: "."))
    case .array(let elements):
      var parts: [ValueTemplate] = []
      for (index, element) in elements.enumerated() {
        parts.append(try compile(element, at: path + [String(index)]))
      }
      return folded(.array(parts))
    case .object(let object):
      var members: [Member] = []
      for (name, member) in object {
        members.append(Member(name: name, value: try compile(member, at: path + [name])))
      }
      return folded(.object(members))
    default: return .constant(value)
    }
  }

  private static func parse(_ text: String, at path: [String]) throws(ConfigError) -> TemplateText {
    do throws(TemplateError) {
      return try TemplateText(parsing: text, options: .steps)
    } catch {
      throw ConfigError(path, "\(error)")
    }
  }

  private static func constant(
    _ template: TemplateText, at path: [String]
  ) throws(ConfigError) -> JSONValue {
    do throws(TemplateError) {
      return try template.value(JSONObject())
    } catch {
      throw ConfigError(path, "\(error)")
    }
  }

  /// An object of the members that are there.
  static func object(_ members: KeyValuePairs<String, ValueTemplate?>) -> ValueTemplate {
    folded(
      .object(members.compactMap { name, value in value.map { Member(name: name, value: $0) } }))
  }

  /// A constant where all parts are.
  static func folded(_ template: ValueTemplate) -> ValueTemplate {
    switch template {
    case .array(let parts):
      let constants = parts.compactMap(\.constant)
      return constants.count == parts.count ? .constant(.array(constants)) : template
    case .object(let members):
      let constants = members.compactMap { member in member.value.constant.map { (member.name, $0) }
      }
      return constants.count == members.count
        ? .constant(.object(JSONObject(constants))) : template
    default: return template
    }
  }

  /// The value where it is the same for every call.
  var constant: JSONValue? { if case .constant(let value) = self { value } else { nil } }

  /// The value for a call.
  func value(_ scope: StepScope) throws(CallError) -> JSONValue {
    switch self {
    case .constant(let value): return value
    case .requestedURI: return .string(scope.call.target)
    case .text(let template, let place):
      do throws(TemplateError) {
        return try template.value(scope)
      } catch {
        throw CallError("\(place): \(error)")
      }
    case .rendered(let template, let place):
      return .string(try TextTemplate.template(template, place: place).render(scope))
    case .array(let parts):
      var elements: [JSONValue] = []
      elements.reserveCapacity(parts.count)
      for part in parts { elements.append(try part.value(scope)) }
      return .array(elements)
    case .object(let members):
      var object = JSONObject()
      object.reserveCapacity(members.count)
      for member in members { object.set(member.name, try member.value.value(scope)) }
      return .object(object)
    }
  }
}

/// A text that may be a template: its value is a text whatever the expression gives.
enum TextTemplate: Sendable {
  /// The same for every call.
  case constant(String)
  /// A template, and where it stands in the section.
  case template(TemplateText, place: String)

  /// Compiles `value`, which stands at `path` and has to be a text.
  static func compile(
    _ value: JSONValue, at path: [String], _ what: String = "a text"
  ) throws(ConfigError) -> TextTemplate {
    guard value.string != nil else {
      throw ConfigError(path, "found \(value.kind), expected \(what)")
    }
    switch try ValueTemplate.compile(value, at: path) {
    case .text(let template, let place): return .template(template, place: place)
    case let other: return .constant(plain(other.constant ?? .null))
    }
  }

  /// The text where it is the same for every call.
  var constant: String? { if case .constant(let text) = self { text } else { nil } }

  /// The text for a call.
  func render(_ scope: StepScope) throws(CallError) -> String {
    switch self {
    case .constant(let text): return text
    case .template(let template, let place):
      do throws(TemplateError) {
        return try template.render(scope)
      } catch {
        throw CallError("\(place): \(error)")
      }
    }
  }

  /// As a part of a value.
  var value: ValueTemplate {
    switch self {
    case .constant(let text): .constant(.string(text))
    case .template(let template, let place): .rendered(template, place: place)
    }
  }

  private static func plain(_ value: JSONValue) -> String {
    value.string ?? String(decoding: value.encoded, as: UTF8.self)
  }
}

/// An expression that says whether something happens.
struct Condition: Sendable {
  private enum Form: Sendable {
    case constant(Bool)
    case expression(Expression)
  }

  private let form: Form
  private let place: String

  /// Compiles `value`, an expression or a truth value that stands at `path`.
  init(_ value: JSONValue, at path: [String]) throws(ConfigError) {
    place = path.joined(separator: ".")
    if let flag = value.bool {
      form = .constant(flag)
      return
    }
    guard let text = value.string else {
      throw ConfigError(
        path, "found \(value.kind), expected an expression such as \"arguments.n > 1\"")
    }
    do throws(TemplateError) {
      form = .expression(try Expression(parsing: text, options: .steps))
    } catch {
      throw ConfigError(path, "\(error)")
    }
  }

  /// Whether it holds for a call.
  func holds(_ scope: StepScope) throws(CallError) -> Bool {
    switch form {
    case .constant(let flag): return flag
    case .expression(let expression):
      do throws(TemplateError) {
        return try expression.isTrue(scope)
      } catch {
        throw CallError("\(place): \(error)")
      }
    }
  }
}
