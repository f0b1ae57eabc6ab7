import Foundation
import JSON
import Synchronization
import Testing

@testable import JSONSchema

/// Every bound names itself; nothing hostile hangs or crashes.
@Suite struct BoundTests {
  /// What this thread has worked, in nanoseconds.
  private func clock() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  @Test func schemaDepth() throws {
    let text =
      String(repeating: #"{"not":"#, count: 200) + "true" + String(repeating: "}", count: 200)
    let value = try JSONValue(json: text, limits: JSONLimits(depth: 512))
    let error = try #require(throws: SchemaError.self) { try Schema(compiling: value) }
    #expect(error.message.contains("(schemaDepth)"))
  }

  @Test func schemaSize() throws {
    var options = SchemaOptions()
    options.limits.subschemas = 100
    let members = (0..<200).map { "\"m\($0)\":{\"type\":\"string\"}" }.joined(separator: ",")
    let error = try #require(throws: SchemaError.self) {
      try schema("{\"properties\":{\(members)}}", options)
    }
    #expect(error.message.contains("(subschemas)"))
    #expect(try schema("{\"properties\":{\(members)}}").validate(text: "{}").isValid)
  }

  @Test(arguments: ["{}", ##"{"items":{"$ref":"#"}}"##, #"{"not":{"type":"null"}}"#])
  func instanceDepth(_ source: String) throws {
    let schema = try schema(source)
    let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    let result = schema.validate(text: deep)
    #expect(result.limit?.message.contains("the limit is 64") == true)
    #expect(!result.isValid)
    let fine = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
    #expect(schema.validate(text: fine).isValid)
  }

  @Test func instanceSize() throws {
    var options = SchemaOptions()
    options.limits.instanceBytes = 10
    let result = try schema("{}", options).validate(text: "[1,2,3,4,5,6]")
    #expect(result.limit?.message.contains("limit of 10 bytes") == true)
  }

  @Test func nesting() throws {
    // Each level of the instance goes through six references.
    let definitions = (0..<6).map { "\"d\($0)\":{\"anyOf\":[{\"$ref\":\"#/$defs/d\($0 + 1)\"}]}" }
    let schema = try schema(
      "{\"$ref\":\"#/$defs/d0\",\"$defs\":{\(definitions.joined(separator: ",")),"
        + "\"d6\":{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}}}")
    let deep = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
    #expect(schema.validate(text: deep).limit?.message.contains("(nesting)") == true)
    #expect(schema.validate(text: "[[[]]]").isValid)
  }

  /// Twelve pairs of alternatives inside each other, each of which refuses at the very end.
  @Test(.timeLimit(.minutes(5))) func steps() throws {
    let definitions = (0..<30).map {
      "\"d\($0)\":{\"anyOf\":[{\"$ref\":\"#/$defs/d\($0 + 1)\"},{\"$ref\":\"#/$defs/d\($0 + 1)\"}]}"
    }
    let schema = try schema(
      "{\"$ref\":\"#/$defs/d0\",\"$defs\":{\(definitions.joined(separator: ",")),"
        + "\"d30\":{\"type\":\"string\"}}}")
    let result = schema.validate(text: "1")
    #expect(result.limit?.message.contains("(steps)") == true)
    #expect(schema.validate(text: "\"a\"").isValid)
    let dynamic = try self.schemaOfDynamicLoop()
    #expect(dynamic.validate(text: "1").limit?.message.contains("(nesting)") == true)
  }

  /// A dynamic reference may lead back for the same value without anyone seeing it beforehand.
  private func schemaOfDynamicLoop() throws -> Schema {
    try schema(
      """
      {"$id":"http://example.com/a","$dynamicAnchor":"x","$ref":"b",
      "$defs":{"b":{"$id":"b","$defs":{"x":{"$dynamicAnchor":"x"}},"$dynamicRef":"#x"}}}
      """)
  }

  @Test(.timeLimit(.minutes(5))) func pattern() throws {
    for source in [#"{"pattern":"^(a|a)*$"}"#, #"{"patternProperties":{"^(a|a)*$":true}}"#] {
      let text = "\"" + String(repeating: "a", count: 500) + "!\""
      let instance = source.contains("Properties") ? "{\(text):1}" : text
      let result = try schema(source).validate(text: instance)
      #expect(result.limit?.message.contains("nested repetitions") == true, "\(result)")
      #expect(!result.isValid)
    }
  }

  /// Each search ends within its own bound; together they would take many seconds.
  @Test(.timeLimit(.minutes(5))) func manySearches() throws {
    let slow = "\"" + String(repeating: "a", count: 80) + "\""
    let instance = "[" + Array(repeating: slow, count: 2_000).joined(separator: ",") + "]"
    for source in [
      #"{"items":{"not":{"pattern":"a*a*a*a*[xy]"}}}"#, #"{"items":{"pattern":"a*a*a*a*[xy]|$"}}"#,
    ] {
      // The thread's own time: other tests share the machine.
      let start = clock()
      var options = SchemaOptions()
      options.limits.searchNanoseconds = 50_000_000
      let result = try schema(source, options).validate(text: instance)
      #expect(clock() - start < 5_000_000_000)
      #expect(result.limit?.message.contains("(searchNanoseconds)") == true, "\(result)")
    }
  }

  @Test(.timeLimit(.minutes(5))) func hugeInstances() throws {
    let numbers = "[" + (0..<200_000).map(String.init).joined(separator: ",") + "]"
    #expect(try schema(#"{"items":{"type":"integer"}}"#).validate(text: numbers).isValid)
    #expect(try schema(#"{"uniqueItems":true}"#).validate(text: numbers).isValid)
    let members = "{" + (0..<50_000).map { "\"m\($0)\":1" }.joined(separator: ",") + "}"
    #expect(
      try schema(#"{"additionalProperties":{"type":"integer"}}"#).validate(text: members).isValid)
    #expect(try schema(#"{"propertyNames":{"maxLength":6}}"#).validate(text: members).isValid)
    let digits = String(repeating: "9", count: 100_000)
    #expect(try schema(#"{"multipleOf":9}"#).validate(text: digits).isValid)
    #expect(try schema(#"{"maximum":1e99999}"#).validate(text: digits).isValid == false)
    #expect(try schema(#"{"type":"integer"}"#).validate(text: "1e999999999999999999").isValid)
  }

  @Test(arguments: [
    ("0.0075", "0.0001", true), ("0.00751", "0.0001", false), ("1e308", "0.5", true),
    ("1.1", "0.1", true), ("4.35", "0.01", true), ("12345678901234567890123", "3", true),
    ("12345678901234567890124", "3", false), ("1e400", "7", false), ("-9", "3", true),
    ("0", "7", true), ("0e5", "0.3", true), ("3", "1e-300", true), ("1e-300", "3", false),
    ("9007199254740993", "9007199254740993", true), ("100", "1e2", true), ("150", "1e2", false),
  ]) func multiples(_ number: String, _ divisor: String, _ isMultiple: Bool) throws {
    let schema = try schema("{\"multipleOf\":\(divisor)}")
    #expect(schema.validate(text: number).isValid == isMultiple)
    #expect(schema.validate(try JSONValue(json: number)).isValid == isMultiple)
  }

  @Test(arguments: [
    ("9007199254740993", "9007199254740992"), ("1e400", "1e399"), ("-1e399", "-1e400"),
    ("1", "-1e400"), ("0.1", "0.09999999999999999999"), ("1e-400", "0"), ("0", "-1e-400"),
    ("100000000000000000000", "99999999999999999999"), ("2", "1.9e0"), ("1e18", "1e-18"),
    ("-1e-18", "-1e18"),
  ]) func order(_ more: String, _ less: String) throws {
    for (source, number, isValid) in [
      ("{\"maximum\":\(less)}", more, false), ("{\"maximum\":\(more)}", less, true),
      ("{\"minimum\":\(less)}", more, true), ("{\"minimum\":\(more)}", less, false),
      ("{\"exclusiveMinimum\":\(more)}", more, false), ("{\"maximum\":\(more)}", more, true),
    ] {
      #expect(try schema(source).validate(text: number).isValid == isValid, "\(source) \(number)")
    }
  }

  @Test func threadsShareASchema() throws {
    let schema = try schema(
      #"{"properties":{"a":{"pattern":"^[a-z]+$","format":"hostname"},"b":{"oneOf":[{"type":"null"},{"minimum":3}]}}}"#
    )
    let wrong = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for round in 0..<1_000 {
        let isValid = schema.validate(text: #"{"a":"host","b":\#(round % 6)}"#).isValid
        if isValid != (round % 6 >= 3) { wrong.add(1, ordering: .relaxed) }
        if schema.validate(text: #"{"a":"A"}"#).isValid { wrong.add(1, ordering: .relaxed) }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }
}
