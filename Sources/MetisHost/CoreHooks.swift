import JSON
import MCP
import MetisPluginAPI

/// What the services of plugins ask of the core. Any thread.
final class CoreHooks: HostServiceHooks, @unchecked Sendable {
  /// Set before the first request.
  weak var host: Host?

  func call(
    from plugin: PluginContext, parent: UInt64, kind: UInt32, target: UnsafeRawBufferPointer,
    arguments: UnsafeRawBufferPointer, done: @escaping metis_call_done_v1,
    user: UnsafeMutableRawPointer?
  ) -> Int32 {
    guard let kind = Target.Kind(rawValue: kind) else { return METIS_INVALID }
    guard let opened = CallDirectory.find(parent) else { return METIS_LATE }
    return opened._withUnsafeGuaranteedRef { call in
      guard call.isOpen(parent), let owner = call.table.owner else { return METIS_LATE }
      return owner._withUnsafeGuaranteedRef { loop in
        guard call.nesting < loop.core.limits.nesting else { return METIS_LIMIT }
        if loop.isCurrent {
          return loop.entered { loop.callInner(call, kind, target, arguments, done, user) }
        }
        // From a worker: the call is opened on its parent's loop.
        loop.post(
          .inner(
            InnerCall(
              parent: parent, kind: kind, target: [UInt8](target), arguments: [UInt8](arguments),
              done: done,
              user: user)))
        return METIS_OK
      }
    }
  }

  func listChanged(kind: UInt32) -> Int32 {
    guard let core = host?.core else { return METIS_UNSUPPORTED }
    switch kind {
    case METIS_KIND_TOOL: core.subscriptions.publish(.toolsListChanged)
    case METIS_KIND_RESOURCE: core.subscriptions.publish(.resourcesListChanged)
    case METIS_KIND_PROMPT: core.subscriptions.publish(.promptsListChanged)
    default: return METIS_INVALID
    }
    return METIS_OK
  }

  func resourceUpdated(uri: String) -> Int32 {
    guard let core = host?.core else { return METIS_UNSUPPORTED }
    core.subscriptions.publish(.resourceUpdated(uri))
    return METIS_OK
  }

  func sessionKey(call token: UInt64) -> String? {
    guard let opened = CallDirectory.find(token) else { return nil }
    return opened._withUnsafeGuaranteedRef { call in
      let isLoop = call.table.owner?._withUnsafeGuaranteedRef { $0.isCurrent } ?? false
      // The loop may end the call meanwhile: what it knows is read while it is open.
      return call.whileOpen(token, isLoop: isLoop) {
        if let session = call.session, !session.id.isEmpty { return "session:" + session.id }
        if let id = Principal.id(call.principal) { return "principal:" + id }
        // Framed connections and clients without a name share one store.
        return "anonymous"
      }
    }
  }

  func findEngine(language: String) -> HeldEngine? {
    guard let host else { return nil }
    let found: UnsafeEngine? = host.control.sync {
      for generation in host.registry.active {
        guard let table = generation.engine, let languages = table.pointee.languages else {
          continue
        }
        for index in 0..<table.pointee.language_count where languages[index].text == language {
          generation.calls.wrappingAdd(1, ordering: .relaxed)
          let token = UInt64(
            UInt(bitPattern: Unmanaged.passRetained(generation).toOpaque()))
          return UnsafeEngine(
            engine: HeldEngine(token: token, table: table, plugin: generation.plugin))
        }
      }
      return nil
    }
    return found?.engine
  }

  func releaseEngine(_ engine: HeldEngine) {
    guard let pointer = UnsafeRawPointer(bitPattern: UInt(engine.token)) else { return }
    let generation = Unmanaged<PluginGeneration>.fromOpaque(pointer).takeRetainedValue()
    generation.calls.wrappingSubtract(1, ordering: .releasing)
  }

  private struct UnsafeEngine: @unchecked Sendable {
    let engine: HeldEngine
  }
}

