/// Which Host fields belong to the admin endpoint: a page in a browser that resolves its own name to
/// this machine (DNS rebinding) sends another one.
struct AdminHosts: Sendable {
  /// Names and addresses in lower case, IPv6 without brackets.
  private let names: Set<String>

  /// Loopback names and addresses, and `configured`, the address that the endpoint listens on.
  init(configured: String? = nil) {
    var names: Set<String> = ["localhost", "127.0.0.1", "::1"]
    if let configured, let name = Self.name(of: configured), !Self.wildcards.contains(name) {
      names.insert(name)
    }
    self.names = names
  }

  /// Listening on every address names none.
  private static let wildcards: Set<String> = ["0.0.0.0", "::", "*", ""]

  /// Whether a request with this Host field may go on. HTTP/1.1 demands the field (RFC 9112,
  /// section 3.2); without it nothing is accepted.
  func accept(_ host: String?) -> Bool {
    guard let host, let name = Self.name(of: host) else { return false }
    return names.contains(name) || name.hasSuffix(".localhost")
      || (name.hasPrefix("127.") && Self.isIPv4(name))
  }

  /// `host[:port]` or `[address][:port]` without the port, in lower case; an address of IPv6 also
  /// without brackets. Nil where it is neither.
  private static func name(of host: String) -> String? {
    let host = host.lowercased()
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else { return nil }
      let rest = host[host.index(after: end)...]
      guard rest.isEmpty || isPort(rest) else { return nil }
      return String(host[host.index(after: host.startIndex)..<end])
    }
    let colons = host.count { $0 == ":" }
    if colons > 1 { return host }
    guard let colon = host.firstIndex(of: ":") else { return withoutDot(host[...]) }
    guard isPort(host[colon...]) else { return nil }
    return withoutDot(host[..<colon])
  }

  /// A name that ends with the dot of the root is the same name.
  private static func withoutDot(_ name: Substring) -> String {
    name.hasSuffix(".") ? String(name.dropLast()) : String(name)
  }

  private static func isPort(_ text: Substring) -> Bool {
    text.first == ":" && text.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
      && text.utf8.count <= 6
  }

  private static func isIPv4(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }
}
