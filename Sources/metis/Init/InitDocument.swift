import JSON
import MetisConfig

/// The texts of `metis init`: commented where the format has comments.
struct InitDocument {
  /// The answers.
  var plan: InitPlan

  /// The main file.
  var configuration: String {
    switch plan.format {
    case .toml: toml
    case .yaml: yaml
    case .json: json(document)
    }
  }

  /// A tool in a file of its own.
  var folderTool: String {
    switch plan.format {
    case .toml:
      """
      # A tool in a file of its own: the keys of [[tools]] at the top.
      name = "echo"
      description = "Answers with its own arguments."

      [input_schema]
      type = "object"
      properties.message = { type = "string", description = "What comes back." }

      [mock]
      strategy = "echo"

      """
    case .yaml:
      """
      # A tool in a file of its own: the keys of an entry of tools at the top.
      name: echo
      description: Answers with its own arguments.
      input_schema:
        type: object
        properties:
          message: { type: string, description: What comes back. }
      mock:
        strategy: echo

      """
    case .json: json(Self.echo)
    }
  }

  /// Whether configurations of this version may have `key` at their top.
  private func declares(_ key: String) -> Bool { TableDeclaration.root[key] != nil }

  /// The line with the version of the format; nothing where there is none.
  private func version(_ separator: String) -> String {
    guard declares("config_version") else { return "" }
    return "\n# The version of the format.\nconfig_version\(separator)\(ConfigMigration.present)\n"
  }

  private func has(_ sample: InitPlan.Sample) -> Bool { plan.samples.contains(sample) }

  /// A string of TOML, YAML and JSON at once.
  private func quoted(_ text: String) -> String {
    String(decoding: JSONValue.string(text).jsonBytes(), as: UTF8.self)
  }

  private func json(_ value: JSONValue) -> String {
    String(decoding: value.jsonBytes(pretty: true), as: UTF8.self) + "\n"
  }

  // MARK: TOML

  private var toml: String {
    var text = """
      #:schema ./\(InitPlan.schemaFile)
      # A mock MCP server. Check it with `metis config validate`, serve it with `metis -c`.
      # ${NAME} in a text is a variable of the environment, ${NAME:-default} has a default.
      \(version(" = "))
      """
    if has(.tools) {
      text += """

        # Further tools: a file each in this folder.
        tools_dir = "config/tools"

        """
    }
    text += """

      [server]
      name = \(quoted(plan.name))
      version = "1.0.0"
      # What a model should know about the server.
      # instructions = "..."
      # Where it listens over HTTP; port 0 takes a free one.
      host = "127.0.0.1"
      port = \(plan.port)

      [server.transport]
      # How clients connect: "http" or "stdio".
      type = "\(plan.transport)"

      [logging]
      # "trace", "debug", "info", "warn" or "error"
      level = "info"

      """
    if has(.tools) { text += Self.tomlTool }
    if has(.resources) { text += Self.tomlResources }
    if has(.prompts) { text += Self.tomlPrompt }
    return text
  }

  private static let tomlTool = """

    [[tools]]
    name = "hello"
    description = "Says hello."

    [tools.input_schema]
    type = "object"

    # Who answers: a strategy, by its name, and a table of that name with what belongs to it.
    [tools.mock]
    strategy = "static"

    [tools.mock.static]
    content = "Hello from Metis!"

    """

  private static let tomlResources = """

    [[resources]]
    uri = "notes://welcome"
    name = "welcome"
    description = "A note."
    mime_type = "text/plain"

    [resources.mock]
    strategy = "static"

    [resources.mock.static]
    content = "Welcome!"

    # A template: {name} is filled in by clients, and completed from this list.
    [[resources]]
    uri = "notes://{name}"
    name = "note"
    mime_type = "application/json"
    complete = { name = ["welcome", "plans"] }

    [resources.mock]
    strategy = "echo"

    """

  private static let tomlPrompt = """

    [[prompts]]
    name = "review"
    description = "Asks for a review."

    [[prompts.arguments]]
    name = "language"
    description = "What the code is written in."
    enum = ["swift", "c", "rust"]
    default = "swift"

    [prompts.mock]
    strategy = "static"

    [prompts.mock.static]
    content = "Review the code in the open file."

    """

