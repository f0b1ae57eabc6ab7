import MCP
import MetisPluginAPI

/// From a stream to the transport, and back-pressure the other way.
extension Loop {
  // MARK: Writing

  /// Adds a message and sends what the transport takes. METIS_OK, METIS_BUSY (taken, the reader is
  /// behind) or METIS_LIMIT (refused).
  @discardableResult
  func put(
    _ stream: MessageStream, _ content: MessageStream.Content, isAnswer: Bool = false
  ) -> Int32 {
    // The event that begins a stream is not what the strategy has handed over.
    let part = isAnswer ? nil : charge.take()
    switch stream.append(content, charge: part, isAnswer: isAnswer, on: self) {
    case .pump: pump(stream)
    case .waits: break
    case .refused(let code):
      part?.release()
      // Nobody reads any more: that is no fault of who writes.
      return code == METIS_LATE ? METIS_OK : code
    }
    return stream.isBusy ? METIS_BUSY : METIS_OK
  }

  /// Nothing follows on a stream.
  func end(_ stream: MessageStream) {
    if case .pump = stream.finish(now, on: self) { pump(stream) }
  }

  private func pump(_ stream: MessageStream) {
    guard let reader = stream.currentReader else { return }
    pump(stream, reader.exchange)
  }

  /// Sends until the transport has enough. [loop-thread]
  func pump(_ stream: MessageStream, _ exchange: UInt64) {
    while true {
      switch stream.step(exchange, of: self) {
      case .rest: return
      case .end:
        streams.removeValue(forKey: exchange)
        if case .reader? = open[exchange] { open.removeValue(forKey: exchange) }
        _ = door.table.pointee.finish(door.instance, exchange)
        return
      case .send(let number, let content):
        let code = transmit(stream, exchange, number, content)
        if !stream.sent(number, code, exchange, of: self) {
          if stream.isBusy { fallBehind(stream, exchange) }
          return
        }
      }
    }
  }

  private func transmit(
    _ stream: MessageStream, _ exchange: UInt64, _ number: Int, _ content: MessageStream.Content
  ) -> Int32 {
    let table = door.table.pointee
    switch (stream.form, content) {
    case (.frame, .message(let text)):
      return text.withSlice { sendFrame(exchange, $0) }
    case (.event, .message(let text)):
      var prefix = stream.number.map { "id: \($0)-\(number)\nevent: message\ndata: " } ?? Loop.event
      return prefix.withUTF8 { prefix in
        text.withSlice { text in
          parts[0] = metis_slice_v1(UnsafeRawBufferPointer(prefix))
          parts[1] = text
          parts[2] = metis_slice_v1("\n\n")
          return table.send(door.instance, exchange, parts, 3)
        }
      }
    case (.event, .priming(let retryMs)):
      let retry = retryMs.map { "retry: \($0)\n" } ?? ""
      return "id: \(stream.number ?? 0)-\(number)\n\(retry)data: \n\n".withSlice { text in
        parts[0] = text
        return table.send(door.instance, exchange, parts, 1)
      }
    case (.frame, .priming): return METIS_OK
    }
  }

  private static let event = "event: message\ndata: "

  /// Sends a comment on an event stream whose reader is not behind.
  func comment(_ text: String, _ stream: MessageStream, _ exchange: UInt64) {
    let code = ": \(text)\n\n".withSlice { text in
      parts[0] = text
      return door.table.pointee.send(door.instance, exchange, parts, 1)
    }
    if code == METIS_BUSY || code == METIS_LIMIT, stream.pause(exchange, of: self) {
      fallBehind(stream, exchange)
    }
  }

  /// Sends one frame, past every queue.
  func sendFrame(_ connection: UInt64, _ text: metis_slice_v1) -> Int32 {
    parts[0] = text
    return respond(connection, status: 200, partCount: 1)
  }

  // MARK: Back-pressure

  private func fallBehind(_ stream: MessageStream, _ exchange: UInt64) {
    stream.pausedAt = now
    behind[exchange] = stream
    care(at: stream.pausedAt &+ settings.stallLimit)
  }

