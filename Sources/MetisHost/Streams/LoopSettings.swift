import MCP

import struct MetisConfig.ServerSettings

/// What a loop reads of the settings of the snapshot in hand, in memory of its own: no reference
/// that two loops share is counted on the request path.
struct LoopSettings {
  /// The number of the snapshot that this was read from.
  var number: UInt64 = .max
  /// Its arrays are counted: the request path asks ``takesEveryHost`` and ``takesLoopback`` first.
  var hosts: HostPolicy
  private(set) var takesEveryHost: Bool
  private(set) var takesLoopback: Bool
  /// The offered revisions, a bit each.
  private var revisions: UInt8 = 0xFF
  /// The newest revision of the handshake era that is offered; nil: none is.
  private(set) var newestLegacy: ProtocolRevision? = .newestLegacy
  var window = ReplayWindow.none
  var retryMs: Int?
  /// How often an open stream gets a comment, ns; nil for never.
  var keepAlive: UInt64?
  /// How long a reader may leave a full stream unread, ns.
  var stallLimit: UInt64 = 30_000_000_000
  /// Streams of 2025-11-25 begin with an event that has an id and no data.
  var isPriming = true
  var logging = true
  // What clients may ask to hear of: as they are told by the capabilities.
  var tools = true
  var prompts = true
  var resources = true
  var subscribe = true
  /// The changes that the configuration keeps from clients. A list that has just become empty is a
  /// change as well: who was granted it hears of it.
  private var silent = (tools: false, prompts: false, resources: false)

  /// The settings before the first snapshot.
  init(hosts: HostPolicy) {
    self.hosts = hosts
    takesEveryHost = hosts.takesEveryHost
    takesLoopback = hosts.takesLoopback
  }

  init(
    _ settings: ServerSettings, _ capabilities: Capabilities, number: UInt64, derived: HostPolicy,
    budget: ReplayBudget
  ) {
    self.number = number
    hosts = HostPolicy(derived: derived, hosts: settings.hosts, origins: settings.origins)
    takesEveryHost = hosts.takesEveryHost
    takesLoopback = hosts.takesLoopback
    revisions = 0
    for revision in ProtocolRevision.allCases
    where settings.revisions.contains(revision.name.description) {
      revisions |= 1 << revision.rawValue
    }
    newestLegacy = nil
    for revision in ProtocolRevision.allCases where revision.isLegacy && offers(revision) {
      newestLegacy = revision
    }
    let streams = settings.streams
    window = ReplayWindow(events: streams.replayEvents, bytes: streams.replayBytes, budget: budget)
    retryMs = streams.retryMs
    keepAlive = streams.keepAlive.map(LoopSettings.nanoseconds)
    stallLimit = LoopSettings.nanoseconds(streams.stallTimeout)
    isPriming = streams.priming
    logging = capabilities.logging
    tools = capabilities.toolsListChanged ?? false
    prompts = capabilities.promptsListChanged ?? false
    resources = capabilities.resourcesListChanged ?? false
    subscribe = capabilities.resourcesListChanged != nil && capabilities.resourcesSubscribe
    let said = settings.capabilities
    silent = (
      said.toolsListChanged == false, said.promptsListChanged == false,
      said.resourcesListChanged == false
    )
  }

  /// Whether clients of a revision are served.
  @inline(__always)
  func offers(_ revision: ProtocolRevision) -> Bool { revisions & 1 << revision.rawValue != 0 }

  /// The offered revisions, the newest first.
  var offered: [ProtocolRevision] { ProtocolRevision.allCases.reversed().filter(offers) }

  /// Whether clients hear of an event.
  func offers(_ event: ChangeEvent) -> Bool {
    switch event {
    case .toolsListChanged: !silent.tools
    case .promptsListChanged: !silent.prompts
    case .resourcesListChanged: !silent.resources
    case .resourceUpdated: subscribe
    case .task, .message: true
    }
  }

  private static func nanoseconds(_ duration: Duration) -> UInt64 {
    let (seconds, fraction) = duration.components
    return UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, fraction) / 1_000_000_000)
  }
}
