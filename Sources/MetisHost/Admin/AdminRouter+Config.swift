import JSON

/// Requests about configurations and events.
extension AdminRouter {
  /// `config`, `config/status`, `config/history/{n}` …
  func configOperation(
    _ path: [String], _ request: AdminRequest
  ) throws(Refusal) -> AdminOperation {
    switch (path.first, path.count) {
    case (nil, _): return try get(.config(.effective), request)
    case ("status", 1): return try get(.config(.status), request)
    case ("history", 1): return try get(.config(.history), request)
    case ("history", 2):
      guard let number = Int(path[1]), number > 0 else {
        throw .problem(
          Problem(.notFound, "\(Self.shown(path[1])) is no number of a configuration"))
      }
      return try get(.config(.entry(number)), request)
    case ("diff", 1):
      try allow(["GET"], request)
      return .config(try difference(request))
    case ("reload", 1): return try post(.reload, request)
    case ("validate", 1): return try post(.config(.validate), request)
    case ("rollback", 1):
      try allow(["POST"], request)
      return .config(try rollback(request))
    default: throw noSuchPath(request)
    }
  }

  /// `?from=N&to=M`; without `to` the one in force, `disk` for the files as they are.
  private func difference(_ request: AdminRequest) throws(Refusal) -> ConfigRequest {
    var from: ConfigSide?
    var to = ConfigSide.inForce
    for (name, value) in try parameters(request) {
      guard let side = ConfigSide(value) else {
        throw invalid(
          "found \(name)=\(Self.shown(value)), expected the number of a configuration, or disk")
      }
      switch name {
      case "from": from = side
      case "to": to = side
      default:
        throw invalid("found the parameter \(Self.shown(name)), expected from and to")
      }
    }
    guard let from else { throw invalid("the parameter from is missing: ?from=1&to=2") }
    return .difference(from: from, to: to)
  }

  /// `{"to": N, "write"?: bool}`; `?write=true` says the same.
  private func rollback(_ request: AdminRequest) throws(Refusal) -> ConfigRequest {
    guard case .object(let body)? = try json(request) else {
      throw invalid("expected a JSON object {\"to\": N, \"write\"?: true}")
    }
    var number: Int?
    var isWriting = false
    for (key, value) in body {
      switch key {
      case "to":
        number = value.int.flatMap { Int(exactly: $0) }
        guard let number, number > 0 else {
          throw invalid("found \(value.kind) as \"to\", expected the number of a configuration")
        }
      case "write":
        guard case .bool(let flag) = value else {
          throw invalid("found \(value.kind) as \"write\", expected true or false")
        }
        isWriting = flag
      default: throw invalid("found the member \"\(Self.shown(key))\", expected to and write")
      }
    }
    for (name, value) in try parameters(request) {
      guard name == "write", value == "true" || value == "false" else {
        throw invalid("found \(Self.shown(name))=\(Self.shown(value)), expected write=true")
      }
      isWriting = isWriting || value == "true"
    }
    guard let number else { throw invalid("\"to\" is missing: see GET /admin/config/history") }
    return .rollback(to: number, isWriting: isWriting)
  }

  /// The id of the event that a listener saw last: its field, else `?after=N`; nil for none.
  func lastEvent(_ request: AdminRequest) throws(Refusal) -> UInt64? {
    var text = request.lastEventID
    for (name, value) in try parameters(request) {
      guard name == "after" else {
        throw invalid("found the parameter \(Self.shown(name)), expected after")
      }
      text = text ?? value
    }
    guard let text, !text.isEmpty else { return nil }
    guard let id = UInt64(text) else {
      throw invalid("found \(Self.shown(text)) as the last event, expected its id")
    }
    return id
  }

  /// The query in its parts.
  private func parameters(
    _ request: AdminRequest
  ) throws(Refusal) -> [(name: String, value: String)] {
    var parameters: [(name: String, value: String)] = []
    for part in request.query.split(separator: "&") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2, let name = PercentEncoding.decode(String(pair[0])),
        let value = PercentEncoding.decode(String(pair[1]))
      else { throw .problem(Problem(.malformed, "the query is not of the form name=value&…")) }
      parameters.append((name, value))
    }
    return parameters
  }
}
