import JSON
import Testing

@testable import Template

private let scope: JSONValue = [
  "name": "Ada", "n": 3, "items": ["x", "y"], "map": ["b": 1, "a": 2], "none": .null,
]

@Suite struct TextTests {
  @Test(arguments: [
    ("", ""), ("plain { } }} %} #}", "plain { } }} %} #}"), ("Hi {{ name }}!", "Hi Ada!"),
    ("{{ n }}{{none}}|{{ items }}{{ map }}", "3|[\"x\",\"y\"]{\"b\":1,\"a\":2}"),
    ("a{# {{ nothing }} #}b", "ab"),
    ("{% raw %}{{ name }}{% if %}{% endraw %}.", "{{ name }}{% if %}."),
    ("{{ '}}' }}{{ \"%}\" }}", "}}%}"),
    ("{% if n > 2 %}big{% else %}small{% endif %}", "big"),
    ("{% if n > 5 %}a{% elif n == 3 %}b{% elif true %}c{% else %}d{% endif %}", "b"),
    ("{% if missing %}a{% endif %}.", "."),
    (
      "{% for x in items %}{{ loop.index }}{{ x }}{% if not loop.last %},{% endif %}{% endfor %}",
      "1x,2y"
    ),
    ("{% for k, v in map %}{{ k }}={{ v }};{% endfor %}", "b=1;a=2;"),
    ("{% for x in [] %}x{% else %}none{% endfor %}", "none"),
    (
      "{% for a in items %}{% for b in items %}{{ a }}{{ b }}{{ loop.index0 }} {% endfor %}"
        + "{{ loop.first }} {% endfor %}", "xx0 xy1 true yx0 yy1 false "
    ),
    ("{% for i in range(start=1, end=8, step_by=3) %}{{ i }}{% endfor %}", "147"),
    ("{% for c in 'héy' %}{{ c }}.{% endfor %}", "h.é.y."),
    // Whitespace control.
    ("a \n {{- name -}} \n b", "aAdab"), ("a {%- if n %} b {%- endif -%} c", "a bc"),
    ("a {#- gone -#} b", "ab"), ("a {%- raw -%} {{ b {%- endraw -%} c", "a{{ bc"),
    ("x {{ 1 }} y", "x 1 y"),
  ])
  func renders(_ source: String, _ expected: String) throws {
    #expect(try TemplateText(parsing: source).render(scope) == expected, "\(source)")
  }

  @Test func keepsTheTypeOfALoneExpression() throws {
    #expect(try TemplateText(parsing: "{{ n }}").value(scope) == 3)
    #expect(try TemplateText(parsing: "{{ items }}").value(scope) == ["x", "y"])
    #expect(try TemplateText(parsing: " {{ n }}").value(scope) == " 3")
    #expect(try TemplateText(parsing: "3").value(scope) == "3")
    #expect(try TemplateText(parsing: "{# a #}{{ n }}{# b #}").value(scope) == 3)
  }

  @Test func knowsWhatIsConstant() throws {
    #expect(try TemplateText(parsing: "a{# b #}{% raw %}{{{% endraw %}").isConstant)
    #expect(try !TemplateText(parsing: "{{ 1 }}").isConstant)
  }

  @Test(arguments: [
    ("a\n {{ b", 2, 2, "found {{ without its }}"), ("{{ 'b }}", 1, 1, "a text inside it"),
    ("{% raw %}x", 1, 1, "without its {% endraw %}"), ("{# a", 1, 1, "found {# without its #}"),
    ("x {% if a %}", 1, 6, "without its {% endif %}"), ("{% endif %}", 1, 4, "without the block"),
    ("{% for x in a %}{% endif %}", 1, 20, "expected {% else %} or {% endfor %}"),
    ("{% if a %}{% else %}{% elif b %}{% endif %}", 1, 24, "expected {% endif %}"),
    ("{% wat %}", 1, 4, "found the statement `wat`"), ("{% for x of a %}", 1, 10, "expected `in`"),
    ("{% for in in a %}", 1, 8, "the name of the loop's variable"),
    ("{{ }}", 1, 4, "expected a value"),
    ("{% if a b %}{% endif %}", 1, 9, "expected an operator or the end"),
    ("{% if a %}{% else b %}{% endif %}", 1, 19, "expected an operator or the end"),
  ])
  func failsWhenParsed(_ source: String, _ line: Int, _ column: Int, _ part: String) {
    let error = #expect(throws: TemplateError.self) { try TemplateText(parsing: source) }
    #expect(
      error?.line == line && error?.column == column, "\(source): \(String(describing: error))")
    #expect(error?.message.contains(part) ?? false, "\(source): \(String(describing: error))")
  }

  @Test func failsWhereANameIsUndefined() throws {
    let text = try TemplateText(parsing: "one\ntwo {{ name }} {{ user.id }}")
    let error = #expect(throws: TemplateError.self) { try text.render(scope) }
    #expect(error?.line == 2 && error?.column == 19)
    #expect(error?.message.hasPrefix("`user` is not defined") ?? false)
  }

  @Test func loopVariablesEndWithTheirLoop() throws {
    let text = try TemplateText(parsing: "{% for name in items %}{{ name }}{% endfor %}{{ name }}")
    #expect(try text.render(scope) == "xyAda")
    let after = try TemplateText(parsing: "{% for x in items %}{% endfor %}{{ x }}")
    #expect(throws: TemplateError.self) { try after.render(scope) }
  }
}
