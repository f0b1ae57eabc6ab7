/// Resources and templates of them.
extension TableDeclaration {
  /// An entry of `[[resources]]`, or a file of `resources_dir`.
  public static let resource = TableDeclaration(
    "resources[]",
    """
    A resource: an entry of [[resources]], or a file of resources_dir. A uri with {…} is a \
    template (RFC 6570), and so is any uri_template.
    """,
    resourceKeys)

  /// An entry of `[[resource_templates]]`.
  public static let resourceTemplate = TableDeclaration(
    "resource_templates[]", "A template of resources.", resourceKeys)

  private static let resourceKeys =
    [
      KeyDeclaration(
        "uri", .text, example: #""db://users""#, "its URI; needed, and no two the same"),
      KeyDeclaration(
        "uri_template", .text, example: #""db://users/{id}""#,
        "its template of URIs, in place of uri"),
      KeyDeclaration(
        "name", .text, fallback: "the last segment of uri", "the name for programs"),
      title, description, mimeType,
      KeyDeclaration(
        "size", .integer(0...mostMilliseconds), "bytes of its contents; not for templates"),
      KeyDeclaration(
        "annotations", .table(.resourceAnnotations), "whom it is for and how important it is"),
      KeyDeclaration(
        "complete", .map(of: completionKind), example: #"{ id = ["1", "2"] }"#,
        "what is suggested, by the template's variable"),
      ttlMs, cacheScope,
    ] + definitionKeys

  static let mimeType = KeyDeclaration(
    "mime_type", .text, example: #""application/json""#, "the media type of its contents")

  static let ttlMs = KeyDeclaration(
    "ttl_ms", .integer(0...mostMilliseconds), fallback: "server.caching.ttl_ms",
    "for how many milliseconds its contents are fresh")

  static let cacheScope = KeyDeclaration(
    "cache_scope", .choice(CacheScope.allCases.map(\.rawValue)),
    fallback: "server.caching.scope", "who may share its contents")

  /// `annotations` of a resource.
  public static let resourceAnnotations = TableDeclaration(
    "resources[].annotations", "Whom a resource is for and how important it is.",
    resourceAnnotationKeys)

  static let resourceAnnotationKeys = [
    KeyDeclaration("audience", .several(["user", "assistant"]), "whom it is for"),
    KeyDeclaration("priority", .number(0...1), "1 is the most important"),
    KeyDeclaration(
      "last_modified", .dateTime, example: "2026-01-02T03:04:05Z", "when it changed last"),
    KeyDeclaration(
      "lastModified", .dateTime, aliasOf: "last_modified", "when it changed last"),
  ]
}
