import JSON
import Testing

@testable import JSONSchema

/// A generator whose values depend on its seed only (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}

func schema(_ text: String, _ options: SchemaOptions = SchemaOptions()) throws -> Schema {
  try Schema(compiling: JSONValue(json: text), options: options)
}

extension Schema {
  func validate(text: String, mostFailures: Int? = nil) -> Validation {
    Array(text.utf8).withUnsafeBytes { validate($0, mostFailures: mostFailures) }
  }

  /// Whether the pass over the text alone accepts it; nil where the schema has none.
  func streams(_ text: String) -> Bool? {
    program.map { program in Array(text.utf8).withUnsafeBytes { program.accepts($0) } }
  }
}
