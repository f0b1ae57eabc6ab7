/// Where the names of a template lead: looked up when they are used, so that a scope can make costly
/// values on demand.
public protocol TemplateScope {
  /// The value of the variable `name`; nil where it is not defined.
  func value(of name: String) -> JSONValue?

  /// The variables that there are, for the nearest name in an error.
  var names: [String] { get }

  /// The result of the function `name`; nil where there is none of that name. `range` and `throw`
  /// are the language's own and never come here. What it throws gets the place of the call.
  func call(_ name: String, _ arguments: JSONObject) throws(TemplateError) -> JSONValue?
}

extension TemplateScope {
  /// No names to suggest.
  public var names: [String] { [] }

  /// No functions.
  public func call(_ name: String, _ arguments: JSONObject) throws(TemplateError) -> JSONValue? {
    nil
  }
}

extension JSONObject: TemplateScope {
  /// The member `name`.
  public func value(of name: String) -> JSONValue? { self[name] }

  /// The names of the members.
  public var names: [String] { keys }
}

extension JSONValue: TemplateScope {
  /// The member `name` where the value is an object.
  public func value(of name: String) -> JSONValue? { self[name] }

  /// The names of the members where the value is an object.
  public var names: [String] { object?.keys ?? [] }
}
