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

  init(isLoopbackOnly: Bool, hosts: [String] = [], origins: [String] = []) {
    self.isLoopbackOnly = isLoopbackOnly
    self.hosts = hosts
    self.origins = origins
  }

  /// Whether the server answers for this host. A missing one was refused by the transport.
  func accepts(host: UnsafeRawBufferPointer?) -> Bool {
    guard isLoopbackOnly, let host else { return true }
    return HostPolicy.isLoopback(host) || hosts.contains(host.text.lowercased())
  }

  /// Whether a page of this origin may ask. No origin: no page.
  func accepts(origin: UnsafeRawBufferPointer?) -> Bool {
    guard let origin else { return true }
    let text = origin.text
    if origins.contains(text) { return true }
    for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
      let bytes = Array(text.dropFirst(scheme.count).utf8)
      return bytes.withUnsafeBytes { HostPolicy.isLoopback($0) }
    }
    return false
  }

  /// `localhost`, `127.0.0.1` or `[::1]`, with or without a port.
  static func isLoopback(_ host: UnsafeRawBufferPointer) -> Bool {
    if matches(host, "127.0.0.1") || matches(host, "localhost") { return true }
    // The comparison without case takes `{` for `[`.
    return host.first == UInt8(ascii: "[") && !host.contains(UInt8(ascii: "}"))
      && matches(host, "[::1]")
  }

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
