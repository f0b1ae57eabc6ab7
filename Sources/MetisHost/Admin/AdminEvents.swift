import JSON
import MetisPluginAPI

/// What happens in a host, for those who listen at `GET /admin/events`: Server-Sent Events (WHATWG
/// HTML, section 9.2), the last of them kept for those who come again. Any thread.
final class AdminEvents: @unchecked Sendable {
  /// An exchange of the admin door that reads.
  private struct Reader {
    let loop: Loop
    let exchange: UInt64
  }

  private struct State {
    /// Of the latest event.
    var last: UInt64 = 0
    /// The latest, oldest first.
    var kept: [(id: UInt64, text: [UInt8])] = []
    var readers: [Reader] = []
  }

  private let state = Locked(State())

  /// How many events are kept.
  static let capacity = 256
  /// How often a silent stream gets a comment; ns.
  static let keepAliveInterval: UInt64 = 15_000_000_000
  /// How many may listen at once.
  static let greatestReaders = 64

  init() {}

  /// Tells of something.
  func publish(_ type: String, _ data: JSONValue) {
    let json = data.jsonBytes()
    state.withLock { state in
      state.last += 1
      let text = Array("id: \(state.last)\nevent: \(type)\ndata: ".utf8) + json + Array("\n\n".utf8)
      state.kept.append((state.last, text))
      if state.kept.count > Self.capacity { state.kept.removeFirst() }
      send(text, state)
    }
  }

  /// Keeps silent streams alive.
  func keepAlive() {
    state.withLock { send(Array(": keep-alive\n\n".utf8), $0) }
  }

  /// Everything kept that came after the event `after`; nil for nothing.
  func events(after: UInt64?) -> [UInt8] {
    state.withLock { Self.backlog($0, after: after) }
  }

  /// An exchange begins to listen, with what came after the event `after` first. False where too many
  /// do.
  func join(_ loop: Loop, _ exchange: UInt64, after: UInt64?) -> Bool {
    state.withLock { state in
      guard state.readers.count < Self.greatestReaders else { return false }
      state.readers.append(Reader(loop: loop, exchange: exchange))
      let first = Array(": events of this host\n\n".utf8) + Self.backlog(state, after: after)
      // Posted even to the own loop: in one order with what others publish.
      loop.post(.run { [self] in $0.sendEvents(first, to: exchange, of: self) })
      return true
    }
  }

  /// An exchange has ended.
  func leave(_ loop: Loop, _ exchange: UInt64) {
    state.withLock { state in
      state.readers.removeAll { $0.loop === loop && $0.exchange == exchange }
    }
  }

  /// The exchanges of a loop, which do not listen any more.
  func takeReaders(of loop: Loop) -> [UInt64] {
    state.withLock { state in
      let taken = state.readers.filter { $0.loop === loop }.map(\.exchange)
      state.readers.removeAll { $0.loop === loop }
      return taken
    }
  }

  private func send(_ text: [UInt8], _ state: borrowing State) {
    for reader in state.readers {
      let exchange = reader.exchange
      reader.loop.post(.run { [self] in $0.sendEvents(text, to: exchange, of: self) })
    }
  }

  /// With a word about those that are no longer kept.
  private static func backlog(_ state: borrowing State, after: UInt64?) -> [UInt8] {
    guard let after else { return [] }
    // An id of another life of the host says nothing of this one.
    let from = after > state.last ? 0 : after
    var text: [UInt8] = []
    if let first = state.kept.first, from + 1 < first.id {
      text += Array(
        "event: missed\ndata: {\"from\":\(from + 1),\"to\":\(first.id - 1)}\n\n".utf8)
    }
    for event in state.kept where event.id > from { text += event.text }
    return text
  }
}

extension Loop {
  /// Begins a stream of events. [loop-thread]
  func beginEvents(_ exchange: UInt64, _ events: AdminEvents, after: UInt64?) {
    open[exchange] = .admin
    guard events.join(self, exchange, after: after) else {
      let problem = Problem(
        .unavailable, "\(AdminEvents.greatestReaders) listen to events already")
      return answerAdmin(exchange, problem.response(instance: "/admin/events"))
    }
    let code = withResponse(
      [("content-type", "text/event-stream")] + AdminResponse.commonFields, status: 200
    ) { door.table.pointee.begin(door.instance, exchange, $0) }
    if code == METIS_LATE { leaveEvents(exchange, events) }
  }

  /// Sends a piece of the stream. Who reads so slowly that the transport's queue is full is cut off,
  /// and comes again with the id of the last event. [loop-thread]
  func sendEvents(_ text: [UInt8], to exchange: UInt64, of events: AdminEvents) {
    guard case .admin = open[exchange] else { return events.leave(self, exchange) }
    let code = text.withUnsafeBytes { bytes in
      parts[0] = metis_slice_v1(bytes)
      return door.table.pointee.send(door.instance, exchange, parts, 1)
    }
    guard code != METIS_OK, code != METIS_BUSY else { return }
    leaveEvents(exchange, events)
    if code != METIS_LATE { door.table.pointee.abort(door.instance, exchange) }
  }

  /// Ends every stream of events of this loop: somebody takes over, or the host ends. [loop-thread]
  func finishEvents(_ events: AdminEvents) {
    for exchange in events.takeReaders(of: self) where open.removeValue(forKey: exchange) != nil {
      _ = door.table.pointee.finish(door.instance, exchange)
    }
  }

  private func leaveEvents(_ exchange: UInt64, _ events: AdminEvents) {
    open[exchange] = nil
    events.leave(self, exchange)
  }
}
