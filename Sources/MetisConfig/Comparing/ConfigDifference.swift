public import JSON

/// What differs between two configurations, by meaning: not the order of keys nor the format of a
/// file, and definitions by their name or URI, wherever they stand.
public enum ConfigDifference {
  /// One difference.
  public struct Change: Sendable {
    /// What happened.
    public enum Kind: String, Sendable, Hashable {
      case added
      case removed
      case changed
      /// The same definitions in another order.
      case reordered
    }

    /// The key path: `server.port`, `tools["add"].mock.strategy`.
    public var path: String

    /// What happened.
    public var kind: Kind

    /// What stood there before, with secrets masked; nil where nothing did.
    public var old: ConfigValue?

    /// What stands there now, with secrets masked; nil where nothing does.
    public var new: ConfigValue?

    /// Where it stands: in the new configuration, of what was removed in the old one.
    public var place: ConfigPlace
  }

  /// The changes that lead from `old` to `new`, in the order of the old tree, what was added to a
  /// table behind the rest of it. Secrets count and are masked: one that was replaced is a change
  /// from `***` to `***`.
  public static func between(
    old: ConfigValue, new: ConfigValue, declarations: TableDeclaration = .root
  ) -> [Change] {
    var comparison = Comparison()
    comparison.compare(
      old, new, at: Comparison.Position(DeclarationCursor(declarations)), place: new.place)
    return comparison.changes
  }

  /// The changes as JSON: `changes`, an array of objects with `path`, `kind`, `old`, `new`, `file`,
  /// `line` and `column`, and how many there are of each kind. Values of dates are texts.
  public static func json(_ changes: [Change]) -> JSONValue {
    var counts = JSONObject()
    for kind in [Change.Kind.added, .removed, .changed, .reordered] {
      counts[kind.rawValue] = JSONValue(changes.count { $0.kind == kind })
    }
    let list = changes.map { change -> JSONValue in
      var object = JSONObject()
      object["path"] = .string(change.path)
      object["kind"] = .string(change.kind.rawValue)
      object["old"] = change.old?.toJSON()
      object["new"] = change.new?.toJSON()
      if !change.place.file.isEmpty { object["file"] = .string(change.place.file) }
      if change.place.line > 0 {
        object["line"] = JSONValue(change.place.line)
        object["column"] = JSONValue(change.place.column)
      }
      return .object(object)
    }
    return ["changes": .array(list), "counts": .object(counts)]
  }
}

/// A walk through two trees.
private struct Comparison {
  /// Where the walk is.
  struct Position {
    var path = ""
    var cursor: DeclarationCursor
    /// Whether the key that led here is a secret.
    var isSecret = false

    init(_ cursor: DeclarationCursor) { self.cursor = cursor }

    func entry(_ key: String) -> Position {
      var position = self
      position.cursor = cursor.entry(key)
      let name = ConfigText.key(key)
      position.path = path.isEmpty ? name : "\(path).\(name)"
      position.isSecret = SecretRules.isSecret(key, declaration: position.cursor.declaration)
      return position
    }

    func element(_ name: String) -> Position {
      var position = self
      position.cursor = cursor.element
      position.path = "\(path)[\(name)]"
      return position
    }
  }

  var changes: [ConfigDifference.Change] = []

  /// Keys by which the tables of an array are known, in the order in which they are tried; of those
  /// that stand together each table has one.
  private static let identities = [["uri_template", "uriTemplate", "uri"], ["name"], ["id"]]

  mutating func compare(
    _ old: ConfigValue, _ new: ConfigValue, at position: Position, place: ConfigPlace
  ) {
    if let oldEntries = old.table, let newEntries = new.table {
      tables(oldEntries, newEntries, position)
    } else if let oldElements = old.array, let newElements = new.array,
      !(oldElements.isEmpty && newElements.isEmpty),
      let (oldNames, newNames) = Self.names(oldElements, newElements)
    {
      definitions(
        Array(zip(oldNames, oldElements)), Array(zip(newNames, newElements)), position, place)
    } else if let oldElements = old.array, let newElements = new.array,
      oldElements.count == newElements.count, newElements.contains(where: { $0.table != nil })
    {
      for index in newElements.indices {
        compare(
          oldElements[index], newElements[index], at: position.element("\(index)"),
          place: newElements[index].place)
      }
    } else if old.toJSON() != new.toJSON() {
      add(.changed, position, old, new, place)
    }
  }

  private mutating func tables(
    _ old: [ConfigEntry], _ new: [ConfigEntry], _ position: Position
  ) {
    let newByKey = Dictionary(new.map { ($0.key, $0) }) { first, _ in first }
    for entry in old {
      let inner = position.entry(entry.key)
      if let other = newByKey[entry.key] {
        compare(entry.value, other.value, at: inner, place: other.place)
      } else {
        add(.removed, inner, entry.value, nil, entry.place)
      }
    }
    let oldKeys = Set(old.map(\.key))
    for entry in new where !oldKeys.contains(entry.key) {
      add(.added, position.entry(entry.key), nil, entry.value, entry.place)
    }
  }

  private mutating func definitions(
    _ old: [(name: String, value: ConfigValue)], _ new: [(name: String, value: ConfigValue)],
    _ position: Position, _ place: ConfigPlace
  ) {
    let newByName = Dictionary(new.map { ($0.name, $0.value) }) { first, _ in first }
    for (name, value) in old {
      let inner = position.element(ConfigText.quoted(SecretText.withoutPasswords(name)))
      if let other = newByName[name] {
        compare(value, other, at: inner, place: other.place)
      } else {
        add(.removed, inner, value, nil, value.place)
      }
    }
    let oldNames = Set(old.map(\.name))
    for (name, value) in new where !oldNames.contains(name) {
      let inner = position.element(ConfigText.quoted(SecretText.withoutPasswords(name)))
      add(.added, inner, nil, value, value.place)
    }
    let kept = old.map(\.name).filter { newByName[$0] != nil }
    let order = new.map(\.name).filter(oldNames.contains)
    if kept != order {
      let array = { (names: [String]) in
        ConfigValue(
          .array(
            names.map {
              ConfigValue(.string(SecretText.withoutPasswords($0)), at: place)
            }), at: place)
      }
      changes.append(
        ConfigDifference.Change(
          path: position.path, kind: .reordered, old: array(kept), new: array(order),
          place: place))
    }
  }

  /// What the tables of two arrays are known by: nil where one of them has nothing, or two of one
  /// array the same.
  private static func names(
    _ old: [ConfigValue], _ new: [ConfigValue]
  ) -> (old: [String], new: [String])? {
    for keys in identities {
      let names = { (elements: [ConfigValue]) -> [String]? in
        let names = elements.compactMap { element in
          keys.lazy.compactMap { element[$0]?.string }.first
        }
        return names.count == elements.count && Set(names).count == names.count ? names : nil
      }
      if let oldNames = names(old), let newNames = names(new) { return (oldNames, newNames) }
    }
    return nil
  }

  private mutating func add(
    _ kind: ConfigDifference.Change.Kind, _ position: Position, _ old: ConfigValue?,
    _ new: ConfigValue?, _ place: ConfigPlace
  ) {
    let masked = { (value: ConfigValue) in
      ConfigMasking.masked(value, position.cursor, isSecret: position.isSecret)
    }
    changes.append(
      ConfigDifference.Change(
        path: position.path, kind: kind, old: old.map(masked), new: new.map(masked), place: place))
  }
}
