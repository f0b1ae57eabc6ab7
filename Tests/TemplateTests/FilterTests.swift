import JSON
import Testing

@testable import Template

private let scope: JSONValue = [
  "people": [
    ["name": "Ada", "born": ["year": 1815]], ["name": "Alan", "born": ["year": 1912]],
    ["name": "Alan", "born": .null],
  ]
]

@Suite struct FilterTests {
  @Test(arguments: [
    ("'Straße' | upper", "\"STRASSE\""), ("'ÀB' | lower", "\"àb\""),
    ("'hELLO you' | capitalize", "\"Hello you\""), ("'a b-c' | title", "\"A B-C\""),
    ("' a ' | trim", "\"a\""), ("' a ' | trim_start", "\"a \""), ("' a ' | trim_end", "\" a\""),
    ("'abcdef' | truncate(length=3)", "\"abc…\""), ("'abc' | truncate(length=3)", "\"abc\""),
    ("'abcdef' | truncate(2, '')", "\"ab\""),
    ("'aXbX' | replace(from='X', to='--')", "\"a--b--\""),
    ("'aaa' | replace(from='aa', to='b')", "\"ba\""), ("'a' | replace(from='', to='x')", "\"a\""),
    ("'aabaac' | replace(from='aac', to='!')", "\"aab!\""),
    ("'a,b,,c' | split(pat=',')", "[\"a\",\"b\",\"\",\"c\"]"), ("'' | split(pat=',')", "[\"\"]"),
    ("'one two  three' | wordcount", "3"), ("'héy' | length", "3"), ("[1,2] | length", "2"),
    ("[3,1,2] | first", "3"), ("[3,1,2] | last", "2"), ("'abc' | first", "\"a\""),
    ("[] | first", "\"\""), ("[3,1] | nth(n=1)", "1"), ("[3,1,2] | sort", "[1,2,3]"),
    ("['b','a'] | sort | join(sep='-')", "\"a-b\""), ("[1,'a',[2]] | join(', ')", "\"1, a, [2]\""),
    ("[1,2] | reverse", "[2,1]"), ("'ab' | reverse", "\"ba\""), ("[1] | concat(with=[2])", "[1,2]"),
    ("[1] | concat(2)", "[1,2]"), ("[1,2,3,4] | slice(start=1, end=-1)", "[2,3]"),
    ("[1,2] | slice(start=5)", "[]"), ("[1,1.0,'1',2] | unique", "[1,\"1\",2]"),
    ("people | map(attribute='name') | unique", "[\"Ada\",\"Alan\"]"),
    ("people | map('born.year')", "[1815,1912]"),
    ("people | filter(attribute='name', value='Ada') | length", "1"),
    ("people | filter('born') | length", "2"),
    ("people | slice(end=2) | sort(attribute='born.year') | last | get(key='name')", "\"Alan\""),
    ("people.0 | keys", "[\"name\",\"born\"]"), ("people.0.born | values", "[1815]"),
    ("people.0 | get('x', 1)", "1"), ("'42' | int", "42"), ("' 2a ' | int(default=0)", "0"),
    ("'ff' | int(base=16)", "255"), ("3.9 | int", "3"), ("'3.9' | int", "3"),
    ("'2.5' | float", "2.5"),
    ("-3 | abs", "3"), ("2.5 | round", "3"), ("-2.5 | round", "-3"), ("2.1 | round('ceil')", "3"),
    ("2.9 | round(method='floor')", "2"), ("2.345 | round(precision=2)", "2.35"),
    ("7 | round", "7"), ("['a', 1] | json_encode", "\"[\\\"a\\\",1]\""),
    ("'{\"a\":[1]}' | json_decode", "{\"a\":[1]}"), ("'héllo' | base64_encode", "\"aMOpbGxv\""),
    ("'' | base64_encode", "\"\""), ("'a' | base64_encode", "\"YQ==\""),
    ("'aMOpbGxv' | base64_decode", "\"héllo\""), ("'YQ' | base64_decode", "\"a\""),
    ("'a b/ü' | urlencode", "\"a%20b/%C3%BC\""), ("'a/b' | urlencode_strict", "\"a%2Fb\""),
    ("12 | as_str", "\"12\""), ("null | default(1)", "null"),
  ])
  func gives(_ source: String, _ expected: String) throws {
    let value = try Expression(parsing: source).evaluate(scope)
    #expect(value == (try JSONValue(json: expected)), "\(source) gave \(value)")
  }

  @Test(arguments: [
    ("1 | upper", "found a number before `| upper`, expected a text"),
    ("'a' | join", "expected an array"), ("[1] | join(sep=2)", "found a number as `sep` of `join`"),
    ("'x' | int", "an integer, or a text of one"), ("'x' | int(base=99)", "expected 2 to 36"),
    ("1.5 | round('half')", "expected common, ceil or floor"), ("[1,'a'] | sort", "texts alone"),
    ("'!' | base64_decode", "is not base64"), ("'YR==' | base64_decode", "is not base64"),
    ("'{' | json_decode", "is not JSON"), ("people.0 | get('nam')", "did you mean `name`?"),
    ("true | length", "a text, an array or an object"), ("'a' | truncate('x')", "an integer"),
  ])
  func refuses(_ source: String, _ part: String) throws {
    let expression = try Expression(parsing: source)
    let error = #expect(throws: TemplateError.self) { try expression.evaluate(scope) }
    #expect(error?.message.contains(part) ?? false, "\(source): \(String(describing: error))")
  }

  @Test func everyFilterSurvivesEveryKindOfValue() {
    let values: [JSONValue] = [
      .null, true, 0, -1, 2.5, "", "text", [], [1], [.null, "a"], [:], ["a": 1],
      .number(.init(Int64.min)), JSONValue(1e300),
    ]
    for filter in Filter.named.values {
      for value in values {
        for argument in values {
          let list = filter.parameters.map { "\($0.name)=argument" }.joined(separator: ", ")
          let source = "value | \(filter.name)(\(list))"
          let scope: JSONValue = ["value": value, "argument": argument]
          do {
            _ = try Expression(parsing: source).evaluate(scope)
          } catch {
            #expect(error.line == 1, "\(source): \(error)")
          }
        }
      }
    }
  }
}
