import JSON
import MCP
import MetisPluginAPI

/// What goes out before or outside an answer: notifications of a call, streams of a session.
extension Loop {
  /// How often an open stream gets a comment, so that nobody between drops it; ns.
  private static let keepAliveInterval: UInt64 = 15_000_000_000

  // MARK: Of a call

  /// A strategy emits something while its call is open. [loop-thread]
  func emit(_ call: Call, _ kind: UInt32, _ json: JSONSlice) -> Int32 {
    switch kind {
    case METIS_EMIT_CONTENT:
      guard call.emitted.count < core.limits.emittedBlocks,
        json.count <= core.limits.answer - call.emittedBytes
      else { return METIS_LIMIT }
      call.emittedBytes += json.count
      call.emitted.append([UInt8](json.bytes))
      return METIS_OK
    case METIS_EMIT_PROGRESS:
      guard !call.progressToken.isEmpty, case .exchange = call.answerer else { return METIS_OK }
      return notify(call, progress(call, json))
    case METIS_EMIT_LOG:
      guard let wanted = call.logLevel, case .exchange = call.answerer else { return METIS_OK }
      guard let level = logLevel(json) else { return METIS_INVALID }
      return level < wanted ? METIS_OK : notify(call, message(json))
    case METIS_EMIT_TASK: return becomeTask(call, json)
    case METIS_EMIT_CLOSE_STREAM: return closeStream(call, json)
    case METIS_EMIT_DISCONNECT: return disconnect(call)
    case METIS_EMIT_NOTIFICATION: return notify(call, json)
    default: return METIS_UNSUPPORTED
    }
  }

  /// METIS_EMIT_CLOSE_STREAM.
  private func closeStream(_ call: Call, _ json: JSONSlice) -> Int32 { METIS_UNSUPPORTED }

  /// METIS_EMIT_DISCONNECT.
  private func disconnect(_ call: Call) -> Int32 { METIS_UNSUPPORTED }

  /// METIS_EMIT_NOTIFICATION.
  private func notify(_ call: Call, _ json: JSONSlice) -> Int32 { METIS_UNSUPPORTED }

  /// The same, from another thread.
  func emitPosted(_ token: UInt64, _ kind: UInt32, _ json: [UInt8]) {
    guard let opened = CallDirectory.find(token) else { return }
    opened._withUnsafeGuaranteedRef { call in
      // Ended is open enough: what was emitted before the end goes out before the answer.
      guard !call.isClosed(token) else { return }
      json.withUnsafeBytes { bytes in
        guard let slice = try? JSONCursor.validate(bytes) else { return }
        _ = emit(call, kind, slice)
      }
    }
  }

