import MetisPluginAPI

// metis.host.timer/1, metis.host.state/1 and metis.host.secret/1.
extension ServiceTables {
  static var timerTable: metis_host_timer_v1 {
    metis_host_timer_v1(
      size: size(metis_host_timer_v1.self), reserved: 0,
      after: { host, delay, callback, user in
        guard let callback else { return 0 }
        return host?.withContext { context in
          context.services.timers.after(
            delay, owner: context.timerOwner, .function(callback, user))
        }?.flatMap { $0 } ?? 0
      },
      cancel: { host, timer in
        host?.withContext { context -> Int32 in
          switch context.services.timers.cancel(timer, owner: context.timerOwner) {
          case .cancelled: METIS_OK
          case .late: METIS_LATE
          }
        } ?? METIS_LATE
      })
  }

  static var stateTable: metis_host_state_v1 {
    metis_host_state_v1(
      size: size(metis_host_state_v1.self), reserved: 0,
      get: { host, scope, call, key, sink in
        guard let host, let sink, sink.isUsable else { return METIS_INVALID }
        return host.withContext { context in
          ServiceTables.withSession(context, scope, call) {
            (session) throws(StateStore.Refusal) -> Int32 in
            let key = try ServiceTables.stateKey(key)
            guard let value = try context.state.value(key, session: session) else {
              return METIS_NOT_FOUND
            }
            return value.withUnsafeBytes { sink.write($0) }
          }
        } ?? METIS_LATE
      },
      set: { host, scope, call, key, value in
        guard let host else { return METIS_INVALID }
        return host.withContext { context in
          ServiceTables.withSession(context, scope, call) {
            (session) throws(StateStore.Refusal) -> Int32 in
            let key = try ServiceTables.stateKey(key)
            guard let value = value.checkedBytes else { throw .invalid }
            guard value.count <= 1 << 20 else { throw .limit }
            try context.state.set(key, to: Array(value), session: session)
            return METIS_OK
          }
        } ?? METIS_LATE
      },
      add: { host, scope, call, key, delta, result in
        guard let host else { return METIS_INVALID }
        return host.withContext { context in
          ServiceTables.withSession(context, scope, call) {
            (session) throws(StateStore.Refusal) -> Int32 in
            let key = try ServiceTables.stateKey(key)
            let sum = try context.state.add(delta, to: key, session: session)
            result?.pointee = sum
            return METIS_OK
          }
        } ?? METIS_LATE
      })
  }

  /// The key's bytes, copied only where their count allows it.
  private static func stateKey(_ key: metis_slice_v1) throws(StateStore.Refusal) -> [UInt8] {
    guard let bytes = key.checkedBytes, bytes.count <= 256 else { throw .invalid }
    return Array(bytes)
  }

  /// Finds the store of a scope and gives the ABI's code for a refusal.
  private static func withSession(
    _ context: PluginContext, _ scope: UInt32, _ call: UInt64,
    _ body: (PluginState.Session) throws(StateStore.Refusal) -> Int32
  ) -> Int32 {
    var session: PluginState.Session = nil
    switch scope {
    case METIS_SCOPE_PLUGIN: break
    case METIS_SCOPE_SESSION:
      guard let hooks = context.services.hooks else { return METIS_UNSUPPORTED }
      guard call != 0 else { return METIS_INVALID }
      guard let key = hooks.sessionKey(call: call) else { return METIS_LATE }
      session = key
    default: return METIS_INVALID
    }
    do throws(StateStore.Refusal) {
      return try body(session)
    } catch {
      switch error {
      case .invalid: return METIS_INVALID
      case .limit: return METIS_LIMIT
      }
    }
  }

  static var secretTable: metis_host_secret_v1 {
    metis_host_secret_v1(
      size: size(metis_host_secret_v1.self), reserved: 0,
      get: { host, name, sink in
        guard let host, let sink, sink.isUsable else { return METIS_INVALID }
        return host.withContext { context -> Int32 in
          guard context.grants.contains("secrets") else { return METIS_DENIED }
          guard let name = name.checkedText(limit: 1 << 10) else { return METIS_INVALID }
          guard let secret = context.secret(name) else { return METIS_NOT_FOUND }
          return secret.withUnsafeBytes { sink.write($0) }
        } ?? METIS_LATE
      })
  }
}
