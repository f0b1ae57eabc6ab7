/// The key-value store behind `metis.host.state/1`: for each plugin one store of its own and one
/// for each session. It is keyed by the plugin's id and so survives swaps.
final class StateStore: Sendable {
  /// What an operation may not do, by the words of the ABI.
  enum Refusal: Error, Equatable, Sendable {
    /// Empty or longer than 256 bytes; or `add` on what is not a whole number.
    case invalid
    /// A value, the count of keys or all values together would become too large, or a sum
    /// would leave Int64.
    case limit
  }

  /// Bounds for one plugin, over all its sessions.
  struct Limits: Sendable {
    /// Bytes of a key.
    var key = 256
    /// Bytes of a value.
    var value = 1 << 20
    var keys = 10_000
    /// Bytes of all keys and values: without it the two bounds above allow 10 GB.
    var bytes = 256 << 20
  }

  private let limits: Limits
  private let plugins = Locked<[String: PluginState]>([:])

  init(limits: Limits = Limits()) { self.limits = limits }

  /// The state of plugin `id`: the same for all its generations.
  func state(ofPlugin id: String) -> PluginState {
    plugins.withLock { plugins in
      if let state = plugins[id] { return state }
      let state = PluginState(limits: limits)
      plugins[id] = state
      return state
    }
  }

  /// Drops what all plugins keep for a session that has ended.
  func endSession(_ key: String) {
    for state in plugins.withLock({ Array($0.values) }) { state.endSession(key) }
  }

  /// Drops all state of all plugins.
  func removeAll() {
    for state in plugins.withLock({ Array($0.values) }) { state.removeAll() }
  }

  /// Drops all state of a plugin that was removed for good.
  func remove(plugin id: String) {
    plugins.withLock { $0[id] }?.removeAll()
  }
}

/// The state of one plugin. All functions are safe from every thread.
final class PluginState: Sendable {
  /// Whose values: the plugin's (nil) or those of a session by its key.
  typealias Session = String?

  private struct Content {
    var stores: [Session: [[UInt8]: [UInt8]]] = [:]
    var keys = 0
    var bytes = 0
  }

  private let limits: StateStore.Limits
  private let content = Locked(Content())

  init(limits: StateStore.Limits) { self.limits = limits }

  /// The value of `key`, or nil.
  func value(_ key: [UInt8], session: Session) throws(StateStore.Refusal) -> [UInt8]? {
    try check(key)
    return content.withLock { $0.stores[session]?[key] }
  }

  /// Sets a value; an empty one removes the key.
  func set(
    _ key: [UInt8], to value: [UInt8], session: Session
  ) throws(StateStore.Refusal) {
    try check(key)
    try content.withLock { (content) throws(StateStore.Refusal) in
      try replace(key, with: value, session, &content)
    }
  }

  /// Adds to a whole number in decimal digits (absent: 0) and returns the new value.
  func add(
    _ delta: Int64, to key: [UInt8], session: Session
  ) throws(StateStore.Refusal) -> Int64 {
    try check(key)
    return try content.withLock { (content) throws(StateStore.Refusal) in
      var number: Int64 = 0
      if let text = content.stores[session]?[key] {
        guard let old = Int64(String(decoding: text, as: UTF8.self)) else { throw .invalid }
        number = old
      }
      let (sum, overflow) = number.addingReportingOverflow(delta)
      if overflow { throw .limit }
      try replace(key, with: Array("\(sum)".utf8), session, &content)
      return sum
    }
  }

  /// How many keys there are, over all sessions.
  var count: Int { content.withLock { $0.keys } }

  fileprivate func endSession(_ key: String) {
    content.withLock { content in
      guard let store = content.stores.removeValue(forKey: key) else { return }
      content.keys -= store.count
      for (key, value) in store { content.bytes -= key.count + value.count }
    }
  }

  fileprivate func removeAll() { content.withLock { $0 = Content() } }

  private func check(_ key: [UInt8]) throws(StateStore.Refusal) {
    guard !key.isEmpty, key.count <= limits.key else { throw .invalid }
  }

  private func replace(
    _ key: [UInt8], with value: [UInt8], _ session: Session, _ content: inout Content
  ) throws(StateStore.Refusal) {
    let old = content.stores[session]?[key]
    if value.isEmpty {
      guard let old else { return }
      content.stores[session]?[key] = nil
      if content.stores[session]?.isEmpty == true { content.stores[session] = nil }
      content.keys -= 1
      content.bytes -= key.count + old.count
      return
    }
    let bytes = content.bytes + value.count - (old?.count ?? -key.count)
    guard value.count <= limits.value, bytes <= limits.bytes,
      old != nil || content.keys < limits.keys
    else { throw .limit }
    content.stores[session, default: [:]][key] = value
    content.bytes = bytes
    if old == nil { content.keys += 1 }
  }
}
