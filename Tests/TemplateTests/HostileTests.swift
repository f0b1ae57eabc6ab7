import JSON
import Testing

@testable import Template

/// Templates that mean harm, or nothing at all.
@Suite struct HostileTests {
  @Test(arguments: [
    String(repeating: "(", count: 100_000), String(repeating: "[", count: 100_000),
    String(repeating: "-", count: 100_000) + "1", String(repeating: "not ", count: 100_000) + "a",
    "1" + String(repeating: "+1", count: 100_000), "a" + String(repeating: "[a", count: 50_000),
    "a" + String(repeating: " and a", count: 100_000), "'" + String(repeating: "\\", count: 99_999),
    "a" + String(repeating: " is defined", count: 90_000), String(repeating: "f(x=", count: 50_000),
    "a | default(" + String(repeating: "a | default(", count: 50_000),
  ])
  func refusesDeepExpressions(_ source: String) {
    #expect(throws: TemplateError.self) { try Expression(parsing: source) }
  }

  @Test(arguments: [
    String(repeating: "{{", count: 100_000), String(repeating: "{%", count: 100_000),
    String(repeating: "{#", count: 100_000), "{% raw %}" + String(repeating: "{%", count: 400_000),
    String(repeating: "{% if a %}", count: 50_000),
    String(repeating: "{% for a in b %}", count: 9000),
    "{% if a %}" + String(repeating: "{% elif a %}", count: 50_000),
  ])
  func refusesDeepTemplates(_ source: String) {
    #expect(throws: TemplateError.self) { try TemplateText(parsing: source) }
  }

  @Test func takesLongButFlatTemplates() throws {
    let scope: JSONValue = ["a": 1]
    let text = try TemplateText(parsing: String(repeating: "{{ a }}", count: 100_000))
    #expect(try text.render(scope).utf8.count == 100_000)
    let path = "a" + String(repeating: ".a", count: 100_000)
    #expect(throws: TemplateError.self) { try Expression(parsing: path).evaluate(scope) }
    let filters = "'a'" + String(repeating: " | upper", count: 50_000)
    #expect(try Expression(parsing: filters).evaluate(scope) == "A")
  }

  @Test(arguments: [
    "{% for a in range(end=1000) %}{% for b in range(end=1000) %}{% for c in range(end=1000) %}"
      + "{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in range(end=100000000000) %}{% endfor %}",
    "{% for a in range(end=99999) %}{{ big }}{% endfor %}",
    "{{ big | replace(from='x', to=big) }}", "{{ big | split(pat='x') | join(sep=big) }}",
    "{{ [big, big, big, big, big, big, big, big, big, big] | json_encode }}",
    "{{ shared }}", "{{ shared | json_encode }}", "{{ shared == other }}", "{{ [shared] }}",
    "{{ shared | unique }}", "{{ 'a' ~ shared }}", "{{ shared in [other] }}",
  ])
  func boundsWhatIsMade(_ source: String) throws {
    // Halves that are the same array: 2^40 elements as text, 40 arrays in memory.
    func doubled() -> JSONValue { (0..<40).reduce([1]) { value, _ in [value, value] } }
    let scope: JSONValue = [
      "big": .string(String(repeating: "x", count: 1 << 20)), "shared": doubled(),
      "other": doubled(),
    ]
    let text = try TemplateText(parsing: source)
    let start = ContinuousClock.now
    let error = #expect(throws: TemplateError.self) { try text.render(scope) }
    #expect(error?.message.contains("more than") ?? false, "\(String(describing: error))")
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test func survivesNoise() {
    let parts = [
      "{{", "}}", "{%", "%}", "{#", "#}", "-", "if ", "elif ", "else", "endif", "for ", "x in ",
      "endfor", "raw", "endraw", "a", ".b", "[0]", "(", ")", "[", "]", "'", "\"", "`", "\\", "|",
      "upper", "default(1)", "is ", "not ", "defined", "and ", "or ", "1", "9e999", "1.5", "~", "+",
      "*", "/", "%", "==", "<", "=", ",", " ", "\n", "é", "\u{1F600}", "\0", "range(end=3)",
      "loop.index",
      "null", "true", "9223372036854775808", "a.b.c", "sort", "int",
    ]
    var random = NoiseGenerator(state: 0x5eed)
    let scope: JSONValue = ["a": ["b": [1, "x", .null]], "x": 2]
    var rendered = 0
    for _ in 0..<30_000 {
      let count = Int.random(in: 1...14, using: &random)
      let source = (0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
      do {
        _ = try TemplateText(parsing: source).render(scope)
        rendered += 1
      } catch {
        #expect(error.line > 0 && error.column > 0, "\(source): \(error)")
      }
      do {
        _ = try Expression(parsing: source).evaluate(scope)
      } catch {
        #expect(error.line > 0 && error.column > 0, "\(source): \(error)")
      }
    }
    #expect(rendered > 1000)
  }

  @Test func everyPrefixOfATemplateIsReadOrRefused() {
    let source = """
      {# c #}{%- if a.b[0] > 1 and "x" in a -%}{{ a | default(value=[1, 'é']) | json_encode }}\
      {% elif not a is defined %}{% raw -%} {{ {%- endraw %}{% else %}{% for k, v in a %}{{ k ~ v }}\
      {% else %}{% endfor %}{% endif %}
      """
    var read = 0
    for end in source.indices {
      do {
        _ = try TemplateText(parsing: String(source[..<end]))
        read += 1
      } catch {
        #expect(error.line == 1 && error.column <= source.count + 1)
      }
    }
    #expect(read > 0)
    #expect(throws: Never.self) { try TemplateText(parsing: source) }
  }
}

/// SplitMix64, so that every run makes the same noise.
private struct NoiseGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
