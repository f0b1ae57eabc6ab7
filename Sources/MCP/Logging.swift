extension LogLevel {
  /// The level that `logging/setLevel` names (handshake era, "Logging"); throws -32602 where it
  /// names none.
  public init(setLevel parameters: borrowing RequestParameters) throws(MCPError) {
    let expected = LogLevel.allCases.map(\.name.description).joined(separator: ", ")
    guard let name = parameters.level else {
      throw .invalidParams("params.level is missing; expected one of \(expected)")
    }
    guard let level = LogLevel(name) else {
      throw .invalidParams(
        "params.level is \(name.decoded.prefix(64)); expected one of \(expected)")
    }
    self = level
  }
}
