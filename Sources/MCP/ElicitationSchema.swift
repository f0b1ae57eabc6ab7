import JSON

/// `requestedSchema` of a form: an object of primitives and enums, nothing inside each other.
///
/// Source: `PrimitiveSchemaDefinition` of the 2026-07-28 schema ("Elicitation", requested schema).
enum ElicitationSchema {
  /// Throws where a client could not make a form of it.
  static func check(_ schema: ObjectReading) throws(InputRequestError) {
    guard schema.object["type"] == "object" else {
      throw InputRequestError("\(schema.place).type", schema.object["type"], expected: "object")
    }
    let properties = try schema.needObject("properties")
    for (name, value) in properties.object {
      let place = "\(properties.place)['\(name.prefix(64))']"
      guard let property = value.object else {
        throw InputRequestError(place, value, expected: "an object")
      }
      try checkProperty(ObjectReading(property, place))
    }
    guard schema.object.contains("required") else { return }
    for name in try schema.needStrings("required") where !properties.object.contains(name) {
      throw InputRequestError(
        "\(schema.place).required", "'\(name.prefix(64))'", expected: "names of its properties")
    }
  }

  private static func checkProperty(_ property: ObjectReading) throws(InputRequestError) {
    try property.optional("title", .string)
    try property.optional("description", .string)
    switch try property.need("type", .string).string {
    case "string": try checkString(property)
    case "number", "integer":
      for name in ["minimum", "maximum", "default"] { try property.optional(name, .number) }
    case "boolean":
      if let value = property.object["default"], value.bool == nil {
        throw InputRequestError("\(property.place).default", value, expected: "true or false")
      }
    case "array":
      try property.optionalInteger("minItems")
      try property.optionalInteger("maxItems")
      if property.object.contains("default") { try property.needStrings("default") }
      let items = try property.needObject("items")
      if items.object.contains("anyOf") {
        try checkTitled(items, "anyOf")
      } else {
        guard items.object["type"] == "string" else {
          throw InputRequestError("\(items.place).type", items.object["type"], expected: "string")
        }
        try items.needStrings("enum")
      }
    default:
      throw InputRequestError(
        "\(property.place).type", property.object["type"]?.string ?? "missing",
        expected: "string, number, integer, boolean, or array of a choice: forms are flat")
    }
  }

  private static func checkString(_ property: ObjectReading) throws(InputRequestError) {
    try property.optional("default", .string)
    try property.optionalChoice("format", ["date", "date-time", "email", "uri"])
    try property.optionalInteger("minLength")
    try property.optionalInteger("maxLength")
    if property.object.contains("enum") {
      let values = try property.needStrings("enum")
      if property.object.contains("enumNames") {
        let names = try property.needStrings("enumNames")
        guard names.count == values.count else {
          throw InputRequestError(
            "\(property.place).enumNames", "\(names.count) names",
            expected: "as many as enum has values, \(values.count)")
        }
      }
    } else if property.object.contains("oneOf") {
      try checkTitled(property, "oneOf")
    }
  }

  private static func checkTitled(
    _ holder: ObjectReading, _ name: String
  ) throws(InputRequestError) {
    for (index, value) in (try holder.need(name, .array).array ?? []).enumerated() {
      let place = "\(holder.place).\(name)[\(index)]"
      guard let choice = value.object else {
        throw InputRequestError(place, value, expected: "an object")
      }
      let reading = ObjectReading(choice, place)
      try reading.need("const", .string)
      try reading.need("title", .string)
    }
  }
}

/// `params` of `sampling/createMessage`: `CreateMessageRequestParams` of the 2026-07-28 schema.
enum SamplingRules {
  /// Throws where a client could not sample by it.
  static func check(_ params: ObjectReading) throws(InputRequestError) {
    guard try params.optionalInteger("maxTokens") != nil else {
      throw InputRequestError(
        "\(params.place).maxTokens", params.object["maxTokens"], expected: "an integer")
    }
    try params.optional("systemPrompt", .string)
    try params.optional("temperature", .number)
    try params.optional("modelPreferences", .object)
    try params.optional("metadata", .object)
    try params.optional("tools", .array)
    try params.optionalChoice("includeContext", ["none", "thisServer", "allServers"])
    if params.object.contains("stopSequences") { try params.needStrings("stopSequences") }
    if try params.optional("toolChoice", .object) != nil {
      try params.needObject("toolChoice").optionalChoice("mode", ["auto", "required", "none"])
    }
    for (index, value) in (try params.need("messages", .array).array ?? []).enumerated() {
      let place = "\(params.place).messages[\(index)]"
      guard let message = value.object else {
        throw InputRequestError(place, value, expected: "an object")
      }
      let reading = ObjectReading(message, place)
      try reading.need("role", .string)
      try reading.optionalChoice("role", ["user", "assistant"])
      guard let content = message["content"] else {
        throw InputRequestError("\(place).content", nil, expected: "a content block")
      }
      for block in content.array ?? [content] { try checkBlock(block, "\(place).content") }
    }
  }

  private static func checkBlock(_ value: JSONValue, _ place: String) throws(InputRequestError) {
    guard let object = value.object else {
      throw InputRequestError(place, value, expected: "a content block")
    }
    let block = ObjectReading(object, place)
    switch try block.need("type", .string).string {
    case "text": try block.need("text", .string)
    case "image", "audio":
      try block.need("data", .string)
      try block.need("mimeType", .string)
    case "tool_use":
      try block.need("id", .string)
      try block.need("name", .string)
      try block.need("input", .object)
    case "tool_result":
      try block.need("toolUseId", .string)
      try block.need("content", .array)
    default:
      throw InputRequestError(
        "\(place).type", object["type"]?.string ?? "missing",
        expected: "text, image, audio, tool_use or tool_result")
    }
  }
}
