import JSON
import Testing

@testable import Template

private let scope: JSONValue = [
  "name": "Ada", "count": 3, "price": 2.5, "none": .null, "yes": true, "empty": "",
  "user": ["id": 7, "tags": ["a", "b"], "address": ["city": "Bern"]],
  "list": [3, 1, 2], "big": 9_007_199_254_740_993,
]

@Suite struct ExpressionTests {
  @Test(arguments: [
    // Literals.
    ("1", "1"), ("1.50", "1.50"), ("-3", "-3"), ("'a'", "\"a\""), ("`a\"b`", "\"a\\\"b\""),
    ("\"\\u00e9\\n\"", "\"é\\n\""), ("true", "true"), ("null", "null"), ("[1, 'a', ]", "[1,\"a\"]"),
    ("[]", "[]"), ("[count, [name]]", "[3,[\"Ada\"]]"),
    // Paths.
    ("user.id", "7"), ("user['id']", "7"), ("user.tags[1]", "\"b\""), ("user.tags.0", "\"a\""),
    ("user.tags[-1]", "\"b\""), ("user.address.city", "\"Bern\""),
    ("list[user.tags | length]", "2"), ("user[ 'ta' ~ 'gs' ][0]", "\"a\""),
    // Arithmetic.
    ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("7 / 2", "3.5"), ("6 / 2", "3"), ("7 % 4", "3"),
    ("10 - 3 - 2", "5"), ("count + price", "5.5"), ("-count", "-3"),
    ("big + 1", "9007199254740994"),
    ("2 * -3", "-6"), ("9223372036854775807 + 1", "9.223372036854776e+18"),
    // Texts.
    ("name ~ ' ' ~ count", "\"Ada 3\""), ("'x' ~ list", "\"x[3,1,2]\""),
    // Comparisons.
    ("count == 3.0", "true"), ("count != 3", "false"), ("1 < 2", "true"), ("2 >= 2.0", "true"),
    ("'a' < 'b'", "true"), ("user.tags == ['a', 'b']", "true"), ("'b' in user.tags", "true"),
    ("'c' not in user.tags", "true"), ("'city' in user.address", "true"), ("'d' in 'Ada'", "true"),
    // Logic; an undefined name is false there.
    ("yes and not empty", "true"), ("missing or name", "true"), ("not missing", "true"),
    ("missing and crash", "false"), ("not not yes", "true"), ("yes or missing.deep", "true"),
    ("1 == 1 and 2 == 2 or false", "true"),
    // Filters bind looser than arithmetic and closer than comparisons.
    ("name | upper", "\"ADA\""), ("'a' ~ 'b' | upper", "\"AB\""), ("list | length > 2", "true"),
    ("missing | default(value='x')", "\"x\""), ("missing.deep | default('x') | upper", "\"X\""),
  ])
  func gives(_ source: String, _ expected: String) throws {
    let value = try Expression(parsing: source).evaluate(scope)
    #expect(value == (try JSONValue(json: expected)), "\(source) gave \(value)")
  }

  @Test(arguments: [
    ("name is defined", true), ("missing is defined", false), ("missing is undefined", true),
    ("user.nope.deep is not defined", true), ("user.id is defined", true),
    ("name is string", true), ("count is number", true), ("price is integer", false),
    ("user is object", true), ("list is iterable", true), ("user is iterable", true),
    ("name is iterable", false), ("yes is bool", true), ("none is null", true),
    ("list is array", true), ("count is odd", true), ("count is not even", true),
    ("count is divisibleby(3)", true), ("name is starting_with('A')", true),
    ("name is ending_with('da')", true), ("name is ending_with('A')", false),
    ("name is containing('d')", true), ("list is containing(2)", true),
    ("user is containing('id')", true), ("not name is string", false),
    ("user.tags | length is even", true),
  ])
  func tests(_ source: String, _ expected: Bool) throws {
    #expect(try Expression(parsing: source).isTrue(scope) == expected, "\(source)")
  }

