/// Who hears of what: the sessions of the handshake era and every open `subscriptions/listen`.
///
/// An event goes to exactly those that asked, once to each, on one stream.
final class Subscriptions: @unchecked Sendable {
  /// How many `subscriptions/listen` may be open at once.
  static let maximumListens = 20_000

  /// Who asked, with their places in the order in which they joined.
  private typealias Members = [ObjectIdentifier: (place: UInt64, subscriber: Subscriber)]

  private struct State {
    /// Of all: sessions, and listens by their filters.
    var tools = Members()
    var prompts = Members()
    var resources = Members()
    var uris: [String: Members] = [:]
    var tasks: [String: Members] = [:]
    var listens = 0
    var joined: UInt64 = 0
  }

  private let state = Locked<State>(State())

  /// Tells everybody who asked, in the order in which they did. [any-thread]
  func publish(_ event: ChangeEvent) {
    let members: Members? = state.withLock { state in
      switch event {
      case .toolsListChanged: state.tools
      case .promptsListChanged: state.prompts
      case .resourcesListChanged: state.resources
      case .resourceUpdated(let uri): state.uris[uri]
      case .task(let id, _): state.tasks[id]
      case .message: nil
      }
    }
    guard let members else { return }
    for member in members.values.sorted(by: { $0.place < $1.place }) {
      member.subscriber.offer(event)
    }
  }

  /// How many `subscriptions/listen` are open.
  var listenCount: Int { state.withLock { $0.listens } }

  /// How many sessions hear of changed lists, those of listens not counted.
  var sessionCount: Int {
    state.withLock { $0.tools.values.count { $0.subscriber.subscription == nil } }
  }

  /// How many URIs somebody listens for.
  var uriCount: Int { state.withLock { $0.uris.count } }

  // MARK: Sessions

  /// A session hears of changed lists from now on.
  func join(session subscriber: Subscriber) {
    let key = ObjectIdentifier(subscriber)
    state.withLock { state in
      state.joined += 1
      let member = (state.joined, subscriber)
      state.tools[key] = member
      state.prompts[key] = member
      state.resources[key] = member
    }
  }

  /// A session has ended; `uris` are those it had subscribed to.
  func leave(session subscriber: Subscriber, uris: some Sequence<String>) {
    let key = ObjectIdentifier(subscriber)
    state.withLock { state in
      state.tools[key] = nil
      state.prompts[key] = nil
      state.resources[key] = nil
      for uri in uris { Subscriptions.remove(key, uri, &state.uris) }
    }
  }

  /// `resources/subscribe`.
  func subscribe(_ subscriber: Subscriber, _ uri: String) {
    let key = ObjectIdentifier(subscriber)
    state.withLock { state in
      guard state.uris[uri]?[key] == nil else { return }
      state.joined += 1
      state.uris[uri, default: [:]][key] = (state.joined, subscriber)
    }
  }

  /// `resources/unsubscribe`.
  func unsubscribe(_ subscriber: Subscriber, _ uri: String) {
    state.withLock { Subscriptions.remove(ObjectIdentifier(subscriber), uri, &$0.uris) }
  }

  // MARK: Listens

  /// Opens a `subscriptions/listen`; false at ``maximumListens``.
  func join(listen subscriber: Subscriber) -> Bool {
    let key = ObjectIdentifier(subscriber)
    let interests = subscriber.interests
    return state.withLock { state in
      guard state.listens < Subscriptions.maximumListens else { return false }
      state.listens += 1
      state.joined += 1
      let member = (state.joined, subscriber)
      if interests.tools { state.tools[key] = member }
      if interests.prompts { state.prompts[key] = member }
      if interests.resources { state.resources[key] = member }
      for uri in interests.uris { state.uris[uri, default: [:]][key] = member }
      for task in interests.tasks { state.tasks[task, default: [:]][key] = member }
      return true
    }
  }

  /// Ends a `subscriptions/listen`; once for each that was opened.
  func leave(listen subscriber: Subscriber) {
    let key = ObjectIdentifier(subscriber)
    let interests = subscriber.interests
    state.withLock { state in
      state.listens -= 1
      if interests.tools { state.tools[key] = nil }
      if interests.prompts { state.prompts[key] = nil }
      if interests.resources { state.resources[key] = nil }
      for uri in interests.uris { Subscriptions.remove(key, uri, &state.uris) }
      for task in interests.tasks { Subscriptions.remove(key, task, &state.tasks) }
    }
  }

  private static func remove(
    _ key: ObjectIdentifier, _ name: String, _ table: inout [String: Members]
  ) {
    table[name]?[key] = nil
    if table[name]?.isEmpty == true { table[name] = nil }
  }
}
