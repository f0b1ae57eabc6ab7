import JSON

/// What the drafts say about keywords apart from their meaning.
enum Keywords {
  /// What schemas a keyword's value holds.
  enum Holding {
    case nothing
    case schema
    case list
    case map
    case schemaOrList
  }

  /// Where schemas stand: only there `$id` and anchors have a meaning.
  static func holds(_ keyword: String, _ draft: Draft) -> Holding {
    switch keyword {
    case "additionalProperties", "propertyNames", "contains", "not", "if", "then", "else":
      return .schema
    case "allOf", "anyOf", "oneOf": return .list
    case "properties", "patternProperties", "definitions", "dependencies": return .map
    case "items": return draft == .draft7 ? .schemaOrList : .schema
    default: break
    }
    switch (draft, keyword) {
    case (.draft7, "additionalItems"): return .schema
    case (.draft2020, "unevaluatedItems"), (.draft2020, "unevaluatedProperties"),
      (.draft2020, "contentSchema"):
      return .schema
    case (.draft2020, "prefixItems"): return .list
    case (.draft2020, "$defs"), (.draft2020, "dependentSchemas"): return .map
    default: return .nothing
    }
  }

  /// The vocabularies of draft 2020-12 (core, section 8.1.2, and validation, section 10).
  static let vocabularies = [
    "core", "applicator", "unevaluated", "validation", "meta-data", "format-annotation",
    "format-assertion", "content",
  ]

  /// The keywords that are idle without the vocabulary "validation".
  static let validation: Set<String> = [
    "type", "enum", "const", "multipleOf", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems",
    "minContains", "maxContains", "minProperties", "maxProperties", "required",
    "dependentRequired",
  ]

  /// Whether `text` can be an anchor (core, section 8.2.2).
  static func isAnchor(_ text: String) -> Bool {
    guard let first = text.utf8.first, ASCII.isLetter(first) || first == UInt8(ascii: "_") else {
      return false
    }
    return text.utf8.allSatisfy {
      ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        || $0 == UInt8(ascii: ".")
    }
  }
}

extension JSONValue {
  /// The value in a few words, for messages.
  var summary: String {
    switch self {
    case .string(let text):
      let cut = text.unicodeScalars.prefix(41)
      guard cut.count == 41 else { return String(decoding: jsonBytes(), as: UTF8.self) }
      let start = JSONValue.string(String(String.UnicodeScalarView(cut.prefix(40))))
      return String(decoding: start.jsonBytes().dropLast(), as: UTF8.self) + "…\""
    case .array(let elements): return "an array of \(elements.count)"
    case .object(let object): return "an object of \(object.count)"
    case .number(let number):
      let text = number.description
      return text.utf8.count <= 40 ? text : "\(text.prefix(40))…"
    case .null, .bool: return kind.description
    }
  }
}
