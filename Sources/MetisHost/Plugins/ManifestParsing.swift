import JSON
import MetisConfig

extension PluginManifest {
  static let keys = [
    "library", "enabled", "grants", "signature", "isolation", "order", "config", "secrets",
    "filter",
  ]

  /// Reads a manifest from its tree. `place` gives `line:column` of a key for messages, where the
  /// format knows it.
  ///
  /// Throws the first mistake: an unknown key, a missing library, a value of the wrong kind.
  init(
    parsing value: JSONValue, file: String,
    place: @escaping (_ key: String) -> String? = { _ in nil }
  ) throws(PluginError) {
    let reader = ManifestReader(file: file, place: place)
    guard let object = value.object else {
      throw PluginError(.manifest, "the manifest is no table; expected keys and values", file: file)
    }
    for (key, _) in object where !Self.keys.contains(key) {
      let near = nearest(to: key, among: Self.keys).map { "did you mean \($0)?" }
      throw reader.error(
        key, "is unknown; " + (near ?? "expected one of \(Self.keys.joined(separator: ", "))"))
    }
    guard let library = object["library"] else {
      throw PluginError(
        .manifest, "the key library is missing; expected the path of the plugin's .so", file: file)
    }
    self.init(file: file, library: try reader.text("library", library))
    if let value = object["enabled"] { isEnabled = try reader.bool("enabled", value) }
    if let value = object["signature"] { signature = try reader.text("signature", value) }
    if let value = object["order"] { order = try reader.integer("order", value) }
    if let value = object["isolation"] {
      isolation = try reader.isolation(value)
    }
    if let value = object["grants"] { grants = try reader.grants(value) }
    if let value = object["config"] { config = try reader.table("config", value) }
    if let value = object["filter"] { filter = try reader.table("filter", value) }
    if let value = object["secrets"] { secrets = try reader.secrets(value) }
  }
}

/// Reads the values of a manifest; each mistake names the key and its place.
private struct ManifestReader {
  let file: String
  let place: (String) -> String?

  func error(_ key: String, _ text: String) -> PluginError {
    let location = place(key).map { "\($0): " } ?? ""
    return PluginError(.manifest, "\(location)the key \(key) \(text)", file: file)
  }

  func text(_ key: String, _ value: JSONValue) throws(PluginError) -> String {
    guard let text = value.string, !text.isEmpty else {
      throw error(key, "is \(value.kind); expected a string that is not empty")
    }
    guard !text.utf8.contains(0) else { throw error(key, "holds a zero byte") }
    return text
  }

  func bool(_ key: String, _ value: JSONValue) throws(PluginError) -> Bool {
    guard let bool = value.bool else {
      throw error(key, "is \(value.kind); expected true or false")
    }
    return bool
  }

  func integer(_ key: String, _ value: JSONValue) throws(PluginError) -> Int {
    guard let number = value.int else { throw error(key, "is not an integer; expected 0, 1, -5 …") }
    return Int(number)
  }

  func isolation(_ value: JSONValue) throws(PluginError) -> PluginIsolation {
    let text = try text("isolation", value)
    guard let isolation = PluginIsolation(rawValue: text) else {
      let choices = PluginIsolation.allCases.map { "\"\($0.rawValue)\"" }
      throw error(
        "isolation", "is \"\(text)\"; expected \(choices.joined(separator: " or "))")
    }
    return isolation
  }

  func grants(_ value: JSONValue) throws(PluginError) -> Set<String> {
    guard let elements = value.array else {
      throw error("grants", "is \(value.kind); expected an array such as [\"net.connect\"]")
    }
    var grants: Set<String> = []
    for element in elements {
      let grant = try text("grants", element)
      guard PluginManifest.knownGrants.contains(grant) else {
        let known = PluginManifest.knownGrants
        let near = nearest(to: grant, among: known).map { "did you mean \"\($0)\"?" }
        throw error(
          "grants",
          "holds \"\(grant)\", which is unknown; "
            + (near ?? "expected some of \(known.joined(separator: ", "))"))
      }
      grants.insert(grant)
    }
    return grants
  }

  func table(_ key: String, _ value: JSONValue) throws(PluginError) -> [UInt8] {
    guard value.object != nil else {
      throw error(key, "is \(value.kind); expected a table [\(key)]")
    }
    return value.jsonBytes()
  }

  func secrets(_ value: JSONValue) throws(PluginError) -> [String: String] {
    guard let object = value.object else {
      throw error("secrets", "is \(value.kind); expected a table of names and strings")
    }
    var secrets: [String: String] = [:]
    for (name, value) in object {
      // The value is never quoted: it is a secret.
      guard let text = value.string else {
        throw error("secrets.\(name)", "is \(value.kind); expected a string")
      }
      secrets[name] = text
    }
    return secrets
  }
}
