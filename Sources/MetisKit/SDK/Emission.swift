/// What a call sends before it ends (`METIS_EMIT_…` of `metis/ext/strategy.h`).
public enum Emission: Sendable {
  /// Progress, where the client asked for it.
  case progress(Double, total: Double? = nil, message: String? = nil)
  /// A log line at one of the levels of MCP (RFC 5424: `debug` … `emergency`), where the client asked
  /// for that level.
  case log(level: String, data: JSONValue, logger: String? = nil)
  /// One content block before those of the result.
  case content(JSONValue)
  /// The call goes on as a task; times in milliseconds. ``EmissionStatus/unsupported`` where the
  /// client has not declared tasks.
  case task(ttl: Int64? = nil, pollInterval: Int64? = nil, statusMessage: String? = nil)
  /// Ends the stream of the call; what follows is kept until the client resumes it, after `retry`
  /// milliseconds.
  case closeStream(retry: Int64? = nil)
  /// Cuts the client's connection, as a server that dies would.
  case disconnect
  /// A notification that is sent as it stands.
  case notification(method: String, params: JSONValue? = nil)

  /// What the ABI calls the kind.
  public enum Kind: UInt32, Sendable {
    /// `{"progress":n,"total":n?,"message":s?}`
    case progress = 1
    /// `{"level":s,"logger":s?,"data":any}`
    case log = 2
    /// A content block.
    case content = 3
    /// `{"ttlMs":n|null?,"pollIntervalMs":n?,"statusMessage":s?}`
    case task = 4
    /// `{"retryMs":n?}`
    case closeStream = 5
    /// `{}`
    case disconnect = 6
    /// `{"method":s,"params":{…}?}`
    case notification = 7
  }

  /// The kind.
  public var kind: Kind {
    switch self {
    case .progress: .progress
    case .log: .log
    case .content: .content
    case .task: .task
    case .closeStream: .closeStream
    case .disconnect: .disconnect
    case .notification: .notification
    }
  }

  /// The JSON object of the kind.
  public var json: JSONValue {
    var body: JSONValue = [:]
    switch self {
    case .progress(let progress, let total, let message):
      body["progress"] = JSONValue(progress)
      body["total"] = total.map { JSONValue($0) }
      body["message"] = message.map(JSONValue.string)
    case .log(let level, let data, let logger):
      body["level"] = .string(level)
      body["data"] = data
      body["logger"] = logger.map(JSONValue.string)
    case .content(let block): return block
    case .task(let ttl, let pollInterval, let statusMessage):
      body["ttlMs"] = ttl.map { JSONValue($0) }
      body["pollIntervalMs"] = pollInterval.map { JSONValue($0) }
      body["statusMessage"] = statusMessage.map(JSONValue.string)
    case .closeStream(let retry): body["retryMs"] = retry.map { JSONValue($0) }
    case .disconnect: break
    case .notification(let method, let params):
      body["method"] = .string(method)
      body["params"] = params
    }
    return body
  }
}

/// What became of an ``Emission``.
public enum EmissionStatus: Int32, Sendable {
  /// It was taken; or the client did not ask for such a thing.
  case taken = 0
  /// It was taken, but the client reads too slowly: emit no more before
  /// ``OpenCall/whenWritable(_:)`` has called.
  case busy = -7
  /// It was refused: too much waits for the client.
  case full = -6
  /// The call has ended or was cancelled: nothing was done.
  case late = -5
  /// The host, the client's revision or its transport does not know such a thing.
  case unsupported = -2
  /// The host refused it as malformed.
  case invalid = -3

  /// The status that the ABI tells.
  @usableFromInline
  init(status: Int32?) {
    guard let status else {
      self = .unsupported
      return
    }
    self = EmissionStatus(rawValue: status) ?? .invalid
  }
}

extension UnsafePointer<metis_reply_v1> {
  /// Emits for the call `id`.
  func emit(_ id: UInt64, _ emission: Emission) -> EmissionStatus {
    metis_slice_v1.with(emission.json.encoded) { slice in
      EmissionStatus(status: pointee.emit?(id, emission.kind.rawValue, slice))
    }
  }
}
