public import JSON

/// A table that belongs to a plugin: the plugin receives it as JSON, and what the plugin finds wrong
/// in it is shown where it stands.
public struct ConfigSection: Sendable {
  /// The table.
  public var value: ConfigValue

  /// Its key path: `tools[0].mock`.
  public var path: String

  /// The absolute folder that relative paths in it stand against, without a slash at its end.
  public var directory: String

  /// The table of the plugin's own name that entries of ``value`` come from; nil: none does.
  public var own: OwnTable?

  /// A table such as `[tools.mock.static]`, whose entries a section has beside those of the table
  /// around it. An object of its own: few sections have one, and all are copied.
  public final class OwnTable: Sendable {
    let name: String
    let keys: Set<String>

    /// The table `name` with `entries`.
    public init(_ name: String, _ entries: [ConfigEntry]) {
      self.name = name
      keys = Set(entries.map(\.key))
    }
  }

  /// A section; `directory` nil for the folder of the file that its first entry stands in.
  public init(
    _ value: ConfigValue, path: String, directory: String? = nil, own: OwnTable? = nil
  ) {
    self.value = value
    self.path = path
    self.own = own
    // A table that several files fill has one folder all the same: that of the first.
    self.directory =
      directory ?? (value.table?.first?.place ?? value.place).directory
  }

  /// What the plugin receives.
  public var object: JSONObject { value.toJSON().object ?? JSONObject() }

  /// The value of `key`.
  public subscript(key: String) -> JSONValue? { value[key]?.toJSON() }

  /// What a plugin says about the value at `pointer` (RFC 6901; empty for the whole section), with
  /// the place of that value, or of the nearest one above it that exists.
  public func error(at pointer: String, message: String, hint: String? = nil) -> ConfigError {
    var place = value.place
    var path = path
    var current: ConfigValue? = value
    for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let key = token.replacing("~1", with: "/").replacing("~0", with: "~")
      if let entry = current?.table?.first(where: { $0.key == key }) {
        if path == self.path, let own, own.keys.contains(String(key)) { path += ".\(own.name)" }
        path += ".\(key)"
        place = entry.place
        current = entry.value
      } else if let index = Int(key), let array = current?.array, array.indices.contains(index) {
        path += "[\(index)]"
        place = array[index].place
        current = array[index]
      } else {
        break
      }
    }
    return ConfigError(at: place, keyPath: path, message: message, hint: hint)
  }
}
