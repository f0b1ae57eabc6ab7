/// Who a plugin is: the content of `metis_descriptor_v1` (`metis/plugin.h`).
///
/// Every text is a `StaticString`, which lies in the library's read-only data: making a descriptor
/// starts no lazy global and copies no text. Write it as a computed property:
///
///     static var descriptor: Descriptor {
///       Descriptor(id: "org.example.greeting", name: "Greeting", version: "1.0.0",
///         provides: ["greeting"])
///     }
public struct Descriptor: Sendable {
  /// What a plugin needs from the machine; a manifest grants it under the same name.
  public struct Need: Sendable {
    /// The name in the descriptor and in the manifest's `grants`.
    public let name: StaticString

    /// A need by its name.
    @inlinable
    public init(_ name: StaticString) { self.name = name }

    /// Outgoing connections.
    public static var netConnect: Need { Need("net.connect") }
    /// Listening sockets of its own.
    public static var netListen: Need { Need("net.listen") }
    /// Reading files.
    public static var fsRead: Need { Need("fs.read") }
    /// Writing files.
    public static var fsWrite: Need { Need("fs.write") }
    /// Starting programs.
    public static var exec: Need { Need("exec") }
    /// Reading environment variables.
    public static var env: Need { Need("env") }
    /// The manifest's `[secrets]`.
    public static var secrets: Need { Need("secrets") }
  }

  /// Another plugin that has to be active first.
  public struct Requirement: Sendable {
    /// Its reverse-DNS id.
    public let id: StaticString
    /// A range of semantic versions: `>=1.2.0 <2.0.0`, `^1.2`, `~1.2.3`, `1.2.3` or `*`.
    public let range: StaticString

    /// The plugin `id` in a version of `range`.
    @inlinable
    public init(_ id: StaticString, _ range: StaticString) {
      self.id = id
      self.range = range
    }
  }

  /// Reverse DNS, `[a-z0-9.-]`, unique in a host.
  public var id: StaticString
  /// For people.
  public var name: StaticString
  /// Semantic version 2.0.0.
  public var version: StaticString
  /// Who made it.
  public var vendor: StaticString
  /// An SPDX expression.
  public var license: StaticString
  /// Tells two builds of one version apart: a commit or a hash.
  public var fingerprint: StaticString
  /// The names under which a configuration finds the plugin: lower case, `[a-z0-9_-]`.
  public var provides: [StaticString]
  /// Plugins that must be active first.
  public var requirements: [Requirement]
  /// What the plugin needs from the machine. A need that is not granted keeps it from loading.
  public var needs: [Need]

  /// A descriptor of the given parts.
  @inlinable
  public init(
    id: StaticString, name: StaticString, version: StaticString, vendor: StaticString = "",
    license: StaticString = "", fingerprint: StaticString = "", provides: [StaticString],
    requirements: [Requirement] = [], needs: [Need] = []
  ) {
    self.id = id
    self.name = name
    self.version = version
    self.vendor = vendor
    self.license = license
    self.fingerprint = fingerprint
    self.provides = provides
    self.requirements = requirements
    self.needs = needs
  }
}

extension Descriptor {
  /// The C descriptor. It and its lists are allocated and never freed: the ABI lets the host read
  /// them as long as the library is loaded, and an image that holds Swift is never unloaded.
  func leak() -> UnsafePointer<metis_descriptor_v1> {
    let provided = Self.leak(provides.map(metis_slice_v1.init))
    let required = Self.leak(
      requirements.map {
        metis_requirement_v1(id: metis_slice_v1($0.id), range: metis_slice_v1($0.range))
      })
    let needed = Self.leak(needs.map { metis_slice_v1($0.name) })
    let descriptor = metis_descriptor_v1(
      size: UInt32(MemoryLayout<metis_descriptor_v1>.size), reserved: 0,
      id: metis_slice_v1(id), name: metis_slice_v1(name), version: metis_slice_v1(version),
      vendor: metis_slice_v1(vendor), license: metis_slice_v1(license),
      fingerprint: metis_slice_v1(fingerprint),
      provides: provided, provides_count: provides.count,
      requirements: required, requirements_count: requirements.count,
      needs: needed, needs_count: needs.count)
    let storage = UnsafeMutablePointer<metis_descriptor_v1>.allocate(capacity: 1)
    storage.initialize(to: descriptor)
    return UnsafePointer(storage)
  }

  private static func leak<Element>(_ elements: [Element]) -> UnsafePointer<Element>? {
    guard !elements.isEmpty else { return nil }
    let storage = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    _ = storage.initialize(from: elements)
    return UnsafePointer(storage.baseAddress)
  }
}
