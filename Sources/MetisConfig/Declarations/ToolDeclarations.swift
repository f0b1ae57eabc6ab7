/// Tools and prompts.
extension TableDeclaration {
  /// An entry of `[[tools]]`, or a file of `tools_dir`.
  public static let tool = TableDeclaration(
    "tools[]", "A tool: an entry of [[tools]], or a file of tools_dir.",
    [
      KeyDeclaration(
        "name", .text, example: #""search""#, isRequired: true,
        "1 to 128 of A-Z a-z 0-9 _ . -; no two the same"),
      title, description,
      KeyDeclaration(
        "input_schema", .map(of: .any), fallback: "any object",
        #"the JSON Schema of its arguments; its type is "object""#),
      KeyDeclaration(
        "output_schema", .map(of: .any), "the JSON Schema of its structured result"),
      KeyDeclaration("annotations", .table(.toolAnnotations), "hints about what it does"),
      taskSupport,
      KeyDeclaration(
        "validation", .table(.validation), fallback: "server.validation",
        "what is held against its schemas"),
      KeyDeclaration("ui", .table(.toolUI), "the user interface that belongs to it (MCP Apps)"),
    ] + definitionKeys)

  static let taskSupport = KeyDeclaration(
    "task_support", .choice(TaskSupport.allCases.map(\.rawValue)), fallback: #""forbidden""#,
    "whether it may run as a task")

  /// `annotations` of a tool.
  public static let toolAnnotations = TableDeclaration(
    "tools[].annotations", "Hints about what a tool does.", toolAnnotationKeys)

  static let toolAnnotationKeys = [
    KeyDeclaration("title", .text, "the name for people"),
    KeyDeclaration("read_only_hint", .boolean, "it changes nothing"),
    KeyDeclaration("readOnlyHint", .boolean, aliasOf: "read_only_hint", "it changes nothing"),
    KeyDeclaration("destructive_hint", .boolean, "it may destroy something"),
    KeyDeclaration(
      "destructiveHint", .boolean, aliasOf: "destructive_hint", "it may destroy something"),
    KeyDeclaration("idempotent_hint", .boolean, "a second call changes nothing more"),
    KeyDeclaration(
      "idempotentHint", .boolean, aliasOf: "idempotent_hint", "a second call changes nothing more"),
    KeyDeclaration("open_world_hint", .boolean, "it talks to others"),
    KeyDeclaration("openWorldHint", .boolean, aliasOf: "open_world_hint", "it talks to others"),
  ]

  /// `ui` of a tool.
  public static let toolUI = TableDeclaration(
    "tools[].ui", "The user interface that belongs to a tool (MCP Apps).",
    [
      KeyDeclaration(
        "resource_uri", .text, example: #""ui://chart""#,
        "the resource with its user interface, ui://…"),
      KeyDeclaration("visibility", .several(["model", "app"]), "who may call it"),
    ])

  /// An entry of `[[prompts]]`, or a file of `prompts_dir`.
  public static let prompt = TableDeclaration(
    "prompts[]", "A prompt: an entry of [[prompts]], or a file of prompts_dir.",
    [
      KeyDeclaration(
        "name", .text, example: #""greeting""#, isRequired: true,
        "the name for programs; no two the same"),
      title, description,
      KeyDeclaration("arguments", .tables(.promptArgument), "its arguments, in order"),
    ] + definitionKeys)

  /// An entry of `arguments` of a prompt.
  public static let promptArgument = TableDeclaration(
    "prompts[].arguments[]", "An argument of a prompt.",
    [
      KeyDeclaration(
        "name", .text, example: #""language""#, isRequired: true,
        "the name for programs; no two of a prompt the same"),
      KeyDeclaration("title", .text, "the name for people"),
      KeyDeclaration("description", .anyText, "what it means"),
      KeyDeclaration(
        "required", .boolean, fallback: "false", "a prompt without it is refused"),
      KeyDeclaration("default", .anyText, "the value where the client gives none"),
      KeyDeclaration("enum", .array(of: .text), fallback: "any", "the only values"),
      KeyDeclaration("complete", completionKind, fallback: "enum", "what is suggested for it"),
    ])
}
