/// A JSON value whose texts are templates, compiled: `{"id": "{{ arguments.id }}", "ok": true}`.
///
/// Names of members are not templates. What holds no template is kept as it stands.
public struct TemplateValue: Sendable {
  fileprivate indirect enum Form: Sendable {
    case constant(JSONValue)
    case text(TemplateText)
    case array([Form])
    case object([(name: String, form: Form)])
  }

  private let form: Form

  /// Parses every text in `value`.
  public init(
    parsing value: JSONValue, options: TemplateOptions = TemplateOptions()
  ) throws(TemplateValueError) {
    var path: [String] = []
    form = try Self.compile(value, options, &path)
  }

  /// The value where it holds no template.
  public var constant: JSONValue? {
    if case .constant(let value) = form { value } else { nil }
  }

  /// The value in `scope`.
  public func value(_ scope: some TemplateScope) throws(TemplateValueError) -> JSONValue {
    var path: [String] = []
    return try Self.evaluate(form, scope, &path)
  }

  private static func compile(
    _ value: JSONValue, _ options: TemplateOptions, _ path: inout [String]
  ) throws(TemplateValueError) -> Form {
    guard path.count <= Extent.depth else {
      throw TemplateValueError(path, TemplateError("found more than \(Extent.depth) levels"))
    }
    switch value {
    case .string(let source):
      let text: TemplateText
      do throws(TemplateError) {
        text = try TemplateText(parsing: source, options: options)
      } catch {
        throw TemplateValueError(path, error)
      }
      guard text.isConstant else { return .text(text) }
      do throws(TemplateError) {
        return .constant(.string(try text.render(JSONObject())))
      } catch {
        throw TemplateValueError(path, error)
      }
    case .array(let elements):
      var forms: [Form] = []
      for (index, element) in elements.enumerated() {
        path.append(String(index))
        forms.append(try compile(element, options, &path))
        path.removeLast()
      }
      let constants = forms.compactMap(\.constant)
      return constants.count == forms.count ? .constant(.array(constants)) : .array(forms)
    case .object(let members):
      var forms: [(name: String, form: Form)] = []
      for (name, member) in members {
        path.append(name)
        forms.append((name, try compile(member, options, &path)))
        path.removeLast()
      }
      let constants = forms.compactMap { form in form.form.constant.map { (form.name, $0) } }
      guard constants.count == forms.count else { return .object(forms) }
      return .constant(.object(JSONObject(constants)))
    default: return .constant(value)
    }
  }

  private static func evaluate(
    _ form: Form, _ scope: some TemplateScope, _ path: inout [String]
  ) throws(TemplateValueError) -> JSONValue {
    switch form {
    case .constant(let value): return value
    case .text(let text):
      do throws(TemplateError) {
        return try text.value(scope)
      } catch {
        throw TemplateValueError(path, error)
      }
    case .array(let forms):
      var elements: [JSONValue] = []
      elements.reserveCapacity(forms.count)
      for (index, form) in forms.enumerated() {
        path.append(String(index))
        elements.append(try evaluate(form, scope, &path))
        path.removeLast()
      }
      return .array(elements)
    case .object(let forms):
      var members = JSONObject()
      members.reserveCapacity(forms.count)
      for (name, form) in forms {
        path.append(name)
        members[name] = try evaluate(form, scope, &path)
        path.removeLast()
      }
      return .object(members)
    }
  }
}

extension TemplateValue.Form {
  fileprivate var constant: JSONValue? {
    if case .constant(let value) = self { value } else { nil }
  }
}

/// Why a template inside a JSON value cannot be parsed or evaluated.
public struct TemplateValueError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where the template stands in the value.
  public let pointer: JSONPointer

  /// What is wrong with it.
  public let error: TemplateError

  init(_ path: [String], _ error: TemplateError) {
    pointer = JSONPointer(tokens: path)
    self.error = error
  }

  /// `/content/0/text: line 1, column 4: …`.
  public var description: String {
    pointer.tokens.isEmpty ? error.description : "\(pointer): \(error)"
  }
}