  @Test(arguments: [
    ("missing + 1", 1, 1, "`missing` is not defined"),
    ("1 +\n  nmae", 2, 3, "did you mean `name`?"),
    ("user.idd", 1, 6, "did you mean `id`?"),
    ("user.id.deep", 1, 9, "found a number before it"),
    ("list[7]", 1, 6, "the array has 3"),
    ("1 + name", 1, 3, "found a number + a string"),
    ("name < 1", 1, 6, "expected two numbers or two texts"),
    ("1 / 0", 1, 3, "division by zero"),
    ("5 % 0.0", 1, 3, "division by zero"),
    ("1 in 2", 1, 3, "expected an array, an object or a text"),
    ("name | round", 1, 8, "found a string before `| round`, expected a number"),
    ("é ~ 1", 1, 1, "`é` is not defined"),
    ("'é' + 1", 1, 5, "found a string + a number"),
    ("range(end='x')", 1, 1, "as `end` of `range`"),
    ("throw(message='stop')", 1, 1, "stop"),
    ("nothing()", 1, 1, "there is no function `nothing`"),
    ("-name", 1, 2, "expected a number"),
  ])
  func failsWhenEvaluated(_ source: String, _ line: Int, _ column: Int, _ part: String) throws {
    let expression = try Expression(parsing: source)
    let error = #expect(throws: TemplateError.self) { try expression.evaluate(scope) }
    #expect(
      error?.line == line && error?.column == column, "\(source): \(String(describing: error))")
    #expect(error?.message.contains(part) ?? false, "\(source): \(String(describing: error))")
  }

  @Test(arguments: [
    ("", 1, 1, "expected a value"), ("1 +", 1, 4, "expected a value"),
    ("(1", 1, 3, "expected `)`"), ("a b", 1, 3, "expected an operator or the end"),
    ("'abc", 1, 1, "without its closing quote"), ("a.", 1, 3, "name of a member"),
    ("a | uper", 1, 5, "did you mean `upper`?"), ("a is strin", 1, 6, "did you mean `string`?"),
    ("a | replace(from='x')", 1, 5, "needs the argument `to`"),
    ("a | join(x=1)", 1, 10, "expected one of: sep"),
    ("a | join('x', 'y')", 1, 15, "more arguments than the 1"),
    ("a | join(sep='x', sep='y')", 1, 19, "twice"),
    ("f(1)", 1, 3, "the name of an argument"), ("a not b", 1, 7, "expected `in` after `not`"),
    ("a ? b", 1, 3, "means nothing"), ("'\\x'", 1, 2, "found the escape"),
    ("in", 1, 1, "the operator"),
    ("a is starting_with", 1, 6, "takes 1 arguments, found 0"),
    ("a is matching('x')", 1, 15, "not offered here"), ("01", 1, 1, "as JSON writes it"),
  ])
  func failsWhenParsed(_ source: String, _ line: Int, _ column: Int, _ part: String) {
    let error = #expect(throws: TemplateError.self) { try Expression(parsing: source) }
    #expect(
      error?.line == line && error?.column == column, "\(source): \(String(describing: error))")
    #expect(error?.message.contains(part) ?? false, "\(source): \(String(describing: error))")
  }

  @Test func undefinedIsNullWhereThatIsAllowed() throws {
    let options = TemplateOptions(undefined: .null)
    #expect(try Expression(parsing: "a.b", options: options).evaluate(scope) == .null)
    #expect(try TemplateText(parsing: "[{{ a }}]", options: options).render(scope) == "[]")
    #expect(
      try TemplateText(parsing: "{% for x in a %}x{% else %}-{% endfor %}", options: options)
        .render(scope) == "-")
  }

  @Test func knowsWhatIsConstant() throws {
    #expect(try Expression(parsing: "'a'").constant == "a")
    #expect(try Expression(parsing: "[1, 2]").constant == [1, 2])
    #expect(try Expression(parsing: "a").constant == nil)
  }

  @Test func compilesLiteralPatternsOnce() throws {
    let options = TemplateOptions(patterns: { pattern throws(TemplateError) in
      guard pattern != "(" else { throw TemplateError("not a pattern") }
      return { text throws(TemplateError) in text == pattern }
    })
    let literal = try Expression(parsing: "name is matching('Ada')", options: options)
    #expect(try literal.isTrue(scope))
    let computed = try Expression(parsing: "name is not matching('Ad' ~ 'b')", options: options)
    #expect(try computed.isTrue(scope))
    let error = #expect(throws: TemplateError.self) {
      try Expression(parsing: "name is matching('(')", options: options)
    }
    #expect(error?.description == "line 1, column 18: not a pattern")
  }

  @Test func asksTheScopeForFunctions() throws {
    struct Functions: TemplateScope {
      func value(of name: String) -> JSONValue? { nil }
      func call(_ name: String, _ arguments: JSONObject) throws(TemplateError) -> JSONValue? {
        guard name == "twice" else { return nil }
        guard let n = arguments["n"]?.int else { throw TemplateError("n must be an integer") }
        return JSONValue(n * 2)
      }
    }
    #expect(try Expression(parsing: "twice(n=4) + 1").evaluate(Functions()) == 9)
    let error = #expect(throws: TemplateError.self) {
      try Expression(parsing: "1 + twice(n='x')").evaluate(Functions())
    }
    #expect(error?.description == "line 1, column 5: n must be an integer")
  }
}
