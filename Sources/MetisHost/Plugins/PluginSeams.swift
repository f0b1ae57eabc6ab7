import MetisPluginAPI

/// The host as one generation of a plugin sees it: its services and its grants.
protocol PluginContextHandle: AnyObject {
  /// Passed to `init`; lives as long as the handle.
  var hostTable: UnsafePointer<metis_host_v1> { get }
  /// Cancels the plugin's timers and waits for a callback that runs. Called once, before
  /// `deinit`, in which all other services still work.
  func endTimers()
  /// From now on every service refuses the plugin. Called once, after `deinit` or after an `init`
  /// that failed; the table stays readable.
  func invalidate()
}

/// Makes the contexts of plugins: the seam between the registry and the host's services.
protocol PluginContextProvider: AnyObject {
  /// A context for one generation of the plugin `id`.
  func makeContext(
    id: String, grants: Set<String>, secrets: [String: String]
  ) -> any PluginContextHandle
}

/// What the registry asks of whoever uses plugins (the host core). Control thread only.
protocol GenerationAdopter: AnyObject {
  /// Builds everything that the change needs (instances, routes, transports) without being
  /// visible. Where it throws, nothing has changed.
  func prepare(_ change: GenerationChange) throws(PluginError) -> any PreparedChange
  /// A ticket that passes when no thread can still be inside what was visible before now.
  func grace() -> UInt64
  /// Whether `ticket` has passed.
  func hasPassed(_ ticket: UInt64) -> Bool
  /// Destroys the instances made from `generation`, after grace and after its calls have ended.
  func retire(_ generation: PluginGeneration)
}

/// A change that is built and not yet visible. Exactly one of the two is called, once.
protocol PreparedChange {
  /// Makes it visible in one store. Cannot fail.
  func commit()
  /// Destroys what was built; nothing has changed.
  func abandon()
}

/// The replacement of one generation by another. Enabling has no `outgoing`, disabling no
/// `incoming`.
struct GenerationChange {
  let outgoing: PluginGeneration?
  let incoming: PluginGeneration?
}
