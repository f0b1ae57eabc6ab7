/// One call, borrowed for the time of ``Strategy/answer(_:)``.
///
/// Nothing is decoded or copied before it is asked for.
public struct Call: ~Copyable {
  @usableFromInline let request: UnsafePointer<metis_request_v1>
  @usableFromInline let reply: UnsafePointer<metis_reply_v1>

  /// The host's services.
  public let host: Host

  @inlinable
  init(
    _ request: UnsafePointer<metis_request_v1>, _ reply: UnsafePointer<metis_reply_v1>, _ host: Host
  ) {
    self.request = request
    self.reply = reply
    self.host = host
  }

  // MARK: What was asked

  /// The host's number of this call.
  @inlinable
  public var id: UInt64 { request.pointee.call }

  /// The tool's or prompt's name, or the resource's URI, as the client wrote it.
  public var target: String { request.pointee.target.string }

  /// The call's own seed: same seed, same configuration, same calls, same bytes.
  @inlinable
  public var seed: UInt64 { request.pointee.seed }

  /// How many calls of this target came before, from 0.
  @inlinable
  public var ordinal: UInt64 { request.pointee.ordinal }

  /// When the host answers with a time-out itself: `CLOCK_MONOTONIC` in nanoseconds.
  @inlinable
  public var deadline: UInt64 { request.pointee.deadline }

  /// A random generator that starts from ``seed``.
  public func generator() -> SeededGenerator { SeededGenerator(seed: seed) }

  /// The arguments, parsed: an object.
  public var arguments: JSONValue {
    get throws(JSONError) { try JSONValue(parsing: request.pointee.arguments.buffer) }
  }

  /// The arguments as `type`. An error names the member, `$.limit: found …, expected …`.
  public func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try JSONValueDecoder().decode(type, from: arguments)
  }

  /// The arguments as the bytes that came, borrowed for `body`: one JSON object, not yet validated
  /// where the host passes a client's bytes on.
  @inlinable
  public func withArguments<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(request.pointee.arguments.buffer)
  }

  /// Whether this call resumes one that ended with ``Answer/needInput(requests:state:)``.
  public var isResumed: Bool { request.pointee.inputs.count > 0 }

  /// The state that was left; empty on a first call.
  public var state: [UInt8] { Array(request.pointee.state.buffer) }

  /// The state that was left, borrowed for `body`; empty on a first call.
  @inlinable
  public func withState<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(request.pointee.state.buffer)
  }

  /// The client's answers by the keys of the questions; nil on a first call.
  public var inputs: JSONValue? {
    get throws(JSONError) {
      isResumed ? try JSONValue(parsing: request.pointee.inputs.buffer) : nil
    }
  }

  /// Who calls: `{"revision":…,"session":…?,"principal":{…}?,"client":{…}?,"capabilities":{…}?,
  /// "meta":{…}?,"transport":…}`.
  public var context: JSONValue {
    get throws(JSONError) {
      guard let slice = reply.pointee.context?(id), slice.count > 0 else { return [:] }
      return try JSONValue(parsing: slice.buffer)
    }
  }

  /// Whether the client cancelled, went away, or the deadline has passed: ask in long work.
  public var isCancelled: Bool { reply.pointee.cancelled?(id) ?? false }

  // MARK: Before the end

  /// Reports progress, where the client asked for it.
  @discardableResult
  public func progress(
    _ progress: Double, total: Double? = nil, message: String? = nil
  ) -> EmissionStatus {
    emit(.progress(progress, total: total, message: message))
  }

  /// Logs to the client at one of the levels of MCP (RFC 5424: `debug` … `emergency`).
  @discardableResult
  public func log(_ level: String, _ data: JSONValue, logger: String? = nil) -> EmissionStatus {
    emit(.log(level: level, data: data, logger: logger))
  }

  /// Adds one content block before those of the result.
  @discardableResult
  public func content(_ block: JSONValue) -> EmissionStatus { emit(.content(block)) }

  /// Sends something before the end. What a late or slow client does not get is no failure of the
  /// call: the status is for a strategy that wants to wait or to stop.
  @discardableResult
  public func emit(_ emission: Emission) -> EmissionStatus { reply.emit(id, emission) }
}
