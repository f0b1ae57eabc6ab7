import JSON
import Testing

@Suite struct ValueTests {
  @Test func literalsAndAccess() {
    let value: JSONValue = ["a": 1, "b": [true, .null, 2.5, "x"], "c": ["d": "e"]]
    #expect(value["a"]?.int == 1)
    #expect(value["b"]?[0]?.bool == true)
    #expect(value["b"]?[1]?.isNull == true)
    #expect(value["b"]?[2]?.double == 2.5)
    #expect(value["b"]?[4] == nil)
    #expect(value["b"]?[-1] == nil)
    #expect(value["c"]?["d"]?.string == "e")
    #expect(value["x"] == nil)
    #expect(value.description == #"{"a":1,"b":[true,null,2.5,"x"],"c":{"d":"e"}}"#)
    #expect(value.object?.keys == ["a", "b", "c"])
  }

  @Test func membersChange() {
    var value: JSONValue = ["a": 1]
    value["b"] = 2
    value["a"] = 3
    #expect(value.description == #"{"a":3,"b":2}"#)
    value["a"] = nil
    #expect(value.description == #"{"b":2}"#)
    var object: JSONObject = ["n": ["x": 1]]
    object["n", default: [:]]["y"] = 2
    object["m", default: []] = [1]
    #expect(object.description == #"{"n":{"x":1,"y":2},"m":[1]}"#)
  }

