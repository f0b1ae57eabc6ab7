import CSodium
import JSON
import MCP

/// What `requestState` hides (2026-07-28, multi round-trip requests): the strategy's state, and what
/// binds it to one request of one client for some time. ``Sealer`` keeps it from being read and
/// altered, and binds it to the client.
struct RequestState {
  /// Nanoseconds since 1970.
  let expiry: Int64
  /// Of the request, as ``digest(_:_:_:)`` makes it.
  let digest: [UInt8]
  let identity: CallIdentity
  /// What was asked.
  let questions: [(key: String, kind: InputRequest.Kind)]
  /// The strategy's own.
  let state: [UInt8]

  private static let version: UInt8 = 1
  private static let digestCount = 32

  init(
    expiry: Int64, digest: [UInt8], identity: CallIdentity,
    questions: [(key: String, kind: InputRequest.Kind)], state: [UInt8]
  ) {
    self.expiry = expiry
    self.digest = digest
    self.identity = identity
    self.questions = questions
    self.state = state
  }

  /// The bytes to be sealed: numbers are little-endian.
  var encoded: [UInt8] {
    var bytes = [RequestState.version]
    func add(_ number: some FixedWidthInteger) {
      withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
    add(expiry)
    bytes += digest
    add(identity.name.high)
    add(identity.name.low)
    add(identity.seed)
    add(identity.ordinal)
    add(UInt16(questions.count))
    for question in questions {
      bytes.append(question.kind.rawValue)
      add(UInt32(question.key.utf8.count))
      bytes += Array(question.key.utf8)
    }
    return bytes + state
  }

  /// Reads what ``encoded`` wrote; nil where it is of another version of the host.
  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    func number<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
      let count = MemoryLayout<Number>.size
      guard rest.count >= count else { return nil }
      var number = Number.zero
      for byte in rest.prefix(count).reversed() { number = number << 8 | Number(byte) }
      rest = rest.dropFirst(count)
      return number
    }
    guard rest.popFirst() == RequestState.version, let expiry = number(UInt64.self),
      rest.count >= RequestState.digestCount
    else { return nil }
    self.expiry = Int64(bitPattern: expiry)
    digest = Array(rest.prefix(RequestState.digestCount))
    rest = rest.dropFirst(RequestState.digestCount)
    guard let high = number(UInt64.self), let low = number(UInt64.self),
      let seed = number(UInt64.self), let ordinal = number(UInt64.self),
      let count = number(UInt16.self)
    else { return nil }
    identity = CallIdentity(
      name: CallIdentity.Name(high: high, low: low), seed: seed, ordinal: ordinal)
    var questions: [(key: String, kind: InputRequest.Kind)] = []
    for _ in 0..<count {
      guard let kind = rest.popFirst().flatMap(InputRequest.Kind.init),
        let length = number(UInt32.self), rest.count >= Int(length)
      else { return nil }
      questions.append((String(decoding: rest.prefix(Int(length)), as: UTF8.self), kind))
      rest = rest.dropFirst(Int(length))
    }
    self.questions = questions
    state = Array(rest)
  }

  /// What the state is sealed for: the client by its principal's id, or everybody.
  static func context(_ principal: [UInt8]) -> [UInt8] {
    Principal.id(principal).map { [1] + Array($0.utf8) } ?? []
  }

  /// A BLAKE2b-256 of what is asked of which target with which arguments. The same arguments give the
  /// same digest however their members are ordered and their numbers and strings are written.
  ///
  /// `name` and `arguments`: what the strategy is called with.
  static func digest(
    _ method: Method, _ name: UnsafeRawBufferPointer, _ arguments: UnsafeRawBufferPointer
  ) -> [UInt8] {
    var text: [UInt8] = [method.rawValue]
    text += Array(String(name.count).utf8) + [UInt8(ascii: ":")] + [UInt8](name)
    append((try? JSONValue(parsing: arguments)) ?? .null, to: &text)
    var digest = [UInt8](repeating: 0, count: digestCount)
    crypto_generichash(&digest, digestCount, text, UInt64(text.count), nil, 0)
    return digest
  }

  private static func append(_ value: JSONValue, to text: inout [UInt8]) {
    switch value {
    case .object(let object):
      text.append(UInt8(ascii: "{"))
      for (name, member) in object.sorted(by: { $0.key < $1.key }) {
        text += JSONValue.string(name).jsonBytes()
        append(member, to: &text)
      }
      text.append(UInt8(ascii: "}"))
    case .array(let elements):
      text.append(UInt8(ascii: "["))
      for element in elements {
        append(element, to: &text)
        text.append(UInt8(ascii: ","))
      }
      text.append(UInt8(ascii: "]"))
    case .number(let number):
      // `1`, `1.0` and `10e-1` are one number.
      if let integer = number.int {
        text += Array(String(integer).utf8)
      } else if let double = number.double, double.isFinite, let integer = Int64(exactly: double) {
        text += Array(String(integer).utf8)
      } else if let double = number.double, double.isFinite {
        text += Array(double.description.utf8)
      } else {
        text += value.jsonBytes()
      }
      text.append(UInt8(ascii: "#"))
    default: text += value.jsonBytes()
    }
  }
}
