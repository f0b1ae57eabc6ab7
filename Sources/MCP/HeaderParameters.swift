public import JSON

/// The arguments of a tool that clients repeat in fields of HTTP: `x-mcp-header` in its input schema
/// makes `Mcp-Param-<name>`. Source: "Streamable HTTP", custom headers, 2026-07-28.
public struct HeaderParameters: Sendable {
  /// One of them.
  public struct Parameter: Sendable {
    /// What follows `Mcp-Param-`.
    public var name: String
    /// The properties from the arguments down to the value.
    public var path: [String]

    /// A parameter.
    public init(name: String, path: [String]) {
      self.name = name
      self.path = path
    }
  }

  fileprivate struct Entry: Sendable {
    let parameter: Parameter
    /// The field's name in lower case.
    let field: [UInt8]
  }

  private let entries: [Entry]

  /// The parameters of a tool; nil where it has none.
  public init?(_ parameters: [Parameter]) {
    guard !parameters.isEmpty else { return nil }
    entries = parameters.map {
      Entry(parameter: $0, field: Array("mcp-param-\($0.name)".lowercased().utf8))
    }
  }

  /// Holds the fields of a request against its arguments. `field` gives field number `index`.
  public func check(
    arguments: JSONSlice?, fieldCount: Int,
    _ field: (Int) -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)
  ) throws(MCPError) {
    let values = arguments.flatMap { try? $0.value } ?? .object([:])
    for entry in entries {
      var found: UnsafeRawBufferPointer?
      for index in 0..<fieldCount {
        let (name, value) = field(index)
        guard Self.isSame(name, entry.field) else { continue }
        guard found == nil else {
          throw .headerMismatch("\(entry.title) stands twice; it may stand once")
        }
        found = value.trimmed
      }
      try entry.check(found, values)
    }
  }

  private static func isSame(_ name: UnsafeRawBufferPointer, _ lowercase: [UInt8]) -> Bool {
    guard name.count == lowercase.count else { return false }
    for (index, byte) in name.enumerated() {
      let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      if (isUpper ? byte | 0x20 : byte) != lowercase[index] { return false }
    }
    return true
  }
}

extension HeaderParameters.Entry {
  fileprivate var title: String { "Mcp-Param-\(parameter.name)" }
  private var place: String { "params.arguments.\(parameter.path.joined(separator: "."))" }

  fileprivate func check(
    _ field: UnsafeRawBufferPointer?, _ arguments: JSONValue
  ) throws(MCPError) {
    var value: JSONValue? = arguments
    for key in parameter.path { value = value?[key] }
    guard let value, !value.isNull else {
      guard field == nil else {
        throw .headerMismatch("\(title) is there, but \(place) is absent or null")
      }
      return
    }
    guard let field else {
      throw .headerMismatch("\(title) is missing; expected the value of \(place)")
    }
    var text: [UInt8]
    if HeaderValue.isEncoded(field) {
      guard let decoded = HeaderValue.decode(field) else {
        throw .headerMismatch("\(title) is malformed; expected =?base64?…?= with padded base64")
      }
      text = decoded
    } else {
      text = [UInt8](field)
    }
    let isSame =
      switch value {
      case .string(let string): text.elementsEqual(string.utf8)
      case .bool(let bool): text.elementsEqual((bool ? "true" : "false").utf8)
      case .number(let number): (try? JSONValue(jsonBytes: text))?.number == number
      default: false
      }
    guard isSame else { throw .headerMismatch("\(title) and \(place) differ") }
  }
}
