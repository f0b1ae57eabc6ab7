import MetisKit

/// A question to the client: `elicitation/create`, `sampling/createMessage` or `roots/list`.
struct Question: Sendable {
  /// What may be asked.
  enum Kind: Sendable {
    /// A form; its answers are held against a schema.
    case form(AnswerSchema)
    /// A page that the user opens.
    case url
    /// A completion by the client's model.
    case sampling
    /// The client's roots.
    case roots
  }

  /// The name of the question and of its answer in `inputs`.
  let key: TextTemplate
  /// What is asked.
  let kind: Kind
  /// The params of the request.
  let params: ValueTemplate
  /// Where the question stands in the section.
  let place: String

  /// The method of MCP.
  var method: String {
    switch kind {
    case .form, .url: "elicitation/create"
    case .sampling: "sampling/createMessage"
    case .roots: "roots/list"
    }
  }
}

/// A step that asks.
struct AskStep: Sendable {
  /// What is asked, all at once.
  let questions: [Question]
  /// How it goes on.
  let settings: StepDefaults
  /// Whether a question is left out whose capability the client has not declared.
  let onlyDeclared: Bool
}

/// Compiles questions.
struct QuestionCompiler {
  /// Compiles the messages of sampling requests.
  var blocks: BlockCompiler

  /// The question of the verb `verb` with the body `value` at `path`. Its key is `key`, or stands in
  /// the body.
  mutating func question(
    _ verb: String, _ value: JSONValue, at path: [String], key: String? = nil
  ) throws(ConfigError) -> Question {
    if verb == "roots", key == nil, value.string != nil {
      return Question(
        key: try TextTemplate.compile(value, at: path), kind: .roots, params: .constant([:]),
        place: path.joined(separator: "."))
    }
    var table = try StepTable(value, path, expected: "a table")
    let name: TextTemplate
    if let key {
      name = try TextTemplate.compile(.string(key), at: path)
    } else {
      let value = try table.require("key", "the name of the answer in `inputs`")
      name = try TextTemplate.compile(value, at: table.at("key"))
      guard name.constant != "" else {
        throw ConfigError(table.at("key"), "found an empty text, expected a name")
      }
    }
    let kind: Question.Kind
    let params: ValueTemplate
    switch verb {
    case "elicit": (kind, params) = try elicitation(&table)
    case "sample": (kind, params) = (.sampling, try sampling(&table))
    default: (kind, params) = (.roots, .constant([:]))
    }
    try table.finish()
    return Question(
      key: name, kind: kind, params: params, place: path.joined(separator: "."))
  }

  private enum Mode: String, CaseIterable {
    case form
    case url
  }

  private func elicitation(
    _ table: inout StepTable
  ) throws(ConfigError) -> (Question.Kind, ValueTemplate) {
    let mode = try table.choice("mode", Mode.self)
    let message = try TextTemplate.compile(
      try table.require("message", "what the user is asked"), at: table.at("message")
    ).value
    guard mode != .url, !(mode == nil && table.has("url")) else {
      let url = try text("url", &table, required: "the page that the user opens")
      let id = try text("elicitation_id", &table)
      return (
        .url,
        .object([
          "mode": .constant("url"), "elicitationId": id, "url": url, "message": message,
        ])
      )
    }
    guard
      var schema = table.take(table.has("requested_schema") ? "requested_schema" : "schema"),
      schema.object != nil
    else {
      throw ConfigError(
        table.path,
        "found no `schema`, expected the JSON Schema of the form: "
          + "{ properties = { name = { type = \"string\" } }, required = [\"name\"] }")
    }
    let place = table.at(table.has("requested_schema") ? "requested_schema" : "schema")
    if schema["type"] == nil {
      schema = .object(
        JSONObject([("type", "object")] + (schema.object ?? [:]).map { ($0.key, $0.value) }))
    }
    let template = try ValueTemplate.compile(schema, at: place)
    return (
      .form(try AnswerSchema(template, at: place)),
      .object([
        "mode": mode.map { .constant(.string($0.rawValue)) }, "message": message,
        "requestedSchema": template,
      ])
    )
  }

  private mutating func sampling(_ table: inout StepTable) throws(ConfigError) -> ValueTemplate {
    var messages: [ValueTemplate] = []
    if let prompt = table.take("prompt") {
      guard prompt.string != nil else {
        throw ConfigError(table.at("prompt"), "found \(prompt.kind), expected a text")
      }
      messages = [try blocks.message(prompt, at: table.at("prompt"))]
      guard !table.has("messages") else {
        throw ConfigError(table.path, "found `prompt` and `messages`, expected one of them")
      }
    } else {
      let value = try table.require("messages", "`prompt`, or `messages` for the client's model")
      guard let elements = value.array, !elements.isEmpty else {
        throw ConfigError(
          table.at("messages"), "found \(value.kind), expected an array of messages")
      }
      for (index, element) in elements.enumerated() {
        messages.append(
          try blocks.message(
            element, at: table.at("messages") + [String(index)], allowsArrays: true))
      }
    }
    return .object([
      "messages": .folded(.array(messages)),
      "modelPreferences": try any("model_preferences", &table),
      "systemPrompt": try text("system_prompt", &table),
      "includeContext": try text("include_context", &table),
      "temperature": try any("temperature", &table),
      "maxTokens": try any("max_tokens", &table) ?? .constant(1_024),
      "stopSequences": try any("stop_sequences", &table),
      "metadata": try any("metadata", &table), "tools": try any("tools", &table),
      "toolChoice": try any("tool_choice", &table),
    ])
  }

  private func text(
    _ name: String, _ table: inout StepTable, required: String
  ) throws(ConfigError) -> ValueTemplate {
    let value = try table.require(name, required)
    return try TextTemplate.compile(value, at: table.at(name)).value
  }

  private func text(_ name: String, _ table: inout StepTable) throws(ConfigError) -> ValueTemplate?
  {
    guard let value = table.take(name) else { return nil }
    return try TextTemplate.compile(value, at: table.at(name)).value
  }

  private func any(_ name: String, _ table: inout StepTable) throws(ConfigError) -> ValueTemplate? {
    guard let value = table.take(name) else { return nil }
    return try ValueTemplate.compile(value, at: table.at(name))
  }
}
