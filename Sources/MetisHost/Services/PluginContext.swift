import MetisPluginAPI
import Synchronization

/// One generation of a plugin as the services see it: `metis_host_v1.context`.
///
/// It is never freed: a plugin that keeps the pointer and calls after its `deinit` gets a refusal,
/// not a crash. That costs a few hundred bytes a generation, less than the image itself.
final class PluginContext: @unchecked Sendable {
  /// The plugin's reverse-DNS id.
  let id: String
  /// What the manifest grants: `net.connect`, `secrets`, ….
  let grants: Set<String>
  let services: HostServices
  let state: PluginState
  let metricsOwner: Metrics.Owner
  let timerOwner: Timers.Owner
  /// Tells contexts apart, also those of one plugin.
  let number: UInt64

  /// What the plugin's `init` receives. Lives as long as the process.
  let hostTable: UnsafePointer<metis_host_v1>

  /// Whether the log says already that a series was refused.
  let warnedOfSeries = Atomic<Bool>(false)

  private let valid = Atomic<Bool>(true)
  private let secrets: Locked<[String: [UInt8]]>

  /// Holds every context for ever, in a place where a leak checker finds them.
  private static let all = Locked<[PluginContext]>([])

  private static let lastNumber = Atomic<UInt64>(0)

  /// - Parameters:
  ///   - secrets: the manifest's [secrets] table after substitution.
  init(id: String, grants: Set<String>, secrets: [String: String], services: HostServices) {
    self.id = id
    self.grants = grants
    self.services = services
    self.secrets = Locked(secrets.mapValues { Array($0.utf8) })
    state = services.state.state(ofPlugin: id)
    metricsOwner = services.metrics.owner(ofPlugin: id)
    timerOwner = services.timers.makeOwner()
    number = Self.lastNumber.add(1, ordering: .relaxed).newValue
    let table = UnsafeMutablePointer<metis_host_v1>.allocate(capacity: 1)
    hostTable = UnsafePointer(table)
    table.initialize(
      to: metis_host_v1(
        size: UInt32(MemoryLayout<metis_host_v1>.size), abi: METIS_ABI_VERSION,
        context: Unmanaged.passUnretained(self).toOpaque(),
        service: { ServiceTables.find($0, $1) }))
    Self.all.withLock { $0.append(self) }
  }

  /// Whether services answer this context.
  @inline(__always)
  var isValid: Bool { valid.load(ordering: .acquiring) }

  /// Cancels the plugin's timers, refuses new ones and waits for a callback that runs: before
  /// `deinit`, in which all other services still work. Not from a timer callback of the plugin.
  func endTimers() { services.timers.endOwner(timerOwner) }

  /// After `deinit`: from now on every service refuses this context (METIS_LATE, 0 or nothing).
  /// Releases the programs that it left open and wipes its secrets.
  func invalidate() {
    valid.store(false, ordering: .releasing)
    endTimers()
    services.programs.releaseAll(owner: number)
    secrets.withLock { secrets in
      for name in secrets.keys {
        for index in secrets[name]!.indices { secrets[name]![index] = 0 }
      }
      secrets = [:]
    }
  }

  /// The secret of that name, copied.
  func secret(_ name: String) -> [UInt8]? { secrets.withLock { $0[name] } }
}

extension UnsafeMutableRawPointer {
  /// Runs `body` with the context that a plugin passed back, or returns nil where it is
  /// invalidated. No reference counting: contexts are never freed.
  @inline(__always)
  func withContext<Result>(_ body: (PluginContext) -> Result) -> Result? {
    Unmanaged<PluginContext>.fromOpaque(self)._withUnsafeGuaranteedRef { context in
      context.isValid ? body(context) : nil
    }
  }
}