  /// The transport takes messages again.
  func resumeStream(_ exchange: UInt64) {
    guard let stream = streams[exchange] ?? connections[exchange]?.stream,
      stream.resume(exchange, of: self)
    else { return }
    behind.removeValue(forKey: exchange)
    pump(stream, exchange)
    for flow in stream.takeWaiters() { flow.resume()?() }
    for subscriber in stream.told { tell(subscriber, exchange) }
  }

  /// The transport has pushed back on a connection that was written to past its queue.
  func pauseConnection(_ connection: Connection) {
    if connection.stream.pause(connection.exchange, of: self) {
      fallBehind(connection.stream, connection.exchange)
    }
  }

  // MARK: Time

  func care(at time: UInt64) { nextCare = min(nextCare, time) }

  /// Streams get comments before somebody between drops them.
  func expectKeepAlive() {
    guard let interval = settings.keepAlive, nextKeepAlive == .max else { return }
    nextKeepAlive = now &+ interval
    care(at: nextKeepAlive)
  }

  /// Comments on silent streams, the end of streams that nobody reads, and of connections that are
  /// idle while the door drains.
  func careForStreams(_ now: UInt64) {
    nextCare = .max
    if nextKeepAlive <= now {
      nextKeepAlive = .max
      for (exchange, stream) in streams where !stream.isBusy {
        comment("keep-alive", stream, exchange)
      }
      for (exchange, connection) in connections
      where connection.transport == .sse && !connection.stream.isBusy {
        comment("keep-alive", connection.stream, exchange)
      }
      let isNeeded = !streams.isEmpty || connections.values.contains { $0.transport == .sse }
      if isNeeded { expectKeepAlive() }
    }
    if nextKeepAlive != .max { care(at: nextKeepAlive) }
    for (exchange, stream) in behind {
      if now &- stream.pausedAt < settings.stallLimit {
        care(at: stream.pausedAt &+ settings.stallLimit)
      } else {
        stalled(stream, exchange)
      }
    }
    if isDraining { endIdleConnections() }
  }

  /// A reader has left its stream full for too long.
  private func stalled(_ stream: MessageStream, _ exchange: UInt64) {
    if connections[exchange]?.transport == .stdio {
      // The one peer: it is waited for. What it did not read is bounded.
      stream.pausedAt = now
      return care(at: now &+ settings.stallLimit)
    }
    let seconds = settings.stallLimit / 1_000_000_000
    core.log(
      .warn,
      "A client did not read its stream for \(seconds) s (stall_timeout_sec); the stream is closed")
    behind.removeValue(forKey: exchange)
    if stream.form == .event {
      comment("closed: the stream was not read for \(seconds) s", stream, exchange)
    }
    behind.removeValue(forKey: exchange)
    _ = door.table.pointee.finish(door.instance, exchange)
    vanish(exchange)
  }

  // MARK: Beginning and end

  /// Sends the head of an event stream.
  func beginEvents(_ exchange: UInt64) -> Int32 {
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
    let code = door.table.pointee.begin(door.instance, exchange, &head)
    if code == METIS_OK { expectKeepAlive() }
    return code
  }

  /// Makes the answer of an exchange an event stream; nil where its client is gone.
  func beginAnswering(
    _ exchange: UInt64, _ session: Session?, retryMs: Int? = nil
  ) -> MessageStream? {
    guard beginEvents(exchange) == METIS_OK else { return nil }
    let canResume = session?.canResume == true && settings.window.isOpen
    let stream =
      canResume ? session!.streams.make(settings.window) : MessageStream(.event)
    read(stream, by: exchange)
    answering[exchange] = stream
    if let session { prime(stream, session, retryMs) }
    return stream
  }

  /// The event that gives a client an id before the first message; false where it gets none.
  @discardableResult
  func prime(_ stream: MessageStream, _ session: Session, _ retryMs: Int? = nil) -> Bool {
    guard session.canResume, settings.window.isOpen,
      TransportTraits.of(session.revision).hasPolling, settings.isPriming || retryMs != nil
    else { return false }
    put(stream, .priming(retryMs: retryMs ?? settings.retryMs), isAnswer: true)
    return true
  }