  /// `notifications/progress`: the members that the client's revision knows, behind its token.
  private func progress(_ call: Call, _ json: JSONSlice) -> [UInt8] {
    var writer = JSONWriter([UInt8]())
    writer.raw(#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"#)
    writer.sink.append(contentsOf: call.progressToken)
    let value = try? JSONValue(parsing: json.bytes)
    let hasMessage = RevisionTraits.of(call.revision).progressMessage
    var text = writer.finish()
    for key in ["progress", "total", "message"] where key != "message" || hasMessage {
      guard let member = value?[key] else { continue }
      text += Array(",\"\(key)\":".utf8) + member.jsonBytes()
    }
    return text + Array("}}".utf8)
  }

  /// `notifications/message`.
  private func message(_ json: JSONSlice) -> [UInt8] {
    Array(#"{"jsonrpc":"2.0","method":"notifications/message","params":"#.utf8)
      + [UInt8](json.bytes) + Array("}".utf8)
  }

  private func logLevel(_ json: JSONSlice) -> MCP.LogLevel? {
    guard let value = try? JSONValue(parsing: json.bytes), case .string(let name)? = value["level"]
    else { return nil }
    return MCP.LogLevel.allCases.first { $0.name.description == name }
  }

  /// Sends a message on the call's own stream; the first one makes the answer a stream. METIS_BUSY:
  /// it was taken, but the client reads too slowly.
  func notify(_ call: Call, _ message: [UInt8]) -> Int32 {
    guard case .exchange(let exchange, let isFrame) = call.answerer else { return METIS_OK }
    let line = Framing.oneLine(message)
    if isFrame { return sendFrame(exchange, line) }
    if !call.isStreaming {
      let code = begin(exchange, session: nil)
      guard code == METIS_OK else { return code }
      call.isStreaming = true
    }
    return sendEvent(exchange, line)
  }

  // MARK: Streams of sessions

  /// GET: the stream that messages outside a call go to. A second one replaces the first.
  func openStream(_ exchange: UInt64, _ session: Session) {
    guard begin(exchange, session: session) == METIS_OK else { return }
    open[exchange] = .stream(session)
    let old = session.attach(SessionStream(loop: self, exchange: exchange, isFrame: false))
    if let old { old.loop.post(.finish(exchange: old.exchange)) }
    nextKeepAlive = min(nextKeepAlive, now &+ Loop.keepAliveInterval)
    // The head alone may wait in a proxy: a comment makes the stream visible.
    _ = sendParts(exchange, ": open\n\n")
    // Another loop may have ended the session since it was found: nobody else would end this.
    if !core.sessions.isLive(session) { finishStream(exchange) }
  }

  /// Sends a whole JSON-RPC message on a stream or a framed connection.
  func notify(_ exchange: UInt64, _ message: [UInt8]) {
    let line = Framing.oneLine(message)
    if connections[exchange] != nil {
      _ = sendFrame(exchange, line)
    } else if case .stream? = open[exchange] {
      _ = sendEvent(exchange, line)
    }
  }

  /// Ends a stream in order.
  func finishStream(_ exchange: UInt64) {
    guard case .stream(let session)? = open.removeValue(forKey: exchange) else { return }
    session.detach(exchange, of: self)
    _ = door.table.pointee.finish(door.instance, exchange)
  }

  /// Ends every stream of a session in order.
  func finishStreams() {
    for (exchange, kind) in open {
      if case .stream = kind { finishStream(exchange) }
    }
  }

  /// Sends a comment on every open stream.
  func keepStreamsAlive(_ now: UInt64) {
    var hasStreams = false
    for (exchange, kind) in open {
      guard case .stream = kind else { continue }
      hasStreams = true
      _ = sendParts(exchange, ": keep-alive\n\n")
    }
    nextKeepAlive = hasStreams ? now &+ Loop.keepAliveInterval : .max
  }

  // MARK: Bytes

  private func begin(_ exchange: UInt64, session: Session?) -> Int32 {
    fields[0] = metis_field_v1(
      name: metis_slice_v1("content-type"), value: metis_slice_v1("text/event-stream"))
    fields[1] = metis_field_v1(
      name: metis_slice_v1("cache-control"), value: metis_slice_v1("no-cache, no-transform"))
    fields[2] = metis_field_v1(
      name: metis_slice_v1("x-accel-buffering"), value: metis_slice_v1("no"))
    var head = metis_response_v1()
    head.size = UInt32(MemoryLayout<metis_response_v1>.size)
    head.status = 200
    head.fields = UnsafePointer(fields)
    head.field_count = 3
    return door.table.pointee.begin(door.instance, exchange, &head)
  }

  private func sendEvent(_ exchange: UInt64, _ line: [UInt8]) -> Int32 {
    line.withSlice { text in
      parts[0] = metis_slice_v1("event: message\ndata: ")
      parts[1] = text
      parts[2] = metis_slice_v1("\n\n")
      return door.table.pointee.send(door.instance, exchange, parts, 3)
    }
  }

  private func sendFrame(_ connection: UInt64, _ line: [UInt8]) -> Int32 {
    line.withUnsafeBytes { bytes in
      parts[0] = metis_slice_v1(bytes)
      send(.exchange(connection, isFrame: true), status: 200, partCount: 1)
      return METIS_OK
    }
  }

  private func sendParts(_ exchange: UInt64, _ text: StaticString) -> Int32 {
    parts[0] = metis_slice_v1(text)
    return door.table.pointee.send(door.instance, exchange, parts, 1)
  }
}

/// One message, one line: frames of stdio and `data:` of event streams end at a line break.
enum Framing {
  /// Line breaks of valid JSON stand only between tokens, where a space means the same.
  static func oneLine(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return text }
    return text.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
  }
}
