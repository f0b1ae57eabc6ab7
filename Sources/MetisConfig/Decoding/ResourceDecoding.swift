import JSON

extension ResourceDefinition {
  /// Reads one `[[resources]]` or `[[resource_templates]]` table or one definition file; nil, with
  /// errors, where it has no usable URI or strategy. `isTemplate`: it has to be one.
  static func decode(
    _ value: ConfigValue, path: String, isTemplate: Bool = false, report: ConfigReport
  ) -> ResourceDefinition? {
    let declaration: TableDeclaration = isTemplate ? .resourceTemplate : .resource
    guard let reader = TableReader(value, path: path, declaration, report: report) else {
      return nil
    }
    let address = Address(reader, isTemplate: isTemplate)
    let name = reader.name("name")
    let type = reader.name("mime_type")
    let size = reader.integer("size") as Int64?
    if let value = reader.value("size"), address?.isTemplate == true {
      report.error(
        "a template has no size", at: value.place, path: reader.path("size"),
        hint: "the size belongs to one resource")
    }
    let annotations = decodeAnnotations(reader)
    let completions = decodeCompletions(reader, address)
    let ttlMs = reader.integer("ttl_ms") as Int64?
    let scope = reader.choice("cache_scope") as CacheScope?
    let common = DefinitionReading(reader)
    guard let address, let mock = common.mock else { return nil }
    return ResourceDefinition(
      uri: address.text, isTemplate: address.isTemplate, variables: address.variables,
      name: name ?? URISyntax.lastSegment(of: address.text), title: common.title,
      description: common.description, mimeType: type, size: size, annotations: annotations,
      icons: common.icons, meta: common.meta, completions: completions, ttlMs: ttlMs,
      cacheScope: scope, group: common.group,
      behavior: common.behavior, mock: mock, definition: value.toJSON(),
      directory: value.place.directory, place: address.place)
  }

  /// The URI or the template of URIs.
  private struct Address {
    var text: String
    var isTemplate: Bool
    var variables: [String] = []
    var place: ConfigPlace

    init?(_ reader: TableReader, isTemplate mustBeTemplate: Bool) {
      let uri = reader.value("uri")
      let template = reader.value("uri_template")
      guard let value = template ?? uri else {
        reader.report.error(
          mustBeTemplate ? "a template needs a uri_template" : "a resource needs a uri",
          at: reader.place, path: reader.path,
          hint: mustBeTemplate
            ? "add uri_template = \"scheme://…/{variable}\""
            : "add uri = \"scheme://…\"")
        return nil
      }
      let key = template == nil ? "uri" : "uri_template"
      if let uri, template != nil {
        reader.report.error(
          "found here beside uri_template", at: uri.place, path: reader.path("uri"),
          hint: "keep one of the two")
      }
      guard let text = reader.name(key) else { return nil }
      self.text = text
      place = value.place
      isTemplate = template != nil || mustBeTemplate || text.utf8.contains(UInt8(ascii: "{"))
      do {
        if isTemplate {
          variables = try URISyntax.templateVariables(text)
        } else {
          try URISyntax.check(text)
        }
      } catch {
        reader.report.error(error.message, at: place, path: reader.path(key), hint: error.hint)
        return nil
      }
    }
  }

  private static func decodeAnnotations(_ reader: TableReader) -> JSONObject? {
    guard let reader = reader.table("annotations") else { return nil }
    var annotations = JSONObject()
    annotations["audience"] = reader.choices("audience").map {
      .array($0.map(JSONValue.string))
    }
    annotations["priority"] = reader.number("priority").map(JSONValue.number)
    // TOML's own dates are ISO 8601 as well.
    annotations["lastModified"] = reader.value(reader.spelling("last_modified", "lastModified"))?
      .text.map(JSONValue.string)
    return annotations
  }

  private static func decodeCompletions(
    _ reader: TableReader, _ address: Address?
  ) -> [String: CompletionValues] {
    guard let entries = reader.value("complete")?.table, let address else { return [:] }
    var completions: [String: CompletionValues] = [:]
    for entry in entries {
      let path = reader.path("complete.\(entry.key)")
      guard address.variables.contains(entry.key) else {
        let known =
          address.isTemplate
          ? "variables here: \(address.variables.joined(separator: ", "))"
          : "only templates have variables: {\(entry.key)} in the uri"
        reader.report.error(
          "no variable of the template", at: entry.place, path: path,
          hint: nearest(to: entry.key, among: address.variables).map { "did you mean \"\($0)\"?" }
            ?? known)
        continue
      }
      completions[entry.key] = CompletionValues.decode(
        entry.value, path: path, argument: entry.key,
        others: address.variables.filter { $0 != entry.key }, report: reader.report)
    }
    return completions
  }
}