  /// An exchange of this loop reads a stream from now on.
  func read(_ stream: MessageStream, by exchange: UInt64) {
    var old: StreamReader?
    _ = stream.attach(StreamReader(loop: self, exchange: exchange), after: nil, old: &old)
    streams[exchange] = stream
    if let old { old.loop.post(.finish(exchange: old.exchange)) }
  }

  /// A call ends without an answer on its stream, or its answer has ended it.
  func endAnswering(_ call: Call) {
    guard case .exchange(let exchange, isFrame: false) = call.answerer,
      let stream = answering.removeValue(forKey: exchange)
    else { return }
    end(stream)
  }

  /// Ends the exchange of a reader in order; the stream itself may go on.
  func finishStream(_ exchange: UInt64) {
    guard let stream = streams.removeValue(forKey: exchange) else { return }
    let waiters = leave(stream, exchange)
    if case .reader? = open[exchange] { open.removeValue(forKey: exchange) }
    _ = door.table.pointee.finish(door.instance, exchange)
    for flow in waiters { flow.resume()?() }
  }

  /// Forgets a reader; returns who waited for it.
  func leave(_ stream: MessageStream, _ exchange: UInt64) -> [Flow] {
    behind.removeValue(forKey: exchange)
    for subscriber in stream.told { subscriber.detach(exchange, of: self) }
    return stream.detach(exchange, of: self)
  }

  /// The peer of an exchange or a connection is gone.
  func vanish(_ exchange: UInt64) {
    // Told at the end: a strategy of the stateless era learns of its cancellation first.
    var waiters: [Flow] = []
    defer { for flow in waiters { flow.resume()?() } }
    if let connection = connections.removeValue(forKey: exchange) {
      waiters = leave(connection.stream, exchange)
      end(connection)
    }
    if let stream = streams.removeValue(forKey: exchange) { waiters = leave(stream, exchange) }
    switch open.removeValue(forKey: exchange) {
    case .call(let token) where isStateless(token): peerVanished(token)
    // A client of the handshake era that hangs up has not cancelled: the call goes on, and what it
    // says waits in its stream where it has one.
    case .call, .reader: break
    case .listen(let subscriber): core.subscriptions.leave(listen: subscriber)
    case .admin, nil: break
    }
  }

  private func isStateless(_ token: UInt64) -> Bool {
    CallDirectory.find(token)?._withUnsafeGuaranteedRef {
      RevisionTraits.isStateless($0.revision)
    } ?? true
  }

  /// A connection is gone: its calls are cancelled, its subscriptions end.
  private func end(_ connection: Connection) {
    let exchange = connection.exchange
    // Not by the session: a request whose id was in use is not known to it.
    for token in calls.openTokens where isAnswered(token, by: exchange) { peerVanished(token) }
    batches = batches.filter { !$0.value.isFrame || $0.value.exchange != exchange }
    for subscriber in connection.listens { core.subscriptions.leave(listen: subscriber) }
    connection.listens = []
    if let session = connection.session { core.forget(session) }
    if let id = connection.postID { core.postBoxes.remove(id) }
  }

  private func isAnswered(_ token: UInt64, by connection: UInt64) -> Bool {
    CallDirectory.find(token)?._withUnsafeGuaranteedRef { call in
      switch call.answerer {
      case .exchange(connection, isFrame: true): true
      case .batch(let number, _):
        batches[number].map { $0.isFrame && $0.exchange == connection } ?? false
      default: false
      }
    } ?? false
  }

  // MARK: The end of the door

  /// The door drains: streams that have no end of their own end in order, their clients come again.
  func drainStreams() {
    isDraining = true
    endListens()
    for (exchange, kind) in open {
      if case .reader = kind { finishStream(exchange) }
    }
    endIdleConnections()
  }

  /// Connections without a call under way end; the others are looked after again.
  private func endIdleConnections() {
    for (exchange, connection) in connections where connection.transport != .stdio {
      if connection.tokens.isEmpty {
        _ = door.table.pointee.finish(door.instance, exchange)
        vanish(exchange)
      } else {
        care(at: now &+ 50_000_000)
      }
    }
  }
}
