import JSON
import JSONSchema

/// The validation of arguments against a tool's schema. `bench/schema.py` reads the two texts below,
/// so that it measures the same.
enum SchemaOperations {
  /// Ten members with what schemas of tools use most.
  static let schema = #"""
    {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
    "properties":{
    "id":{"type":"string","pattern":"^[A-Z]{2}-[0-9]{4,8}$"},
    "name":{"type":"string","minLength":1,"maxLength":80},
    "age":{"type":"integer","minimum":0,"maximum":150},
    "score":{"type":"number","exclusiveMinimum":0,"maximum":100},
    "level":{"enum":["low","middle","high"]},
    "created":{"type":"string","format":"date-time"},
    "tags":{"type":"array","items":{"type":"string","maxLength":20},"maxItems":8},
    "place":{"type":"object","properties":{"latitude":{"type":"number","minimum":-90,"maximum":90},
    "longitude":{"type":"number","minimum":-180,"maximum":180},"city":{"type":"string"}},
    "required":["latitude","longitude"],"additionalProperties":false},
    "active":{"type":"boolean"},
    "note":{"type":["string","null"],"maxLength":200}},
    "required":["id","name","age","level","place"],"additionalProperties":false}
    """#

  /// An instance that the schema accepts.
  static let instance = #"""
    {"id":"AB-20260728","name":"Ada Lovelace","age":36,"score":97.5,"level":"high",
    "created":"2026-07-28T12:34:56Z","tags":["rain","wind","storm"],
    "place":{"latitude":52.52,"longitude":13.405,"city":"Berlin"},"active":true,"note":null}
    """#

  static var all: [Operation] {
    [
      Operation("schema") {
        let schema = try Schema(compiling: try JSONValue(json: schema))
        let bytes = immortal(instance)
        return { count in
          for _ in 0..<count { kept &+= schema.validate(bytes).isValid ? 1 : 0 }
        }
      }
    ]
  }
}
