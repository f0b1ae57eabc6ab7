import JSON

/// Requests about plugins.
extension AdminRouter {
  /// `{id}`, `{id}/swap` … and `{id}/x/…`.
  func pluginOperation(
    _ path: [String], _ request: AdminRequest
  ) throws(Refusal) -> AdminOperation {
    guard let id = Self.pluginID(path[0]) else {
      throw .problem(
        Problem(.notFound, "the path names no plugin: expected its id or its manifest's name"))
    }
    if path.count == 1 { return try get(.plugin(id), request) }
    if path[1] == "x" {
      let rest = path.dropFirst(2).joined(separator: "/")
      let query = request.query.isEmpty ? "" : "?\(request.query)"
      if !request.body.isEmpty { _ = try json(request) }
      return .forward(id, verb: request.verb, path: rest + query, body: request.body)
    }
    guard path.count == 2 else { throw noSuchPath(request) }
    switch path[1] {
    case "swap":
      try allow(["POST"], request)
      return try swap(id, request)
    case "rollback": return try post(.rollback(id), request)
    case "enable": return try post(.enable(id), request)
    case "disable": return try post(.disable(id), request)
    default: throw noSuchPath(request)
    }
  }

  private func swap(_ id: String, _ request: AdminRequest) throws(Refusal) -> AdminOperation {
    guard case .object(let body)? = try json(request) else {
      throw invalid("expected a JSON object {\"path\": …, \"signature\"?: …, \"sha256\"?: …}")
    }
    var members: [String: String] = [:]
    for (key, value) in body {
      guard ["path", "signature", "sha256"].contains(key) else {
        throw invalid(
          "found the member \"\(Self.shown(key))\", expected path, signature and sha256")
      }
      guard let text = value.string, !text.isEmpty, !text.utf8.contains(0) else {
        throw invalid("found \(value.kind) as \"\(key)\", expected a string with a text")
      }
      members[key] = text
    }
    guard let path = members["path"] else { throw invalid("\"path\" is missing") }
    for key in ["path", "signature"] {
      if let path = members[key], !path.hasPrefix("/") {
        throw invalid(
          "\"\(key)\" is relative; the host has another working directory: send an "
            + "absolute path")
      }
    }
    if let digest = members["sha256"] {
      guard digest.utf8.count == 64, digest.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
        throw invalid("\"sha256\" is not 64 hexadecimal digits")
      }
    }
    return .swap(
      id, path: path, signature: members["signature"], sha256: members["sha256"]?.lowercased())
  }

  /// The id, or the manifest's name, in a path segment; nil where it can be neither.
  private static func pluginID(_ segment: String) -> String? {
    guard let name = PercentEncoding.decode(segment), (1...255).contains(name.utf8.count) else {
      return nil
    }
    return name.utf8.contains { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "/") } ? nil : name
  }
}
