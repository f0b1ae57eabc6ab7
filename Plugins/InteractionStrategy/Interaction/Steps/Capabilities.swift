import MetisKit

/// Capabilities of a client as the configuration names them.
enum Capabilities {
  /// `"sampling"`, `["elicitation.url", "roots"]`, or a table in the shape of `ClientCapabilities`.
  static func compile(_ value: JSONValue, at path: [String]) throws(ConfigError) -> JSONValue {
    if value.object?.isEmpty == false { return value }
    var required: JSONValue = [:]
    for name in value.array ?? [value] {
      guard let text = name.string, !text.isEmpty else {
        throw ConfigError(
          path,
          "found \(name.kind), expected capabilities such as \"sampling\" or "
            + "\"elicitation.url\"")
      }
      add(text.split(separator: ".")[...], to: &required)
    }
    return required
  }

  private static func add(_ names: ArraySlice<Substring>, to value: inout JSONValue) {
    guard let first = names.first else { return }
    var inner = value[String(first)] ?? [:]
    add(names.dropFirst(), to: &inner)
    value[String(first)] = inner
  }
}
