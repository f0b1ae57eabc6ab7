import JSON
import Testing

private struct Tool: Codable, Equatable {
  enum Kind: String, Codable { case fast, slow }
  var name: String
  var kind: Kind
  var limit: Int?
  var weights: [Double]
  var labels: [String: Int]
  var extra: JSONValue?
}

private struct Configuration: Codable, Equatable {
  var tools: [Tool]
  var port: UInt16
}

private enum Shape: Codable, Equatable {
  case circle(radius: Double)
  case point
}

private class Base: Codable {
  var a: Int
  init(a: Int) { self.a = a }
}

private final class Derived: Base {
  var b: Int
  private enum CodingKeys: CodingKey { case b }
  init(a: Int, b: Int) {
    self.b = b
    super.init(a: a)
  }
  required init(from decoder: any Decoder) throws {
    b = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .b)
    try super.init(from: decoder)
  }
  override func encode(to encoder: any Encoder) throws {
    try super.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(b, forKey: .b)
  }
}

private let sample: JSONValue = [
  "tools": [
    [
      "name": "a", "kind": "fast", "weights": [1, 2.5], "labels": ["x": 1, "y": 2],
      "extra": ["z": [.null, 1.5], "a": true],
    ],
    ["name": "b", "kind": "slow", "limit": 3, "weights": [], "labels": [:], "extra": .null],
  ],
  "port": 8080,
]

@Suite struct CodingTests {
  @Test func roundTrip() throws {
    let decoded = try JSONValueDecoder(unknownKeys: .fail).decode(Configuration.self, from: sample)
    #expect(decoded.port == 8080)
    #expect(decoded.tools[0].limit == nil)
    #expect(decoded.tools[0].weights == [1, 2.5])
    #expect(decoded.tools[0].labels == ["x": 1, "y": 2])
    #expect(decoded.tools[0].extra?.description == #"{"z":[null,1.5],"a":true}"#)
    #expect(decoded.tools[1].extra == .null)
    #expect(decoded.tools[1].limit == 3)
    let encoded = try JSONValueEncoder().encode(decoded)
    #expect(encoded == sample)
    #expect(
      try JSONValueDecoder().decode(Configuration.self, fromJSON: encoded.jsonBytes()) == decoded)
  }

  @Test(arguments: [
    (
      #"{"tools":[],"port":70000}"#,
      "$.port: found a number 70000, expected an integer from 0 to 65535"
    ),
    (#"{"tools":[],"port":"1"}"#, #"$.port: found a string "1", expected an integer"#),
    (#"{"tools":[],"port":1.5}"#, "$.port: found a number 1.5, expected an integer"),
    (#"{"tools":[],"port":true}"#, "$.port: found true, expected an integer"),
    (#"{"tools":[]}"#, #"$: found no member "port", which is required"#),
    (#"{"tools":{},"port":1}"#, "$.tools: found an object, expected an array"),
    (#"[]"#, "$: found an array, expected an object"),
    (#"{"tools":[1],"port":1}"#, "$.tools[0]: found a number 1, expected an object"),
    (
      #"{"tools":[{"name":"a","kind":"fast","weights":[1,null],"labels":{}}],"port":1}"#,
      "$.tools[0].weights[1]: found null, expected a number"
    ),
    (
      #"{"tools":[{"name":"a","kind":"fast","weights":[],"labels":{"a b":"c"}}],"port":1}"#,
      #"$.tools[0].labels["a b"]: found a string "c", expected an integer"#
    ),
  ])
  func messages(_ text: String, _ message: String) throws {
    let error = #expect(throws: JSONCodingError.self) {
      try JSONValueDecoder().decode(Configuration.self, fromJSON: Array(text.utf8))
    }
    #expect(error?.description == message)
  }

  @Test func enumValueIsNamed() throws {
    var value = sample
    value["tools"] = [["name": "a", "kind": "quick", "weights": [], "labels": [:]]]
    let error = #expect(throws: JSONCodingError.self) {
      try JSONValueDecoder().decode(Configuration.self, from: value)
    }
    #expect(error?.path == "$.tools[0].kind")
    #expect(error?.message.contains("quick") == true)
  }

  @Test func unknownKeys() throws {
    var value = sample
    value["prot"] = 1
    value["tools"] = [
      ["name": "a", "kind": "fast", "weights": [], "labels": ["any": 1], "nmae": 2]
    ]
    #expect(throws: Never.self) { try JSONValueDecoder().decode(Configuration.self, from: value) }
    let error = #expect(throws: JSONCodingError.self) {
      try JSONValueDecoder(unknownKeys: .fail).decode(Configuration.self, from: value)
    }
    #expect(error?.unknownKeys.map(\.key) == ["prot", "nmae"])
    #expect(error?.unknownKeys.map(\.path) == ["$", "$.tools[0]"])
    #expect(error?.unknownKeys.first?.known == ["port", "tools"])
    #expect(error?.description.contains(#""prot" at $, expected one of port, tools"#) == true)
  }

  @Test func enumsAndClasses() throws {
    for shape in [Shape.circle(radius: 1.5), .point] {
      let value = try JSONValueEncoder().encode(shape)
      #expect(try JSONValueDecoder(unknownKeys: .fail).decode(Shape.self, from: value) == shape)
    }
    #expect(
      try JSONValueEncoder().encode(Shape.circle(radius: 2)).description
        == #"{"circle":{"radius":2.0}}"#)
    let value = try JSONValueEncoder().encode(Derived(a: 1, b: 2))
    #expect(value.description == #"{"a":1,"b":2}"#)
    let derived = try JSONValueDecoder(unknownKeys: .fail).decode(Derived.self, from: value)
    #expect(derived.a == 1)
    #expect(derived.b == 2)
  }

  @Test func numbers() throws {
    let decoder = JSONValueDecoder()
    #expect(try decoder.decode(Int.self, from: 1.0) == 1)
    #expect(try decoder.decode(UInt64.self, fromJSON: Array("18446744073709551615".utf8)) == .max)
    #expect(try decoder.decode(Double.self, from: 3) == 3)
    #expect(throws: JSONCodingError.self) { try decoder.decode(Int8.self, from: 128) }
    #expect(throws: JSONCodingError.self) {
      try decoder.decode(Double.self, fromJSON: Array("1e400".utf8))
    }
    #expect(throws: JSONCodingError.self) { try decoder.decode(Float.self, from: 1e300) }
    #expect(try JSONValueEncoder().encode(Float(0.1)).description == "0.1")
    #expect(try JSONValueEncoder().encode(UInt64.max).description == "18446744073709551615")
    #expect(throws: JSONCodingError.self) { try JSONValueEncoder().encode([1, Double.nan]) }
    #expect(try JSONValueEncoder().encode(String?.none) == .null)
    #expect(try JSONValueEncoder().encode([Int]()) == [])
    #expect(try JSONValueEncoder().encode([String: Int]()) == [:])
    #expect(try decoder.decode([String?].self, from: ["a", .null]) == ["a", nil])
  }

  @Test func textErrorKeepsItsPosition() {
    let error = #expect(throws: JSONCodingError.self) {
      try JSONValueDecoder().decode(Int.self, fromJSON: Array("\n x".utf8))
    }
    #expect(error?.description.contains("line 2, column 2") == true)
  }
}
