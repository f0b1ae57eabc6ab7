import Foundation
import JSON
import Testing

/// ``JSONValue`` through Foundation's coders, which know nothing of it.
@Suite struct ForeignCodingTests {
  @Test(arguments: [
    #"{"a":[1,-2.5,true,false,null,"x"],"b":{"c":{}}}"#, "[]", "[[1],[2]]",
    "[9223372036854775807,18446744073709551615,1.5]",
  ])
  func foundation(_ text: String) throws {
    let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    #expect(value == (try JSONValue(json: text)))
    let data = try JSONEncoder().encode(value)
    #expect(try JSONValue(jsonBytes: Array(data)) == value)
  }
}
