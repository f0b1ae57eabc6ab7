import MetisPluginAPI

/// Who a plugin is: a copy of its `metis_descriptor_v1` that outlives the library.
public struct PluginDescriptor: Sendable, Hashable {
  /// Another plugin that has to be active first.
  public struct Requirement: Sendable, Hashable {
    /// Its reverse-DNS id.
    public var id: String
    /// The versions that will do.
    public var range: VersionRange

    /// A requirement of `id` in `range`.
    public init(id: String, range: VersionRange) {
      self.id = id
      self.range = range
    }
  }

  /// Reverse DNS, unique in a host.
  public var id: String
  /// For people.
  public var name: String
  /// The plugin's own version.
  public var version: SemanticVersion
  /// Who made it.
  public var vendor: String
  /// An SPDX expression.
  public var license: String
  /// Tells two builds of one version apart; may be empty.
  public var fingerprint: String
  /// Names under which a configuration finds its extensions.
  public var provides: [String]
  /// Plugins that have to be active first.
  public var requirements: [Requirement]
  /// What it needs from the machine, such as `net.connect`.
  public var needs: [String]
}

extension PluginDescriptor {
  /// The largest counts and lengths (bytes) that the host takes.
  enum Limit {
    static let id = 128
    static let text = 512
    static let list = 256
  }

  /// Copies and checks the descriptor at `pointer`; trusts nothing but that `size` bytes of it
  /// are readable.
  init(copying pointer: UnsafePointer<metis_descriptor_v1>?) throws(PluginError) {
    let table = try checkedTable(pointer, "descriptor", kind: .badDescriptor).pointee
    let id = try Self.text(table.id, "id", limit: Limit.id)
    guard Self.isReverseDNS(id) else {
      throw PluginError(
        .badDescriptor,
        "the descriptor's id is \"\(id)\"; expected reverse DNS in [a-z0-9.-] such as "
          + "org.example.weather")
    }
    do {
      try self.init(id: id, copyingRest: table)
    } catch {
      throw error.about(plugin: id)
    }
  }

  private init(id: String, copyingRest table: metis_descriptor_v1) throws(PluginError) {
    self.id = id
    name = try Self.text(table.name, "name", limit: Limit.text)
    let versionText = try Self.text(table.version, "version", limit: Limit.text)
    guard let version = SemanticVersion(versionText) else {
      throw PluginError(
        .badDescriptor,
        "the descriptor's version is \"\(versionText)\"; expected a semantic version such as 1.2.3"
      )
    }
    self.version = version
    vendor = try Self.text(table.vendor, "vendor", limit: Limit.text)
    license = try Self.text(table.license, "license", limit: Limit.text)
    fingerprint = try Self.text(table.fingerprint, "fingerprint", limit: Limit.text)
    provides = try Self.list(table.provides, table.provides_count, "provides")
    if let bad = provides.first(where: { !Self.isName($0) }) {
      throw PluginError(
        .badDescriptor, "the descriptor provides \"\(bad)\"; expected a name in [a-z0-9_-]")
    }
    needs = try Self.list(table.needs, table.needs_count, "needs")
    requirements = try Self.requirements(table, of: id)
  }

  private static func requirements(
    _ table: metis_descriptor_v1, of owner: String
  ) throws(PluginError) -> [Requirement] {
    try checkCount(table.requirements_count, table.requirements == nil, "requirements")
    var requirements: [Requirement] = []
    for index in 0..<table.requirements_count {
      let entry = table.requirements[index]
      let id = try text(entry.id, "requirements[\(index)].id", limit: Limit.id)
      let rangeText = try text(entry.range, "requirements[\(index)].range", limit: Limit.text)
      guard isReverseDNS(id), id != owner else {
        throw PluginError(
          .badDescriptor,
          "the descriptor requires \"\(id)\"; expected the id of another plugin")
      }
      guard let range = VersionRange(rangeText) else {
        throw PluginError(
          .badDescriptor,
          "the descriptor requires \(id) in the range \"\(rangeText)\"; expected a range such as "
            + ">=1.2.0 <2.0.0, ^1.2, ~1.2.3 or *")
      }
      requirements.append(Requirement(id: id, range: range))
    }
    return requirements
  }

  private static func list(
    _ entries: UnsafePointer<metis_slice_v1>?, _ count: Int, _ field: String
  ) throws(PluginError) -> [String] {
    try checkCount(count, entries == nil, field)
    var texts: [String] = []
    guard let entries else { return texts }
    for index in 0..<count {
      texts.append(try text(entries[index], "\(field)[\(index)]", limit: Limit.id))
    }
    return texts
  }

  private static func checkCount(
    _ count: Int, _ isNull: Bool, _ field: String
  ) throws(PluginError) {
    guard count >= 0, count <= Limit.list else {
      throw PluginError(
        .badDescriptor,
        "the descriptor has \(UInt(bitPattern: count)) entries in \(field); "
          + "expected at most \(Limit.list)")
    }
    if count > 0, isNull {
      throw PluginError(
        .badDescriptor,
        "the descriptor's \(field) is a null pointer with a count of \(count)")
    }
  }

  /// The UTF-8 of a slice.
  private static func text(
    _ slice: metis_slice_v1, _ field: String, limit: Int
  ) throws(PluginError) -> String {
    guard slice.count > 0 else {
      if slice.count == 0 { return "" }
      throw PluginError(
        .badDescriptor,
        "the descriptor's \(field) has \(UInt(bitPattern: slice.count)) bytes; "
          + "expected at most \(limit)")
    }
    guard let bytes = slice.bytes else {
      throw PluginError(
        .badDescriptor,
        "the descriptor's \(field) is a null pointer with a count of \(slice.count)")
    }
    guard slice.count <= limit else {
      throw PluginError(
        .badDescriptor,
        "the descriptor's \(field) has \(slice.count) bytes; expected at most \(limit)")
    }
    let buffer = UnsafeBufferPointer(start: bytes, count: slice.count)
    guard let text = String(validating: buffer, as: UTF8.self) else {
      throw PluginError(.badDescriptor, "the descriptor's \(field) is not UTF-8")
    }
    guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
      throw PluginError(.badDescriptor, "the descriptor's \(field) holds a control character")
    }
    return text
  }

  /// At least two labels of [a-z0-9-] between dots.
  static func isReverseDNS(_ text: String) -> Bool {
    let labels = text.utf8.split(separator: 0x2e, omittingEmptySubsequences: false)
    return labels.count >= 2
      && labels.allSatisfy { label in
        !label.isEmpty && label.first != 0x2d && label.last != 0x2d
          && label.allSatisfy { byte in
            (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2d
          }
      }
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2d
          || byte == 0x5f
      }
  }
}
