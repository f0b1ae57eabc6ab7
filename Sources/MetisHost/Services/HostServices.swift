import MetisPluginAPI

/// What the services of plugins need from the host's core: calls, notifications, sessions and
/// engines. All functions are called from any thread, without a lock held.
protocol HostServiceHooks: AnyObject, Sendable {
  /// Calls a target on behalf of the open call `parent`; see metis_host_call_v1.call. `target`
  /// is UTF-8, `arguments` a JSON object; both are borrowed. `done` is called once where METIS_OK
  /// is returned, and never else.
  func call(
    from plugin: PluginContext, parent: UInt64, kind: UInt32, target: UnsafeRawBufferPointer,
    arguments: UnsafeRawBufferPointer, done: @escaping metis_call_done_v1,
    user: UnsafeMutableRawPointer?
  ) -> Int32

  /// Tells clients that the list of METIS_KIND_… has changed.
  func listChanged(kind: UInt32) -> Int32

  /// Tells clients which listen for `uri` that it was updated.
  func resourceUpdated(uri: String) -> Int32

  /// What names the session (or modern principal) of an open call; nil once the call has ended.
  func sessionKey(call: UInt64) -> String?

  /// Finds an active engine for `language` and holds its generation.
  func findEngine(language: String) -> HeldEngine?

  /// Ends the hold of `findEngine`; once for each.
  func releaseEngine(_ engine: HeldEngine)
}

/// What all plugins share: the host's log, metrics, clock, timers and state, and the way to its
/// core. One for each host; it and its contexts live as long as the process (see PluginContext).
final class HostServices: @unchecked Sendable {
  let log: Log
  let metrics: Metrics
  let clock: any HostClock
  let timers: Timers
  let state: StateStore
  private(set) var programs: EnginePrograms

  /// The core. Set once, before the first plugin's `init`; without it calls, notifications,
  /// session state and engines are refused with METIS_UNSUPPORTED.
  var hooks: (any HostServiceHooks)?

  init(
    log: Log, metrics: Metrics = Metrics(), clock: any HostClock = SystemClock(),
    timers: Timers? = nil, state: StateStore = StateStore()
  ) {
    self.log = log
    self.metrics = metrics
    self.clock = clock
    self.timers = timers ?? Timers(clock: clock)
    self.state = state
    programs = EnginePrograms { _ in }
    programs = EnginePrograms { [weak self] in self?.hooks?.releaseEngine($0) }
  }
}
