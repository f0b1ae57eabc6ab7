import RandomGenerator
import Testing

@Suite struct RefusalTests {
  @Test(arguments: [
    ("[]", "found an array, expected an object such as { type = \"uuid\" }"),
    (
      "{}",
      "type: found nothing, expected one of array, boolean, choice, float, integer, object, string, uuid"
    ),
    (
      #"{"type":"object","schema":{"name":{"type":"fake","fake_type":"name.full_name"}}}"#,
      "schema.name.type: found \"fake\", which the random strategy does not make; it makes array, boolean, choice, float, integer, object, string, uuid"
    ),
    (
      #"{"type":"object","schema":{"age":{"type":"integer","min":"x"}}}"#,
      "schema.age.min: found a string (\"x\"), expected an integer of 64 bits"
    ),
    (
      #"{"type":"integer","min":1.5}"#,
      "min: found a number (1.5), expected an integer of 64 bits"
    ),
    (#"{"type":"integer","min":5,"max":4}"#, "min: found 5, expected at most max, 4"),
    (
      #"{"type":"integer","mim":5}"#,
      "mim: found a setting that integer does not take; it takes max, min, nullable"
    ),
    (#"{"type":"float","min":2,"max":1}"#, "min: found 2.0, expected at most max, 1.0"),
    (
      #"{"type":"float","min":-1e308,"max":1e308}"#,
      "max: found a range wider than a 64-bit number can hold"
    ),
    (
      #"{"type":"float","precision":16}"#,
      "precision: found a number (16), expected an integer from 0 to 15"
    ),
    (
      #"{"type":"float","min":0.12,"max":0.13,"precision":1}"#,
      "precision: found 1, but no number with that many decimals lies between 0.12 and 0.13"
    ),
    (
      #"{"type":"float","max":1e12,"precision":9}"#,
      "precision: found 9, which numbers of this size cannot have; make it smaller"
    ),
    (
      #"{"type":"string","min_length":-1}"#,
      "min_length: found a number (-1), expected an integer from 0 to 1000000"
    ),
    (
      #"{"type":"string","min_length":3,"max_length":2}"#,
      "min_length: found 3, expected at most max_length, 2"
    ),
    (
      #"{"type":"string","charset":"greek"}"#,
      "charset: found \"greek\", expected one of alphabetic, alphanumeric, ascii, hex, lowercase, numeric, uppercase; alphabet = \"abc\" lists letters of your own"
    ),
    (#"{"type":"string","alphabet":""}"#, "alphabet: found no letters, expected at least one"),
    (
      #"{"type":"string","alphabet":"a","charset":"hex"}"#,
      "alphabet: found beside charset; keep one of them"
    ),
    (
      #"{"type":"boolean","probability":1.5}"#,
      "probability: found a number (1.5), expected a probability from 0 to 1"
    ),
    (
      #"{"type":"uuid","nullable":true}"#,
      "nullable: found true, expected a probability from 0 to 1"
    ),
    (#"{"type":"choice"}"#, "values: found none, expected an array of at least one value"),
    (
      #"{"type":"choice","values":[]}"#,
      "values: found none, expected an array of at least one value"
    ),
    (
      #"{"type":"choice","values":[1,2],"weights":[1]}"#,
      "weights: found 1 weights, expected one for each of the 2 values"
    ),
    (
      #"{"type":"choice","values":[1,2],"weights":[1,-1]}"#,
      "weights.1: found -1, expected a number that is not negative"
    ),
    (
      #"{"type":"choice","values":[1,2],"weights":[0,0]}"#,
      "weights: found only zeros, expected a weight above 0"
    ),
    (
      #"{"type":"array"}"#,
      "items: found nothing, expected what the array holds: items = { type = \"uuid\" }"
    ),
    (
      #"{"type":"array","item":{"type":"uuid"},"items":{"type":"uuid"}}"#,
      "item: found beside items, which means the same; keep one"
    ),
    (
      #"{"type":"array","unique":true,"min_length":3,"items":{"type":"boolean"}}"#,
      "unique: found min_length 3, but the items have only 2 different values"
    ),
    (
      #"{"type":"array","items":{"type":"array","items":{"type":"x"}}}"#,
      "items.items.type: found \"x\", which the random strategy does not make; it makes array, boolean, choice, float, integer, object, string, uuid"
    ),
    (
      #"{"type":"object"}"#,
      "schema: found nothing, expected the fields: schema = { id = { type = \"uuid\" } }"
    ),
    (
      #"{"type":"object","schema":{"a":1}}"#,
      "schema.a: found a number, expected an object such as { type = \"uuid\" }"
    ),
  ])
  func mistakesAreNamedWithTheirPlace(section: String, message: String) throws {
    #expect(try refusal(section) == message)
  }

  @Test func depthAndCountAreBounded() throws {
    var section = #"{"type":"uuid"}"#
    for _ in 0..<40 { section = #"{"type":"array","items":\#(section)}"# }
    #expect(
      try refusal(section)?.hasSuffix("found more than 32 levels of arrays and objects") == true)
    let fields = (0..<10_001).map { #""f\#($0)":{"type":"uuid"}"# }.joined(separator: ",")
    #expect(
      try refusal("{\(fields)}") == "f10000: found more than 10000 values in one section")
  }
}