  /// Of members with one name the last value stays, at the first's place; small and indexed.
  @Test(arguments: [0, 14, 15, 16, 17, 40])
  func duplicates(_ others: Int) throws {
    let filler = (0..<others).map { #","k\#($0)":\#($0)"# }.joined()
    let value = try JSONValue(json: #"{"a":1\#(filler),"\u0061":2,"z":3,"k0":true}"#)
    #expect(value["a"] == 2)
    #expect(value.object?.first?.key == "a")
    #expect(value["k0"] == true)
    #expect(value.object?.count == max(others, 1) + 2)
    for index in 1..<max(others, 1) { #expect(value["k\(index)"]?.int == Int64(index)) }
  }

  @Test func largeObject() {
    var object = JSONObject()
    for index in 0..<1000 { object["k\(index)"] = JSONValue(index) }
    for index in stride(from: 0, to: 1000, by: 3) { object["k\(index)"] = nil }
    #expect(object.count == 666)
    #expect(object["k0"] == nil)
    #expect(object["k1"] == 1)
    #expect(object["k998"] == 998)
    #expect(object.place(of: "k2") == 1)
    #expect(object.keys.first == "k1")
  }

  @Test func namesAreBytes() throws {
    let value = try JSONValue(json: #"{"\u00e9":1,"e\u0301":2}"#)
    #expect(value.object?.count == 2)
    #expect(value["\u{e9}"] == 1)
    #expect(value["e\u{301}"] == 2)
    #expect(JSONValue("\u{e9}") != JSONValue("e\u{301}"))
    var large = JSONObject()
    for index in 0..<20 { large["\(index)"] = 0 }
    large["\u{e9}"] = 1
    large["e\u{301}"] = 2
    #expect(large.count == 22)
    #expect(large["\u{e9}"] == 1)
  }

  @Test func equality() throws {
    func same(_ left: String, _ right: String) throws -> Bool {
      let (left, right) = (try JSONValue(json: left), try JSONValue(json: right))
      #expect((left == right) == (right == left))
      if left == right { #expect(left.hashValue == right.hashValue) }
      return left == right
    }
    #expect(try same(#"{"a":1,"b":2}"#, #"{"b":2,"a":1.0}"#))
    #expect(try !same(#"{"a":1}"#, #"{"a":1,"b":null}"#))
    #expect(try !same(#"{"a":1,"b":2}"#, #"{"a":1,"c":2}"#))
    #expect(try !same("[1,2]", "[2,1]"))
    #expect(try same(#"["\u0061"]"#, #"["a"]"#))
    #expect(try !same("0", "false"))
    #expect(try !same("null", "[]"))
    #expect(try !same("\"1\"", "1"))
  }

  @Test(arguments: validTexts)
  func textRoundTrips(_ text: String) throws {
    let value = try JSONValue(json: text)
    let written = value.description
    let again = try JSONValue(json: written)
    #expect(again == value)
    #expect(again.hashValue == value.hashValue)
    #expect(again.description == written)
    #expect(try JSONValue(jsonBytes: value.jsonBytes(pretty: true)) == value)
  }
}

@Suite struct NumberTests {
  @Test(arguments: [
    "0", "-0", "1", "-1", "1.0", "1.50", "1e5", "1E+5", "-0.0", "0.1", "9223372036854775807",
    "-9223372036854775808", "9223372036854775808", "18446744073709551615", "1e400", "-1e-400",
    "123456789012345678901234567890", "0.1234567890123456789012345", "1e22", "1e+22", "5e-324",
    "9007199254740993", "9007199254740993.0",
  ])
  func textIsKept(_ text: String) throws {
    #expect(try JSONNumber(text: text).description == text)
    #expect(try JSONValue(json: text).description == text)
  }

  @Test func conversions() throws {
    #expect(try JSONNumber(text: "1.0").int == 1)
    #expect(try JSONNumber(text: "1e3").int == 1000)
    #expect(try JSONNumber(text: "1500e-2").int == 15)
    #expect(try JSONNumber(text: "1.5").int == nil)
    #expect(try JSONNumber(text: "-9223372036854775808.0").int == .min)
    #expect(try JSONNumber(text: "9223372036854775808").int == nil)
    #expect(try JSONNumber(text: "18446744073709551615").uint == .max)
    #expect(try JSONNumber(text: "18446744073709551616").uint == nil)
    #expect(try JSONNumber(text: "-1").uint == nil)
    #expect(try JSONNumber(text: "-0").uint == 0)
    #expect(try JSONNumber(text: "1e400").double == nil)
    #expect(try JSONNumber(text: "1e-400").double == 0)
    #expect(try JSONNumber(text: "1e999999999999999999999").int == nil)
    #expect(try JSONNumber(text: "0e999999999999999999999").int == 0)
    #expect(try JSONNumber(text: "0.1").double == 0.1)
    #expect(try JSONNumber(text: "1e999999999999999999999").isInteger)
    #expect(try !JSONNumber(text: "1e-999999999999999999999").isInteger)
    #expect(try JSONNumber(text: "123456789012345678901234567890").isInteger)
    #expect(try !JSONNumber(text: "1.50").isInteger)
    #expect(JSONNumber(UInt64.max).description == "18446744073709551615")
    #expect(JSONNumber(.infinity) == nil)
    #expect(JSONNumber(.nan) == nil)
    #expect(JSONValue(Double.nan).isNull)
    #expect(JSONNumber(1.5)?.double == 1.5)
  }

  @Test func equalByDecimalValue() throws {
    let classes = [
      ["0", "-0", "0.0", "0e5", "-0.00e-99999999999999999999"],
      ["1", "1.0", "1.00", "10e-1", "0.1e1", "1e0", "0.01E+2"], ["-1", "-1.0", "-1e0"],
      ["0.1", "1e-1", "0.10", "0.0001e3"], ["0.10000000000000001"],
      ["9007199254740992", "9007199254740992.0", "9.007199254740992e15"], ["9007199254740993"],
      ["1e400", "10e399", "0.1e401"], ["1e401"], ["-1e400"], ["1e99999999999999999999"],
      ["1152921504606846976"], ["1152921504606847000", "1.152921504606847e+18"],
      ["123456789012345678901234567890", "1.2345678901234567890123456789e29"],
    ]
    for (left, leftClass) in classes.enumerated() {
      for (right, rightClass) in classes.enumerated() {
        for (a, b) in leftClass.flatMap({ a in rightClass.map { (a, $0) } }) {
          let (a, b) = (try JSONNumber(text: a), try JSONNumber(text: b))
          #expect((a == b) == (left == right), "\(a) \(b)")
          if a == b { #expect(a.hashValue == b.hashValue, "\(a) \(b)") }
        }
      }
    }
    let double = try #require(JSONNumber(Double(1 << 60)))
    #expect(double == (try JSONNumber(text: double.description)))
    #expect(double.hashValue == (try JSONNumber(text: double.description)).hashValue)
  }

  @Test(arguments: ["", "a", "1 ", " 1", "01", "1.", "1,2", "\"1\"", "NaN", "1e"])
  func refused(_ text: String) {
    #expect(throws: JSONError.self) { try JSONNumber(text: text) }
  }
}
