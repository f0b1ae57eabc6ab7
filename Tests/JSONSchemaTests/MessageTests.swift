import JSON
import Testing

@testable import JSONSchema

/// What failures say, of instances and of schemas.
@Suite struct MessageTests {
  @Test(arguments: [
    (
      #"{"properties":{"age":{"type":"integer"}}}"#, #"{"age":"old"}"#,
      #"/age: found "old", expected an integer"#, "/properties/age/type"
    ),
    (#"{"type":["string","null"]}"#, "1.5", "found 1.5, expected null or a string", "/type"),
    (#"{"required":["a","b"]}"#, #"{"a":1}"#, #"found no member "b", expected one"#, "/required"),
    (#"{"enum":["a",1]}"#, "2", #"found 2, expected one of "a", 1"#, "/enum"),
    (#"{"const":{"a":1}}"#, "[]", "found an array of 0, expected an object of 1", "/const"),
    (#"{"minimum":1.5}"#, "1", "found 1, expected at least 1.5", "/minimum"),
    (#"{"exclusiveMaximum":1}"#, "1.0", "found 1.0, expected less than 1", "/exclusiveMaximum"),
    (#"{"multipleOf":0.01}"#, "0.005", "found 0.005, expected a multiple of 0.01", "/multipleOf"),
    (
      #"{"maxLength":1}"#, #""é😀""#, #"found "é😀" of 2 characters, expected at most 1"#,
      "/maxLength"
    ),
    (
      #"{"items":{"pattern":"^a$"}}"#, #"["a","b"]"#,
      #"/1: found "b", expected a match of the pattern ^a$"#, "/items/pattern"
    ),
    (
      #"{"format":"date"}"#, #""2026-02-30""#,
      #"found "2026-02-30", expected a date of RFC 3339 such as 2026-07-28"#, "/format"
    ),
    (
      #"{"properties":{"a":{}},"additionalProperties":false}"#, #"{"a":1,"b~/c":2}"#,
      #"found the member "b~/c", expected none but those of the schema"#, "/additionalProperties"
    ),
    (
      #"{"uniqueItems":true}"#, "[1,2,1.0]", "found 1.0 at 0 and at 2, expected each element once",
      "/uniqueItems"
    ),
    (
      #"{"contains":{"type":"null"},"minContains":2}"#, "[null,1]",
      "found 1 matching elements, expected at least 2", "/contains"
    ),
    (
      ##"{"$ref":"#/$defs/x","$defs":{"x":{"allOf":[true,{"minItems":3}]}}}"##, "[1]",
      "found 1 elements, expected at least 3", "/$ref/allOf/1/minItems"
    ),
    (
      #"{"if":{"type":"string"},"then":{"minLength":2},"else":{"minimum":5}}"#, "1",
      "found 1, expected at least 5", "/else/minimum"
    ),
    (
      #"{"anyOf":[{"type":"string"},{"properties":{"a":{"type":"string"}}}]}"#, #"{"a":1}"#,
      "found an object of 1, expected a match of at least one of 2 schemas; closest is number 1: "
        + "/a: found 1, expected a string", "/anyOf"
    ),
    (
      #"{"oneOf":[{},{"type":"number"}]}"#, "1",
      "found 1, expected a match of exactly one of 2 schemas: numbers 0 and 1 match both", "/oneOf"
    ),
    (
      #"{"not":{"type":"null"}}"#, "null",
      #"found null, expected what the schema of "not" refuses"#,
      "/not"
    ),
    (
      #"{"dependentRequired":{"a":["b"]}}"#, #"{"a":1}"#,
      #"found no member "b", expected one, since there is "a""#, "/dependentRequired"
    ),
    ("false", "1", "found 1, expected nothing here", ""),
    (
      #"{"a/b":1,"propertyNames":{"maxLength":1}}"#, #"{"~/x":1}"#,
      #"/~0~1x: found "~/x" of 3 characters, expected at most 1"#, "/propertyNames/maxLength"
    ),
    (
      #"{"unevaluatedProperties":false,"allOf":[{"properties":{"a":true}}]}"#, #"{"a":1,"b":2}"#,
      #"found the member "b", expected none but those of the schema"#, "/unevaluatedProperties"
    ),
  ]) func failureSays(_ source: String, _ instance: String, _ message: String, _ path: String)
    throws
  {
    let result = try schema(source).validate(text: instance)
    #expect(result.failures.map(\.description) == [message])
    #expect(result.failures.first?.keywordPath.description == path)
    #expect(!result.isValid)
    #expect(result.description == message)
  }

  @Test(arguments: [
    (#"{"type":"text"}"#, "/type", #"found "text", expected null, boolean"#),
    (
      #"{"properties":{"a":{"minLength":-1}}}"#, "/properties/a/minLength",
      "found -1, expected an integer from 0"
    ),
    (#"{"properties":{"a":3}}"#, "/properties/a", "found 3, expected a schema"),
    (#"{"required":"a"}"#, "/required", "expected an array of strings"),
    (#"{"required":["a",1]}"#, "/required/1", "expected a string"),
    (#"{"pattern":"(a"}"#, "/pattern", "without its ')'"),
    (#"{"patternProperties":{"[":true}}"#, "/patternProperties/[", "without its ']'"),
    (#"{"multipleOf":0}"#, "/multipleOf", "above 0"),
    (#"{"allOf":[]}"#, "/allOf", "at least one schema"),
    (#"{"items":[{}]}"#, "/items", "prefixItems"),
    (#"{"$ref":"http://example.com/x"}"#, "/$ref", "never fetched"),
    (##"{"$ref":"#/$defs/x"}"##, "/$ref", "leads nowhere"),
    (##"{"$ref":"#x"}"##, "/$ref", #"has none called "x""#),
    (#"{"$schema":"http://json-schema.org/draft-04/schema#"}"#, "/$schema", "expected \"https://"),
    (#"{"$anchor":"1"}"#, "/$anchor", "expected a name"),
    (##"{"$id":"#a"}"##, "/$id", "without a fragment"),
    (#"{"$id":1}"#, "/$id", "expected a URI reference"),
    (##"{"$ref":"#"}"##, "", "leads back here"),
    (
      ##"{"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}}}"##,
      "/$defs", "leads back here"
    ),
    ("3", "", "found 3, expected a schema"),
  ]) func schemaErrorSays(_ source: String, _ pointer: String, _ words: String) throws {
    let error = try #require(throws: SchemaError.self) { try schema(source) }
    #expect(error.pointer.description.hasPrefix(pointer), "\(error)")
    #expect(error.message.contains(words), "\(error)")
    #expect(error.description.contains(error.message))
  }

  @Test func namesTheDocumentOfAnError() throws {
    let options = SchemaOptions(resources: ["http://example.com/a": ["properties": ["x": 1]]])
    let error = try #require(throws: SchemaError.self) {
      try schema(#"{"$ref":"http://example.com/a"}"#, options)
    }
    #expect(error.document == "http://example.com/a")
    #expect(error.description.contains("http://example.com/a at /properties/x: found 1"))
  }

  @Test func collectsFailuresUpToTheLimit() throws {
    let schema = try schema(#"{"items":{"type":"string"}}"#)
    let instance = "[" + Array(repeating: "1", count: 50).joined(separator: ",") + "]"
    let all = schema.validate(text: instance)
    #expect(all.failures.count == 20)
    #expect(all.isTruncated)
    #expect(all.description.hasSuffix("; and more"))
    #expect(schema.validate(text: instance, mostFailures: 1).failures.count == 1)
    let few = schema.validate(text: "[1,\"a\",2]")
    #expect(few.failures.map(\.instancePath.description) == ["/0", "/2"])
    #expect(!few.isTruncated)
  }

  @Test func invalidTextIsAFailure() throws {
    for source in [#"{"type":"object"}"#, #"{"not":{"type":"array"}}"#] {
      let result = try schema(source).validate(text: #"{"a":}"#)
      #expect(!result.isValid)
      #expect(result.description.contains("line 1, column 6"))
    }
    #expect(try !schema("true").validate(text: "{} x").isValid)
    #expect(try !schema("true").validate(text: "").isValid)
  }

  @Test(arguments: [
    ("true", true), ("{}", true), (#"{"type":"object"}"#, true), ("false", false),
    (#"{"type":"object","properties":{"a":{},"b":true}}"#, true),
    (#"{"type":["object","null"],"additionalProperties":{},"title":"x"}"#, true),
    (#"{"type":"string"}"#, false), (#"{"required":["a"]}"#, false), (#"{"required":[]}"#, true),
    (#"{"properties":{"a":{"type":"string"}}}"#, false), (#"{"minLength":3}"#, true),
    (##"{"additionalProperties":false}"##, false),
    (##"{"$ref":"#/$defs/a","$defs":{"a":{}}}"##, true),
    (#"{"allOf":[{"type":"object"},{"minProperties":0}]}"#, true), (#"{"not":{}}"#, false),
    (#"{"maxProperties":3}"#, false), (#"{"const":{}}"#, false),
  ]) func knowsTrivialSchemas(_ source: String, _ isTrivial: Bool) throws {
    #expect(try schema(source).isTrivial == isTrivial)
  }
}
