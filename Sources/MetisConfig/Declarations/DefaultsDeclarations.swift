/// What holds where definitions say nothing themselves.
extension TableDeclaration {
  /// `[defaults]`
  public static let defaults = TableDeclaration(
    "defaults",
    """
    What holds where definitions say nothing themselves: for all of them; for those of a kind in \
    the tables below; for those of a group in [groups.<name>]. The nearest counts.
    """,
    commonKeys + [
      KeyDeclaration("tools", .table(.toolDefaults), "the same for tools"),
      KeyDeclaration("resources", .table(.resourceDefaults), "the same for resources"),
      KeyDeclaration("prompts", .table(.promptDefaults), "the same for prompts"),
    ])

  /// `[groups.<name>]`
  public static let group = TableDeclaration(
    "groups.<name>", "What holds for definitions with group = \"<name>\".", commonKeys)

  /// `[defaults.tools]`
  public static let toolDefaults = TableDeclaration(
    "defaults.tools", "What holds for tools that say nothing themselves.",
    [
      behaviorKey, timeoutMs,
      KeyDeclaration(
        "validation", .table(.validation), fallback: "server.validation",
        "what is held against their schemas"),
      KeyDeclaration("annotations", .table(.toolAnnotations), "hints about what they do"),
      taskSupport, icons, groupKey,
    ])

  /// `[defaults.resources]`
  public static let resourceDefaults = TableDeclaration(
    "defaults.resources", "What holds for resources that say nothing themselves.",
    [
      behaviorKey, timeoutMs,
      KeyDeclaration(
        "annotations", .table(.resourceAnnotations), "whom they are for and how important they are"),
      ttlMs, cacheScope, mimeType, icons, groupKey,
    ])

  /// `[defaults.prompts]`
  public static let promptDefaults = TableDeclaration(
    "defaults.prompts", "What holds for prompts that say nothing themselves.",
    [behaviorKey, timeoutMs, icons, groupKey])

  /// For definitions of any kind: each takes what it has itself.
  private static let commonKeys = [
    behaviorKey, timeoutMs,
    KeyDeclaration(
      "validation", .table(.validation), fallback: "server.validation",
      "of tools: what is held against their schemas"),
    KeyDeclaration("annotations", .table(.defaultAnnotations), "hints, each for its kind"),
    ttlMs, cacheScope, mimeType, taskSupport, icons,
  ]

  private static let defaultAnnotations = TableDeclaration(
    "defaults.annotations", "Hints of tools and of resources.",
    toolAnnotationKeys + resourceAnnotationKeys)
}
