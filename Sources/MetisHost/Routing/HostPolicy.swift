import MCP

/// Which `Host` and `Origin` a request may carry: the guard against DNS rebinding.
///
/// A server that listens on the loopback answers for loopback names only; one that listens
/// elsewhere answers for every name. Source: "Security", Streamable HTTP.
struct HostPolicy: Sendable {
  /// Only names of the loopback.
  let isLoopbackOnly: Bool
  /// Further hosts, `name` or `name:port`, in lower case.
  let hosts: [String]
  /// Further origins, `https://app.example`.
  let origins: [String]
  /// The only hosts: `name` for any port, `name:port`, `*` for any; nil: as derived.
  private let listedHosts: Set<String>?
  /// The only origins: `scheme://host[:port]`, `*` for any; nil: as derived.
  private let listedOrigins: Set<String>?

  init(isLoopbackOnly: Bool, hosts: [String] = [], origins: [String] = []) {
    self.isLoopbackOnly = isLoopbackOnly
    self.hosts = hosts
    self.origins = origins
    listedHosts = nil
    listedOrigins = nil
  }

  /// A derived policy, replaced as far as the configuration lists hosts or origins.
  init(derived: HostPolicy, hosts: [String]?, origins: [String]?) {
    isLoopbackOnly = derived.isLoopbackOnly
    self.hosts = derived.hosts
    self.origins = derived.origins
    listedHosts = hosts.map { Set($0) }
    listedOrigins = origins.map { Set($0) }
  }

  /// Whether no `Host` is refused.
  var takesEveryHost: Bool { listedHosts.map { $0.contains("*") } ?? !isLoopbackOnly }

  /// Whether no name of the loopback is refused.
  var takesLoopback: Bool { listedHosts.map { $0.contains("*") } ?? true }

  /// Whether the server answers for this host. A missing one was refused by the transport.
  func accepts(host: UnsafeRawBufferPointer?) -> Bool {
    if let listedHosts { return HostPolicy.accepts(host: host, listedHosts) }
    guard isLoopbackOnly, let host else { return true }
    return HostPolicy.isLoopback(host) || hosts.contains(host.text.lowercased())
  }

  /// Whether a page of this origin may ask. No origin: no page.
  func accepts(origin: UnsafeRawBufferPointer?) -> Bool {
    guard let origin else { return true }
    let text = origin.text
    if let listedOrigins {
      return listedOrigins.contains("*") || listedOrigins.contains(text.lowercased())
    }
    if origins.contains(text) { return true }
    for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
      let bytes = Array(text.dropFirst(scheme.count).utf8)
      return bytes.withUnsafeBytes { HostPolicy.isLoopback($0) }
    }
    return false
  }

  /// Names match without regard to case, with their port or without it.
  private static func accepts(host: UnsafeRawBufferPointer?, _ listed: Set<String>) -> Bool {
    if listed.contains("*") { return true }
    guard let text = host?.text.lowercased() else { return false }
    if listed.contains(text) { return true }
    guard let colon = text.lastIndex(of: ":"), text[colon...].dropFirst().allSatisfy(\.isNumber)
    else { return false }
    return listed.contains(String(text[..<colon]))
  }

  /// `localhost`, `127.0.0.1` or `[::1]`, with or without a port.
  @inline(__always)
  static func isLoopback(_ host: UnsafeRawBufferPointer) -> Bool {
    if matches(host, "127.0.0.1") || matches(host, "localhost") { return true }
    // The comparison without case takes `{` for `[`.
    return host.first == UInt8(ascii: "[") && !host.contains(UInt8(ascii: "}"))
      && matches(host, "[::1]")
  }

  @inline(__always)
  private static func matches(_ host: UnsafeRawBufferPointer, _ name: StaticString) -> Bool {
    let count = name.utf8CodeUnitCount
    guard host.count >= count,
      UnsafeRawBufferPointer(rebasing: host[..<count]).equalsIgnoringCase(name)
    else { return false }
    if host.count == count { return true }
    guard host[count] == UInt8(ascii: ":"), host.count > count + 1 else { return false }
    for place in (count + 1)..<host.count where host[place] &- 0x30 >= 10 { return false }
    return true
  }
}
