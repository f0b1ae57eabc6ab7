import JSONRPC
import MCP
import MetisPluginAPI

/// `subscriptions/listen` of 2026-07-28, and everybody else who is told of events.
extension Loop {
  /// Opens a subscription: the request stays open, its first message says what is granted.
  func listen(_ request: Request) throws(MCPError) {
    guard let object = request.parameters.pointee.notifications else {
      throw .invalidParams("params.notifications is missing; expected an object")
    }
    let granted = granted(try SubscriptionFilter(object), request)
    let id = [UInt8](request.id)
    let subscriber = Subscriber(subscription: id, interests: Subscriber.Interests(granted))
    switch request.answerer {
    case .exchange(let exchange, isFrame: false):
      try join(subscriber)
      guard beginEvents(exchange) == METIS_OK else {
        return core.subscriptions.leave(listen: subscriber)
      }
      let stream = MessageStream(.event)
      read(stream, by: exchange)
      open[exchange] = .listen(subscriber)
      begin(subscriber, stream, exchange, granted)
    case .exchange(let exchange, isFrame: true):
      guard let connection = connections[exchange] else { return }
      guard !connection.listens.contains(where: { $0.isListen(id) }) else {
        throw .invalidRequest("The id of an open subscriptions/listen is in use")
      }
      guard connection.listens.count < Connection.maximumListens else {
        throw .internalError(
          "Too many subscriptions on this connection: \(Connection.maximumListens) is the limit; "
            + "notifications/cancelled ends one")
      }
      try join(subscriber)
      connection.listens.append(subscriber)
      begin(subscriber, connection.stream, exchange, granted)
    case .strategy, .task, .batch:
      throw .invalidRequest("subscriptions/listen is a request of its own")
    }
  }

  private func join(_ subscriber: Subscriber) throws(MCPError) {
    guard core.subscriptions.join(listen: subscriber) else {
      throw .internalError(
        "Too many open subscriptions: \(Subscriptions.maximumListens) is the limit")
    }
  }

  private func begin(
    _ subscriber: Subscriber, _ stream: MessageStream, _ exchange: UInt64,
    _ granted: SubscriptionFilter
  ) {
    put(
      stream,
      .message(SubscriptionMessages.acknowledged(subscriber.subscription ?? [], granted)),
      isAnswer: true)
    attach(subscriber, stream, exchange)
  }

  /// What a client gets of what it asks for.
  private func granted(_ asked: SubscriptionFilter, _ request: Request) -> SubscriptionFilter {
    var granted = asked
    // An id alone that leaked gives nobody else the task.
    let owner = Principal.id(request.principal)
    granted.tasks = asked.tasks?.filter { !core.tasks.isForeign($0, to: owner) }
    granted.tools = asked.tools && settings.tools
    granted.prompts = asked.prompts && settings.prompts
    granted.resources = asked.resources && settings.resources
    if !settings.subscribe { granted.uris = nil }
    return granted
  }

  /// Events for `subscriber` go to a stream, where it is read here still.
  func attach(_ subscriber: Subscriber, _ stream: MessageStream, _ exchange: UInt64) {
    stream.tell(subscriber, StreamReader(loop: self, exchange: exchange))
  }

  /// Puts waiting events into the stream as far as its reader takes them.
  func tell(_ subscriber: Subscriber, _ exchange: UInt64) {
    subscriber.noted()
    guard let stream = streams[exchange] ?? connections[exchange]?.stream else { return }
    // Where another loop has taken the stream over, that one tells.
    while stream.takes(from: exchange, of: self), let event = subscriber.take() {
      guard settings.offers(event) else { continue }
      put(
        stream, .message(Framing.oneLine(event.notification(subscriber.subscription))),
        isAnswer: true)
    }
  }

  /// The client cancels a subscription of its connection; false where `id` is none of them.
  func endListen(_ connection: Connection, _ id: UnsafeRawBufferPointer) -> Bool {
    let bytes = [UInt8](id)
    guard let place = connection.listens.firstIndex(where: { $0.isListen(bytes) }) else {
      return false
    }
    let subscriber = connection.listens.remove(at: place)
    core.subscriptions.leave(listen: subscriber)
    subscriber.detach(connection.exchange, of: self)
    connection.stream.removeSubscribers { $0 === subscriber }
    return true
  }

  /// Ends every subscription in order: each request is answered.
  func endListens() {
    for (exchange, kind) in open {
      guard case .listen(let subscriber) = kind, let stream = streams[exchange] else { continue }
      open.removeValue(forKey: exchange)
      tell(subscriber, exchange)
      core.subscriptions.leave(listen: subscriber)
      put(stream, .message(ended(subscriber)), isAnswer: true)
      end(stream)
    }
    for (exchange, connection) in connections {
      for subscriber in connection.listens {
        tell(subscriber, exchange)
        core.subscriptions.leave(listen: subscriber)
        subscriber.detach(exchange, of: self)
        put(connection.stream, .message(ended(subscriber)), isAnswer: true)
        // All subscriptions share the channel; a client that waits for this one has it as well.
        put(
          connection.stream,
          .message(SubscriptionMessages.cancelled(subscriber.subscription ?? [])), isAnswer: true)
      }
      connection.stream.removeSubscribers { $0.subscription != nil }
      connection.listens = []
    }
  }

  private func ended(_ subscriber: Subscriber) -> [UInt8] {
    let encoded = snapshot._withUnsafeGuaranteedRef { $0.encoded }
    return SubscriptionMessages.ended(
      subscriber.subscription ?? [], serverInfo: encoded.serverInfoMember)
  }
}

extension Subscriber {
  /// Whether it is the `subscriptions/listen` with this id, compared by value.
  fileprivate func isListen(_ id: [UInt8]) -> Bool {
    guard let subscription else { return false }
    if subscription == id { return true }
    let mine = subscription.withUnsafeBytes { RequestID(json: $0) }
    return mine != nil && mine == id.withUnsafeBytes { RequestID(json: $0) }
  }
}

extension Subscriber.Interests {
  fileprivate init(_ granted: SubscriptionFilter) {
    self.init(
      tools: granted.tools, prompts: granted.prompts, resources: granted.resources,
      uris: granted.uris ?? [], tasks: granted.tasks ?? [])
  }
}
