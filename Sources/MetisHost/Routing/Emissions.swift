import JSON
import MCP
import MetisPluginAPI

/// What goes out before an answer: the emissions of a call.
extension Loop {
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
      guard !call.progressToken.isEmpty, call.hasReader else { return METIS_OK }
      return notify(call, progress(call, json))
    case METIS_EMIT_LOG:
      guard call.hasReader, let wanted = wantedLevel(call) else { return METIS_OK }
      guard let level = logLevel(json) else { return METIS_INVALID }
      return level < wanted ? METIS_OK : notify(call, message(json))
    case METIS_EMIT_TASK: return becomeTask(call, json)
    case METIS_EMIT_CLOSE_STREAM: return closeStream(call, json)
    case METIS_EMIT_DISCONNECT: return disconnect(call)
    case METIS_EMIT_NOTIFICATION: return notify(call, json)
    default: return METIS_UNSUPPORTED
    }
  }

  /// The same, from another thread. `sent` is given back once the transport has it.
  func emitPosted(_ token: UInt64, _ kind: UInt32, _ json: [UInt8], _ sent: FlowCharge) {
    charge = sent
    defer {
      charge?.release()
      charge = nil
    }
    guard let opened = CallDirectory.find(token) else { return }
    opened._withUnsafeGuaranteedRef { call in
      // Ended is open enough: what was emitted before the end goes out before the answer.
      guard !call.isClosed(token) else { return }
      let code = json.withUnsafeBytes { bytes in
        (try? JSONCursor.validate(bytes)).map { emit(call, kind, $0) } ?? METIS_INVALID
      }
      // Content that was promised and does not fit: half of it would be a lie.
      if kind == METIS_EMIT_CONTENT, code == METIS_LIMIT {
        end(opened, token, .failed(.internalError(Endings.tooLarge(call, core.limits.answer))))
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

  /// METIS_EMIT_NOTIFICATION: as it stands, behind the version of JSON-RPC.
  private func notify(_ call: Call, _ json: JSONSlice) -> Int32 {
    guard let value = try? JSONValue(parsing: json.bytes), case .string? = value["method"],
      value["params"].map({ $0.object != nil }) ?? true
    else { return METIS_INVALID }
    guard call.hasReader else { return METIS_OK }
    if value["jsonrpc"] != nil { return notify(call, [UInt8](json.bytes)) }
    return notify(call, Array(#"{"jsonrpc":"2.0","#.utf8) + json.bytes.dropFirst())
  }

  // MARK: Streams of calls

  /// Sends a message on the call's own stream; the first one makes the answer a stream. METIS_BUSY:
  /// it was taken, but the client reads too slowly. METIS_LIMIT: refused, too much waits.
  func notify(_ call: Call, _ message: [UInt8]) -> Int32 {
    guard let stream = openStream(of: call) else { return METIS_OK }
    let code = put(stream, .message(Framing.oneLine(message)))
    if code == METIS_BUSY, let flow = call.lending.withLock({ call.flow }) { stream.await(flow) }
    return code
  }

  /// The stream that a call writes to, where it has one.
  func stream(of call: Call) -> MessageStream? {
    switch call.answerer {
    case .exchange(let connection, isFrame: true): connections[connection]?.stream
    case .exchange(let exchange, isFrame: false): answering[exchange]
    case .batch(let number, _):
      batches[number].flatMap { $0.isFrame ? connections[$0.exchange]?.stream : $0.stream }
    case .strategy, .task: nil
    }
  }

  /// The same, begun where there is none; nil where nobody reads.
  private func openStream(of call: Call, retryMs: Int? = nil) -> MessageStream? {
    if let stream = stream(of: call) { return stream }
    switch call.answerer {
    case .exchange(let exchange, isFrame: false):
      let stream = beginAnswering(exchange, call.session, retryMs: retryMs)
      call.isStreaming = stream != nil
      return stream
    case .batch(let number, _):
      guard let batch = batches[number], !batch.isFrame else { return nil }
      return beginStream(of: batch)
    case .exchange, .strategy, .task: return nil
    }
  }

  /// METIS_EMIT_CLOSE_STREAM: what follows stays in the stream until the client resumes it.
  private func closeStream(_ call: Call, _ json: JSONSlice) -> Int32 {
    guard call.canCloseStream, settings.window.isOpen else { return METIS_UNSUPPORTED }
    let value = try? JSONValue(parsing: json.bytes)
    let retryMs = value?["retryMs"]?.int.map { Int(clamping: max(0, $0)) }
    if value?["retryMs"] != nil, retryMs == nil { return METIS_INVALID }
    let isOpen = call.isStreaming
    guard let stream = openStream(of: call, retryMs: retryMs) else { return METIS_OK }
    if isOpen, let retryMs { _ = put(stream, .priming(retryMs: retryMs)) }
    guard let reader = stream.currentReader else { return METIS_OK }
    if reader.loop === self {
      finishStream(reader.exchange)
    } else {
      reader.loop.post(.finish(exchange: reader.exchange))
    }
    return METIS_OK
  }

  /// METIS_EMIT_DISCONNECT.
  private func disconnect(_ call: Call) -> Int32 {
    let exchange: UInt64
    switch call.answerer {
    case .exchange(let own, _): exchange = own
    case .batch(let number, _):
      guard let batch = batches[number] else { return METIS_OK }
      exchange = batch.exchange
    case .strategy, .task: return METIS_OK
    }
    let stream = stream(of: call)
    let reader = stream?.currentReader ?? StreamReader(loop: self, exchange: exchange)
    guard reader.loop === self else {
      reader.loop.post(.run { $0.cut(reader.exchange) })
      return METIS_OK
    }
    door.table.pointee.abort(door.instance, reader.exchange)
    let waiters = stream?.detach(reader.exchange, of: self) ?? []
    // The strategy is still in its call: what the cut ends, ends after it.
    post(
      .run { loop in
        loop.vanish(reader.exchange)
        for flow in waiters { flow.resume()?() }
      })
    return METIS_OK
  }

  /// Cuts a connection; its exchange is gone.
  func cut(_ exchange: UInt64) {
    door.table.pointee.abort(door.instance, exchange)
    vanish(exchange)
  }
}

extension Call {
  /// Whether its client knows how to come back for the rest of a closed stream. Any thread that
  /// knows the call to be open.
  var canCloseStream: Bool {
    guard case .exchange(_, isFrame: false) = answerer, let session else { return false }
    return session.canResume && TransportTraits.of(session.revision).hasPolling
  }

  /// Whether its client may be sent messages before the answer.
  var hasReader: Bool {
    switch answerer {
    case .exchange, .batch: true
    case .strategy, .task: false
    }
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