/// A call of a strategy from another thread than its parent's loop.
final class InnerCall: @unchecked Sendable {
  private let parent: UInt64
  private let kind: Target.Kind
  private let target: [UInt8]
  private let arguments: [UInt8]
  private let done: metis_call_done_v1
  private let user: UnsafeMutableRawPointer?

  init(
    parent: UInt64, kind: Target.Kind, target: [UInt8], arguments: [UInt8],
    done: @escaping metis_call_done_v1, user: UnsafeMutableRawPointer?
  ) {
    self.parent = parent
    self.kind = kind
    self.target = target
    self.arguments = arguments
    self.done = done
    self.user = user
  }

  /// Opens the call. [loop-thread]
  func run(on loop: Loop) {
    guard let opened = CallDirectory.find(parent) else { return fail(METIS_LATE) }
    opened._withUnsafeGuaranteedRef { call in
      guard call.isOpen(parent) else { return fail(METIS_LATE) }
      let code = target.withUnsafeBytes { target in
        arguments.withUnsafeBytes { loop.callInner(call, kind, target, $0, done, user) }
      }
      if code != METIS_OK { fail(code) }
    }
  }

  /// Tells the strategy that nothing comes of it.
  func fail(_ code: Int32) {
    let text = code == METIS_NOT_FOUND ? "no such target" : "the calling call has ended"
    text.withSlice { done(user, -32602, $0) }
  }
}

extension Loop {
  /// Opens a call on behalf of `parent`. [loop-thread]
  func callInner(
    _ parent: Call, _ kind: Target.Kind, _ target: UnsafeRawBufferPointer,
    _ arguments: UnsafeRawBufferPointer,
    _ done: @escaping metis_call_done_v1, _ user: UnsafeMutableRawPointer?
  ) -> Int32 {
    let route: UnsafePointer<Snapshot.Route>?
    var variables: [UInt8] = []
    switch kind {
    case .tool: route = snapshot._withUnsafeGuaranteedRef { $0.route(target) }
    case .prompt: route = snapshot._withUnsafeGuaranteedRef { $0.prompt(target) }
    case .resource:
      let found = snapshot._withUnsafeGuaranteedRef { $0.resource(target) }
      route = found?.route
      variables = found?.arguments ?? []
    }
    guard let route else { return METIS_NOT_FOUND }
    let given = arguments.isEmpty ? metis_slice_v1("{}") : metis_slice_v1(arguments)
    return variables.withSlice { variables in
      callInner(parent, route, target, kind == .resource ? variables : given, done, user)
    }
  }

  private func callInner(
    _ parent: Call, _ route: UnsafePointer<Snapshot.Route>, _ target: UnsafeRawBufferPointer,
    _ arguments: metis_slice_v1, _ done: @escaping metis_call_done_v1,
    _ user: UnsafeMutableRawPointer?
  ) -> Int32 {
    do throws(MCPError) {
      let called = route.pointee.target.takeUnretainedValue()
      var arguments = arguments
      var text: [UInt8] = []
      switch called.kind {
      case .tool:
        if let failure = inputFailure(called, arguments.raw) { throw .invalidParams(failure) }
      case .prompt:
        text = try PromptArguments.checked(try? JSONCursor.validate(arguments.raw), called)
      case .resource: break
      }
      // The array stays where it is until the call has returned.
      defer { withExtendedLifetime(text) {} }
      if !text.isEmpty { arguments = text.withUnsafeBytes { metis_slice_v1($0) } }
      try call(
        route, name: metis_slice_v1(target), arguments: arguments,
        answerer: .strategy(done, user), nesting: parent.nesting + 1,
        deadline: parent.deadline == 0 ? .max : parent.deadline
      ) { inner in
        inner.revision = parent.revision
        inner.session = parent.session
        inner.principal = parent.principal
        inner.meta = parent.meta
        if called.kind == .resource { inner.requested = [UInt8](target) }
        parent.opened(inner.token)
        return nil
      }
      return METIS_OK
    } catch {
      error.message.withSlice { done(user, Int32(clamping: error.code), $0) }
      return METIS_OK
    }
  }
}
