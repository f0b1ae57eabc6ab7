public import JSON

/// Where the value of a key comes from: every layer that speaks of it, and the one that counts.
public struct ConfigExplanation: Sendable {
  /// What a layer is.
  public enum Origin: String, Sendable {
    /// An option or `--set` of the command line.
    case setting
    /// An overlay of `METIS_ENV`.
    case overlay
    /// A file of the configuration.
    case file
    /// A file in a folder of definitions.
    case definition
    /// `[groups.<name>]`.
    case group
    /// `[defaults.<kind>]` or `[defaults]`.
    case defaults
    /// What holds where nothing is said.
    case declaration
  }

  /// One layer.
  public struct Layer: Sendable {
    /// What it is.
    public var origin: Origin
    /// What people call it: a path, `--set server.port=3001`, `[defaults.tools]`, `default`.
    public var name: String
    /// Where the value stands; nil for what is declared.
    public var place: ConfigPlace?
    /// The value as JSON, secrets masked; what is declared as it is written there.
    public var text: String
    /// Whether it counts: the highest layer, of tables every one.
    public var isInForce: Bool
  }

  /// The key path, definitions by their names.
  public var key: String

  /// What the key means; nil for keys of plugins.
  public var summary: String?

  /// What it may be; nil for keys of plugins.
  public var expectation: String?

  /// When a change takes effect; nil for keys of plugins.
  public var effect: KeyDeclaration.Effect?

  /// The value that counts, as JSON, secrets masked; nil where nothing is said.
  public var value: String?

  /// The layers, the one that counts first.
  public var layers: [Layer]

  /// Other spellings of the key, or keys that decide in its place, that have a value.
  public var others: [Other] = []

  /// Another key path.
  public struct Other: Sendable {
    /// The key path, definitions by their names.
    public var key: String
    /// Where its value stands.
    public var place: ConfigPlace
    /// Its value as JSON, secrets masked.
    public var value: String
  }

  /// The explanation for people: what the key is, then a line for each layer.
  public var text: String {
    var lines = ["\(key) = \(value.map { Self.shortened($0, to: 200) } ?? "(not set)")"]
    if let summary { lines.append("  \(summary)") }
    if let expectation {
      let effect = effect == .restart ? "; a change takes effect with the next start" : ""
      lines.append("  expected: \(expectation)\(effect)")
    }
    let rows = layers.map { layer in
      (layer.place.map { $0.line > 0 ? $0.description : layer.name } ?? layer.name, layer)
    }
    let names = rows.map { Self.title($0.1, $0.0) }
    let width = names.map(\.count).max() ?? 0
    let values = rows.map { Self.shortened($0.1.text, to: 60) }
    let valueWidth = values.map(\.count).max() ?? 0
    for (index, (_, layer)) in rows.enumerated() {
      let name = names[index] + String(repeating: " ", count: width - names[index].count)
      let padding = String(repeating: " ", count: valueWidth - values[index].count)
      lines.append(
        "  \(name)  \(values[index])" + (layer.isInForce ? "\(padding)  ← in force" : ""))
    }
    for other in others {
      lines.append(
        "  see also: \(other.key) = \(Self.shortened(other.value, to: 60)) (\(other.place))")
    }
    return lines.joined(separator: "\n")
  }

  private static func title(_ layer: Layer, _ place: String) -> String {
    switch layer.origin {
    case .group, .defaults: "\(layer.name) \(place)"
    default: place
    }
  }

  private static func shortened(_ text: String, to limit: Int) -> String {
    text.count > limit ? text.prefix(limit - 1) + "…" : text
  }

  /// The explanation for programs: `key`, `value`, `summary`, `expected`, `effect` and `layers`,
  /// each with `origin`, `name`, `file`, `line`, `column`, `value` and `in_force`; `others`, where
  /// there are any, each with `key`, `value`, `file`, `line` and `column`.
  public var json: JSONValue {
    var object = JSONObject([("key", .string(key))])
    object["value"] = value.map { (try? JSONValue(json: $0)) ?? .string($0) } ?? .null
    object["summary"] = summary.map(JSONValue.string)
    object["expected"] = expectation.map(JSONValue.string)
    object["effect"] = effect.map { .string("\($0)") }
    object["layers"] = .array(
      layers.map { layer in
        var row = JSONObject([
          ("origin", .string(layer.origin.rawValue)), ("name", .string(layer.name)),
        ])
        if let place = layer.place { Self.add(place, to: &row) }
        row["value"] =
          layer.origin == .declaration
          ? .string(layer.text) : (try? JSONValue(json: layer.text)) ?? .string(layer.text)
        row["in_force"] = .bool(layer.isInForce)
        return .object(row)
      })
    if !others.isEmpty {
      object["others"] = .array(
        others.map { other in
          var row = JSONObject([("key", .string(other.key))])
          row["value"] = (try? JSONValue(json: other.value)) ?? .string(other.value)
          Self.add(other.place, to: &row)
          return .object(row)
        })
    }
    return .object(object)
  }

  private static func add(_ place: ConfigPlace, to row: inout JSONObject) {
    guard place.line > 0 else { return }
    row["file"] = .string(place.file)
    row["line"] = JSONValue(place.line)
    row["column"] = JSONValue(place.column)
  }
}
