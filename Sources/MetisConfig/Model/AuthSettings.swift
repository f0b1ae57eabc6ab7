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
    guard let reader = TableReader(value, path: "auth", .auth, report: report) else {
      return settings
    }
    let enabled = reader.bool("enabled")
    let names = methodNames(reader)
    if enabled == true, names.isEmpty {
      report.error(
        "authentication is enabled and names no plugin", at: reader.place, path: "auth",
        hint: "add use = [\"<name>\"]")
    }
    for name in names where enabled != false {
      guard let text = name.string else { continue }
      let section = reader.table[text] ?? ConfigValue(.table([]), at: name.place)
      guard section.table != nil else { continue }
      settings.methods.append(
        Method(
          name: text, section: ConfigSection(section, path: reader.path(text)), place: name.place))
    }
    for entry in reader.others
    where entry.value.table != nil && names.isEmpty && enabled != false {
      report.warning(
        "has no effect: authentication is off", at: entry.place, path: reader.path(entry.key),
        hint: "add use = [\"\(entry.key)\"] to [auth]")
    }
    return settings
  }

  private static func methodNames(_ reader: TableReader) -> [ConfigValue] {
    var names: [ConfigValue] = []
    if let use = reader.value("use") {
      names = (use.array ?? [use]).filter { $0.string?.isEmpty == false }
    }
    if let mode = reader.value("mode"), let text = reader.name("mode"), text != "none",
      !names.contains(where: { $0.string == text })
    {
      names.append(mode)
    }
    return names
  }
}
