public import JSON

/// The `[server.capabilities]` table: what the server says it can do (MCP `ServerCapabilities`).
/// nil: derived from what the configuration defines.
public struct CapabilitySettings: Sendable {
  /// `logging`.
  public var logging: Bool?

  /// `completions`.
  public var completions: Bool?

  /// `tools.listChanged`.
  public var toolsListChanged: Bool?

  /// `resources.listChanged`.
  public var resourcesListChanged: Bool?

  /// `resources.subscribe`.
  public var resourcesSubscribe: Bool?

  /// `prompts.listChanged`.
  public var promptsListChanged: Bool?

  /// `extensions`, passed on: an object by the identifier of each extension.
  public var extensions = JSONObject()

  /// `experimental`, passed on: an object by the name of each capability.
  public var experimental = JSONObject()

  /// The settings of a file that says nothing.
  public init() {}
}

extension CapabilitySettings {
  /// Reads `[server.capabilities]`.
  static func decode(_ reader: TableReader) -> CapabilitySettings {
    var settings = CapabilitySettings()
    settings.logging = reader.bool("logging")
    settings.completions = reader.bool("completions")
    let lists = ["tools", "resources", "prompts"].map { key -> (changed: Bool?, subscribe: Bool?) in
      guard let reader = reader.table(key) else { return (nil, nil) }
      return (
        reader.bool("list_changed"), key == "resources" ? reader.bool("subscribe") : nil
      )
    }
    settings.toolsListChanged = lists[0].changed
    settings.resourcesListChanged = lists[1].changed
    settings.resourcesSubscribe = lists[1].subscribe
    settings.promptsListChanged = lists[2].changed
    settings.extensions = objects(reader, "extensions") { name in
      let parts = name.split(separator: "/", omittingEmptySubsequences: false)
      return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
    }
    settings.experimental = objects(reader, "experimental") { _ in true }
    return settings
  }

  /// A table of tables as JSON; `isName` says which keys are allowed.
  private static func objects(
    _ reader: TableReader, _ key: String, _ isName: (String) -> Bool
  ) -> JSONObject {
    var objects = JSONObject()
    for entry in reader.value(key)?.table ?? [] {
      if !isName(entry.key) {
        reader.report.error(
          "found a name without a prefix, expected one such as example.org/name", at: entry.place,
          path: reader.path("\(key).\(entry.key)"))
      }
      objects[entry.key] = entry.value.toJSON()
    }
    return objects
  }
}
