/// A plugin that decides who sends a message and whether they may: `metis.auth/1`.
///
/// Enter it as a strategy is entered: `Plugin.enter(KeyCheck.self, host, out)`.
public protocol Authenticator: Sendable {
  /// Who the plugin is. A computed property: it is read once, in the entry.
  static var descriptor: Descriptor { get }

  /// The JSON Schema (2020-12) of the plugin's table under [auth], or nil.
  static var schema: StaticString? { get }

  /// The JSON Schema of the manifest's [config], which ``Host/configuration`` gives, or nil.
  static var manifestSchema: StaticString? { get }

  /// Makes the instance from the plugin's table under [auth], an object. An error refuses the
  /// configuration with its description. On the host's control thread.
  init(section: JSONValue, host: Host) throws

  /// Decides on one message. On every loop concurrently; it must not block.
  func authenticate(_ message: borrowing Message) -> Verdict
}

extension Authenticator {
  /// No schema.
  public static var schema: StaticString? { nil }

  /// No schema of the manifest's table.
  public static var manifestSchema: StaticString? { nil }
}

/// What an ``Authenticator`` decides.
public enum Verdict: Sendable {
  /// The sender is known: an object with at least `"id"`, such as
  /// `{"id":"alice","scopes":["read"]}`.
  case allow(JSONValue)
  /// Refused with an HTTP status (401 or 403), fields such as WWW-Authenticate (RFC 9110, section
  /// 11.6.1), and why, for the log and the body.
  case deny(status: UInt32, fields: [(name: String, value: String)] = [], reason: String)
  /// Not this plugin's kind of credential: the next one decides; with none left, refused.
  case abstain
}

/// A message that arrived, borrowed for the time of ``Authenticator/authenticate(_:)``.
public struct Message: ~Copyable {
  let message: UnsafePointer<metis_message_v1>

  init(_ message: UnsafePointer<metis_message_v1>) { self.message = message }

  /// HTTP's method; empty for a frame.
  public var verb: String { message.pointee.verb.string }

  /// HTTP's request target in origin form; empty for a frame.
  public var target: String { message.pointee.target.string }

  /// The peer's address, `127.0.0.1:50123`, or empty.
  public var peer: String { message.pointee.peer.string }

  /// The value of the first field `name`, in whatever case (RFC 9110, section 5.1); nil where there
  /// is none.
  public func field(_ name: StaticString) -> String? {
    place(of: name).map { message.pointee.fields[$0].value.string }
  }

  /// The value of the first field `name` as bytes, borrowed for `body`; nil where there is none.
  public func withField<Result>(
    _ name: StaticString, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result? {
    try place(of: name).map { try body(message.pointee.fields[$0].value.buffer) }
  }

  private func place(of name: StaticString) -> Int? {
    (0..<message.pointee.field_count).first {
      message.pointee.fields[$0].name.equalsIgnoringCase(name)
    }
  }
}

extension metis_slice_v1 {
  /// Whether the bytes are those of `text` but for the case of ASCII letters.
  fileprivate func equalsIgnoringCase(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for index in 0..<count {
      let byte = bytes[index]
      let other = text.utf8Start[index]
      guard byte != other else { continue }
      // Letters differ in one bit; other bytes that differ so are no letters.
      guard byte ^ other == 0x20, (0x61...0x7a).contains(byte | 0x20) else { return false }
    }
    return true
  }
}
