import JSON
import Testing

@testable import JSONSchema

/// The pass over the text and the tree give the same verdict.
@Suite struct AgreementTests {
  /// A schema that can be streamed, mostly.
  private static func randomSchema(_ depth: Int, _ random: inout SeededGenerator) -> JSONValue {
    if Int.random(in: 0..<12, using: &random) == 0 { return .bool(Bool.random(using: &random)) }
    var schema = JSONObject()
    let types = ["null", "boolean", "object", "array", "string", "number", "integer"]
    if Bool.random(using: &random) {
      let some = types.shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random))
      schema["type"] = .array(some.map(JSONValue.string))
    }
    let keywords: [(String, (inout SeededGenerator) -> JSONValue)] = [
      ("minimum", { number(&$0) }), ("maximum", { number(&$0) }),
      ("exclusiveMinimum", { number(&$0) }), ("exclusiveMaximum", { number(&$0) }),
      ("multipleOf", { _ in 0.5 }), ("minLength", { JSONValue(Int.random(in: 0...3, using: &$0)) }),
      ("maxLength", { JSONValue(Int.random(in: 0...4, using: &$0)) }),
      ("pattern", { _ in "^[a-cé]*$" }), ("format", { _ in "uuid" }),
      ("minItems", { JSONValue(Int.random(in: 0...2, using: &$0)) }),
      ("maxItems", { JSONValue(Int.random(in: 0...3, using: &$0)) }),
      ("minProperties", { JSONValue(Int.random(in: 0...2, using: &$0)) }),
      ("maxProperties", { JSONValue(Int.random(in: 0...3, using: &$0)) }),
      ("enum", { random in .array((0..<4).map { _ in value(0, &random) }) }),
      ("const", { value(0, &$0) }),
      ("required", { _ in .array(["a"]) }),
    ]
    for (name, make) in keywords where Int.random(in: 0..<9, using: &random) == 0 {
      schema[name] = make(&random)
    }
    guard depth > 0 else { return .object(schema) }
    let choice = Int.random(in: 0..<8, using: &random)
    if choice < 4 {
      var members = JSONObject()
      for name in ["a", "b", "é"] where Bool.random(using: &random) {
        members[name] = Self.randomSchema(depth - 1, &random)
      }
      schema["properties"] = .object(members)
      if choice < 2 { schema["additionalProperties"] = Self.randomSchema(depth - 1, &random) }
    }
    if choice == 4 || choice == 5 { schema["items"] = Self.randomSchema(depth - 1, &random) }
    if choice == 5 { schema["prefixItems"] = .array([Self.randomSchema(depth - 1, &random)]) }
    if choice == 6 || choice == 0 {
      let name = ["allOf", "anyOf", "oneOf"].randomElement(using: &random) ?? "allOf"
      schema[name] = .array((0..<2).map { _ in Self.randomSchema(depth - 1, &random) })
    }
    if choice == 7 {
      schema["$defs"] = ["x": Self.randomSchema(depth - 1, &random)]
      schema["$ref"] = Bool.random(using: &random) ? "#" : "http://json-schema.org/draft-07/schema"
    }
    return .object(schema)
  }

  private static func number(_ random: inout SeededGenerator) -> JSONValue {
    let numbers: [JSONValue] = [0, 1, -1, 2.5, 3, 1e2, 0.5]
    if Int.random(in: 0..<8, using: &random) == 0, let big = try? JSONNumber(text: "1e40") {
      return .number(big)
    }
    return numbers.randomElement(using: &random) ?? 0
  }

  private static func value(_ depth: Int, _ random: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2, 3: return number(&random)
    case 4, 5:
      let texts = ["", "a", "abc", "é", "a\n", "\"", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "😀😀"]
      return .string(texts.randomElement(using: &random) ?? "")
    case 6:
      let count = Int.random(in: 0...3, using: &random)
      return .array((0..<count).map { _ in value(depth - 1, &random) })
    default:
      var object = JSONObject()
      for name in ["a", "b", "é", "d"] where Bool.random(using: &random) {
        object[name] = value(depth - 1, &random)
      }
      return .object(object)
    }
  }

  @Test(arguments: 0..<8) func streamAgreesWithTree(_ seed: Int) throws {
    var random = SeededGenerator(state: UInt64(seed))
    var streamed = 0
    var accepted = 0
    var refused = 0
    for _ in 0..<400 {
      let source = Self.randomSchema(3, &random)
      // A random `$ref` to the root may lead in a circle.
      guard let schema = try? Schema(compiling: source) else { continue }
      for _ in 0..<20 {
        let instance = Self.value(3, &random)
        let text = String(decoding: instance.jsonBytes(), as: UTF8.self)
        let tree = schema.validate(instance)
        let why = "\(String(decoding: source.jsonBytes(), as: UTF8.self)) \(text) \(tree)"
        #expect(schema.validate(text: text).isValid == tree.isValid, "\(why)")
        #expect(schema.validate(instance, mostFailures: 1).isValid == tree.isValid, "\(why)")
        if tree.isValid { accepted += 1 } else { refused += 1 }
        guard let verdict = schema.streams(text) else { continue }
        streamed += 1
        // Numbers of more than 18 digits' reach are left to the tree.
        #expect(verdict == tree.isValid || !verdict && text.contains("e40"), "\(why)")
      }
    }
    #expect(streamed > 1_000)
    #expect(accepted > 500)
    #expect(refused > 500)
  }

  /// What only the text can hold: escapes, white space, members twice, numbers in other forms.
  @Test(arguments: [
    (#"{"properties":{"a":{"maxLength":1}},"required":["a"]}"#, #"{ "\u0061" : "\u00e9" }"#, true),
    (#"{"properties":{"a":{"type":"string"}}}"#, #"{"a":1,"a":"x"}"#, true),
    (#"{"properties":{"a":{"type":"string"}}}"#, #"{"a":"x","a":1}"#, false),
    (#"{"minProperties":2}"#, #"{"a":1,"a":2}"#, false),
    (#"{"maxProperties":1}"#, #"{"a":1,"a":2}"#, true),
    (#"{"type":"integer"}"#, "1.0", true), (#"{"type":"integer"}"#, "10e-1", true),
    (#"{"type":"integer"}"#, "1.5", false), (#"{"type":"integer"}"#, "1e300", true),
    (#"{"const":1}"#, "1.00", true), (#"{"enum":[0]}"#, "-0", true),
    (#"{"const":1}"#, "true", false),
    (#"{"enum":["é"]}"#, "\"e\u{301}\"", false), (#"{"enum":["a"]}"#, #""\u0061""#, true),
    (#"{"properties":{"é":false}}"#, "{\"e\u{301}\":1}", true),
    (#"{"additionalProperties":false,"properties":{"é":{}}}"#, "{\"e\u{301}\":1}", false),
    (#"{"minimum":9007199254740993}"#, "9007199254740992", false),
    (#"{"maximum":1e-5}"#, "0.00001", true),
  ]) func textMatters(_ source: String, _ text: String, _ isValid: Bool) throws {
    #expect(try schema(source).validate(text: text).isValid == isValid)
  }

  /// Schemas of tools are streamed.
  @Test func usualSchemasStream() throws {
    let usual = try schema(
      """
      {"type":"object","properties":{"a":{"type":"string","format":"email"},"b":{"$ref":"#/$defs/b"},
      "c":{"anyOf":[{"type":"string"},{"type":"null"}],"default":null}},"required":["a"],
      "$defs":{"b":{"type":"array","items":{"enum":["x","y"]}}},"additionalProperties":false}
      """)
    #expect(usual.streams(#"{"a":"x@example.com","b":["x"],"c":null}"#) == true)
    #expect(usual.streams(#"{"a":"x@example.com","b":["z"]}"#) == false)
    #expect(usual.streams(#"{"a":"x@example.com"} x"#) == false)
  }
}
