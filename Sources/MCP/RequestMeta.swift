public import JSON

/// `params._meta` of a request, as slices of the message that carries it.
///
/// Source: "General fields" of the 2026-07-28 specification; `progressToken` since 2024-11-05.
public struct RequestMeta {
  /// The whole object; nil where the request has none.
  public var raw: JSONSlice?
  /// `io.modelcontextprotocol/protocolVersion`.
  public var protocolVersion: JSONStringSlice?
  /// `io.modelcontextprotocol/clientCapabilities`: an object.
  public var clientCapabilities: JSONSlice?
  /// `io.modelcontextprotocol/clientInfo`: an object.
  public var clientInfo: JSONSlice?
  /// `io.modelcontextprotocol/logLevel`.
  public var logLevel: LogLevel?
  /// A string or an integer.
  public var progressToken: JSONSlice?
  /// `dev.metis/seed`: the seed of this call, a number from 0 to 2^63-1.
  public var seed: UInt64?

  init() {}

  /// The members that the host reads.
  private enum Member: CaseIterable {
    case progressToken, seed, logLevel, clientInfo, protocolVersion, clientCapabilities

    var name: StaticString {
      switch self {
      case .progressToken: "progressToken"
      case .seed: "dev.metis/seed"
      case .logLevel: "io.modelcontextprotocol/logLevel"
      case .clientInfo: "io.modelcontextprotocol/clientInfo"
      case .protocolVersion: "io.modelcontextprotocol/protocolVersion"
      case .clientCapabilities: "io.modelcontextprotocol/clientCapabilities"
      }
    }

    /// What its value must be.
    var expectation: StaticString {
      switch self {
      case .progressToken: "a string or an integer"
      case .seed: "a whole number from 0 to 2^63-1"
      case .logLevel:
        "one of debug, info, notice, warning, error, critical, alert, emergency"
      case .clientInfo, .clientCapabilities: "an object"
      case .protocolVersion: "a string"
      }
    }

    @inline(__always)
    init?(_ key: JSONKey) {
      // The lengths differ: most names fall through after one branch, and each literal is compared
      // in place.
      switch key.raw.count {
      case 13 where key == "progressToken": self = .progressToken
      case 14 where key == "dev.metis/seed": self = .seed
      case 32 where key == "io.modelcontextprotocol/logLevel": self = .logLevel
      case 34 where key == "io.modelcontextprotocol/clientInfo": self = .clientInfo
      case 39 where key == "io.modelcontextprotocol/protocolVersion": self = .protocolVersion
      case 42 where key == "io.modelcontextprotocol/clientCapabilities":
        self = .clientCapabilities
      case _ where key.hasEscapes:
        guard let found = Member(escaped: key) else { return nil }
        self = found
      default: return nil
      }
    }

    /// Some encoders write `/` as `\/`: the name is the same, and must not be taken for another.
    @inline(never)
    private init?(escaped key: JSONKey) {
      guard let found = Member.allCases.first(where: { key == $0.name }) else { return nil }
      self = found
    }
  }

  /// Reads the object that is next; returns what is wrong with a member, the first thing found.
  mutating func read(_ cursor: inout JSONCursor) throws(JSONError) -> ParameterProblem? {
    var problem: ParameterProblem?
    let before = cursor
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      guard let member = Member(key) else { continue }
      let found = take(member, try cursor.skipValue())
      if problem == nil { problem = found }
    }
    raw = before.slice(to: cursor)
    return problem
  }

  /// Keeps the value of a member; returns what is wrong with it.
  @inline(__always)
  private mutating func take(_ member: Member, _ value: JSONSlice) -> ParameterProblem? {
    let isTwice: Bool
    let isRight: Bool
    switch member {
    case .progressToken:
      isTwice = progressToken != nil
      isRight = value.kind == .string || value.isInteger
      if isRight, !isTwice { progressToken = value }
    case .seed:
      isTwice = seed != nil
      let given = value.kind == .number ? UInt64(value.text) : nil
      isRight = given.map { $0 >> 63 == 0 } ?? false
      if isRight, !isTwice { seed = given }
    case .logLevel:
      isTwice = logLevel != nil
      let level = value.string.flatMap { LogLevel($0) }
      isRight = level != nil
      if !isTwice { logLevel = level }
    case .clientInfo:
      isTwice = clientInfo != nil
      isRight = value.kind == .object
      if isRight, !isTwice { clientInfo = value }
    case .protocolVersion:
      isTwice = protocolVersion != nil
      isRight = value.kind == .string
      if !isTwice { protocolVersion = value.string }
    case .clientCapabilities:
      isTwice = clientCapabilities != nil
      isRight = value.kind == .object
      if isRight, !isTwice { clientCapabilities = value }
    }
    if isTwice { return .duplicateMeta(member.name) }
    return isRight ? nil : .misfitMeta(member.name, expected: member.expectation)
  }
}

extension JSONSlice {
  /// A number that is written without a fraction and an exponent.
  var isInteger: Bool {
    kind == .number
      && !bytes.contains {
        $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e")
      }
  }
}

/// The levels of `notifications/message`: those of RFC 5424, least severe first.
public enum LogLevel: UInt8, CaseIterable, Comparable, Sendable {
  case debug, info, notice, warning, error, critical, alert, emergency

  /// The name on the wire.
  public var name: StaticString {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .notice: "notice"
    case .warning: "warning"
    case .error: "error"
    case .critical: "critical"
    case .alert: "alert"
    case .emergency: "emergency"
    }
  }

  /// Finds a level by its name on the wire.
  public init?(_ text: JSONStringSlice) {
    for level in LogLevel.allCases where text == level.name {
      self = level
      return
    }
    return nil
  }

  /// Whether the left level is the less severe one.
  public static func < (left: LogLevel, right: LogLevel) -> Bool {
    left.rawValue < right.rawValue
  }
}