  // MARK: YAML

  private var yaml: String {
    var text = """
      # yaml-language-server: $schema=./\(InitPlan.schemaFile)
      # A mock MCP server. Check it with `metis config validate`, serve it with `metis -c`.
      # ${NAME} in a text is a variable of the environment, ${NAME:-default} has a default.
      \(version(": "))
      server:
        name: \(quoted(plan.name))
        version: "1.0.0"
        # What a model should know about the server.
        # instructions: "..."
        # Where it listens over HTTP; port 0 takes a free one.
        host: 127.0.0.1
        port: \(plan.port)
        transport:
          # How clients connect: http or stdio.
          type: \(plan.transport)

      logging:
        # trace, debug, info, warn or error
        level: info

      """
    if has(.tools) { text += Self.yamlTool }
    if has(.resources) { text += Self.yamlResources }
    if has(.prompts) { text += Self.yamlPrompt }
    return text
  }

  private static let yamlTool = """

    # Further tools: a file each in this folder.
    tools_dir: config/tools

    tools:
      - name: hello
        description: Says hello.
        input_schema:
          type: object
        # Who answers: a strategy, by its name, and a table of that name with what belongs to it.
        mock:
          strategy: static
          static:
            content: Hello from Metis!

    """

  private static let yamlResources = """

    resources:
      - uri: notes://welcome
        name: welcome
        description: A note.
        mime_type: text/plain
        mock:
          strategy: static
          static:
            content: Welcome!
      # A template: {name} is filled in by clients, and completed from this list.
      - uri: "notes://{name}"
        name: note
        mime_type: application/json
        complete:
          name: [welcome, plans]
        mock:
          strategy: echo

    """

  private static let yamlPrompt = """

    prompts:
      - name: review
        description: Asks for a review.
        arguments:
          - name: language
            description: What the code is written in.
            enum: [swift, c, rust]
            default: swift
        mock:
          strategy: static
          static:
            content: Review the code in the open file.

    """

  // MARK: JSON

  private static let echo: JSONValue = [
    "name": "echo", "description": "Answers with its own arguments.",
    "input_schema": [
      "type": "object",
      "properties": ["message": ["type": "string", "description": "What comes back."]],
    ],
    "mock": ["strategy": "echo"],
  ]

  private var document: JSONValue {
    var root: JSONValue = [:]
    if declares("$schema") { root["$schema"] = .string("./\(InitPlan.schemaFile)") }
    if declares("config_version") { root["config_version"] = JSONValue(ConfigMigration.present) }
    if has(.tools) { root["tools_dir"] = "config/tools" }
    root["server"] = [
      "name": .string(plan.name), "version": "1.0.0", "host": "127.0.0.1",
      "port": JSONValue(Int(plan.port)), "transport": ["type": .string(plan.transport)],
    ]
    root["logging"] = ["level": "info"]
    if has(.tools) {
      root["tools"] = [
        [
          "name": "hello", "description": "Says hello.", "input_schema": ["type": "object"],
          "mock": ["strategy": "static", "static": ["content": "Hello from Metis!"]],
        ]
      ]
    }
    if has(.resources) {
      root["resources"] = [
        [
          "uri": "notes://welcome", "name": "welcome", "description": "A note.",
          "mime_type": "text/plain",
          "mock": ["strategy": "static", "static": ["content": "Welcome!"]],
        ],
        [
          "uri": "notes://{name}", "name": "note", "mime_type": "application/json",
          "complete": ["name": ["welcome", "plans"]], "mock": ["strategy": "echo"],
        ],
      ]
    }
    if has(.prompts) {
      root["prompts"] = [
        [
          "name": "review", "description": "Asks for a review.",
          "arguments": [
            [
              "name": "language", "description": "What the code is written in.",
              "enum": ["swift", "c", "rust"], "default": "swift",
            ]
          ],
          "mock": [
            "strategy": "static", "static": ["content": "Review the code in the open file."],
          ],
        ]
      ]
    }
    return root
  }
}
