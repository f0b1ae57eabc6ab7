/// The auth plugins of a configuration, in the order in which they are asked. Empty: no
/// authentication.
public struct AuthSettings: Sendable {
  /// One auth plugin and its section.
  public struct Method: Sendable {
    /// The name under which a plugin provides it.
    public var name: String

    /// What the plugin receives: `[auth.<name>]`.
    public var section: ConfigSection

    /// Where the name stands.
    public var place: ConfigPlace
  }

  /// The plugins in order.
  public var methods: [Method] = []

  /// No authentication.
  public init() {}
}

extension AuthSettings {
  /// Reads `[auth]`: `use = ["apikey"]`, or the short form `mode = "apikey"`, and a table by the
  /// name of each plugin.
  static func decode(_ value: ConfigValue, report: ConfigReport) -> AuthSettings {
    var settings = AuthSettings()
    guard let reader = TableReader(value, path: "auth", report: report) else { return settings }
    let enabled = reader.bool("enabled")
    let names = methodNames(reader)
    if enabled == true, names.isEmpty {
      report.error(
        "authentication is enabled and names no plugin", at: reader.place, path: "auth",
        hint: "add use = [\"<name>\"]")
    }
    let sections = reader.unread
    for name in names where enabled != false {
      guard let text = name.string else { continue }
      let section = reader.value(text) ?? ConfigValue(.table([]), at: name.place)
      // A section that is no table is reported below.
      guard section.table != nil else { continue }
      settings.methods.append(
        Method(
          name: text, section: ConfigSection(section, path: reader.path(text)), place: name.place))
    }
    for entry in sections {
      guard reader.value(entry.key)?.table != nil else {
        let hint =
          nearest(to: entry.key, among: ["use", "mode", "enabled"]).map {
            "did you mean \"\($0)\"?"
          }
          ?? "known here: use, mode, enabled and a table by the name of each plugin"
        report.error("unknown key", at: entry.place, path: reader.path(entry.key), hint: hint)
        continue
      }
      if names.isEmpty, enabled != false {
        report.warning(
          "has no effect: authentication is off", at: entry.place, path: reader.path(entry.key),
          hint: "add use = [\"\(entry.key)\"] to [auth]")
      }
    }
    return settings
  }

  private static func methodNames(_ reader: TableReader) -> [ConfigValue] {
    var names: [ConfigValue] = []
    if let use = reader.value("use") {
      for (index, element) in (use.array ?? [use]).enumerated() {
        if element.string?.isEmpty == false {
          names.append(element)
        } else {
          reader.mismatch("use[\(index)]", element, expected: "the name of an auth plugin")
        }
      }
    }
    if let mode = reader.value("mode") {
      guard let text = mode.string, !text.isEmpty else {
        reader.mismatch("mode", mode, expected: "\"none\" or the name of an auth plugin")
        return names
      }
      let known = names.contains { $0.string == text }
      if text != "none", !known { names.append(mode) }
    }
    return names
  }
}
