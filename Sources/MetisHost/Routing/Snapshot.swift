import JSON
import MCP
import MetisPluginAPI

import struct MetisConfig.ServerSettings

/// Everything that a request needs to find its way, immutable: a reload or a swap makes a new one
/// and stores it in one step.
///
/// Readers hold an epoch slot instead of a reference (DESIGN: no reference counting on what two
/// loops share).
final class Snapshot: @unchecked Sendable {
  /// A tool and what answers it now.
  struct Route {
    let target: Unmanaged<Target>
    /// Nil where nothing answers: the plugin is disabled or failed.
    let instances: Unmanaged<InstanceSet>?
  }

  /// An authentication plugin and its instance.
  struct Auth {
    let generation: PluginGeneration
    let table: UnsafePointer<metis_auth_v1>
    let instance: UnsafeMutableRawPointer?
  }

  /// A filter plugin and its instance.
  struct Filter {
    let generation: PluginGeneration
    let table: UnsafePointer<metis_filter_v1>
    let instance: UnsafeMutableRawPointer?
  }

  let number: UInt64
  /// The settings that requests go by.
  let settings: ServerSettings
  let targets: [Target]
  let instanceSets: [InstanceSet?]
  let auths: [Auth]
  let filters: [Filter]
  /// Whether ``auths`` and ``filters`` are empty, without touching the arrays.
  let isOpen: Bool
  let isUnfiltered: Bool
  let encoded: EncodedAnswers

  private let names: NameTable
  private let routes: UnsafeMutablePointer<Route>

  init(
    number: UInt64, settings: ServerSettings, targets: [Target], instanceSets: [InstanceSet?],
    auths: [Auth],
    filters: [Filter], encoded: EncodedAnswers
  ) {
    self.number = number
    self.settings = settings
    self.targets = targets
    self.instanceSets = instanceSets
    self.auths = auths
    self.filters = filters
    isOpen = auths.isEmpty
    isUnfiltered = filters.isEmpty
    self.encoded = encoded
    names = NameTable(targets.map(\.definition.name))
    routes = .allocate(capacity: max(1, targets.count))
    for (place, target) in targets.enumerated() {
      (routes + place).initialize(
        to: Route(
          target: Unmanaged.passUnretained(target),
          instances: instanceSets[place].map { Unmanaged.passUnretained($0) }))
    }
  }

  deinit { routes.deallocate() }

  /// The route of a tool by its name; nil where there is none.
  @inline(__always)
  func route(_ name: UnsafeRawBufferPointer) -> UnsafePointer<Route>? {
    let place = names.place(of: name)
    return place < 0 ? nil : UnsafePointer(routes + place)
  }
}

/// Answers that do not depend on the request, encoded once for a configuration; and the pieces
/// that go around every other.
final class EncodedAnswers: @unchecked Sendable {
  let server: ServerInfo
  private let definitions: [ToolDefinition]
  /// `,"_meta":{"io.modelcontextprotocol/serverInfo":{…}}` for results of the stateless era.
  let serverInfoMeta: UnsafeRawBufferPointer
  /// The member alone, for results that have a `_meta` of their own.
  let serverInfoMember: UnsafeRawBufferPointer
  let discover: [UInt8]
  private let lock = Lock()
  private var lists: [ProtocolRevision: [UInt8]] = [:]

  init(server: ServerInfo, definitions: [ToolDefinition]) {
    self.server = server
    self.definitions = definitions
    var member = Array(#""io.modelcontextprotocol/serverInfo":"#.utf8)
    member += Array(server.implementation(.july2026).description.utf8)
    serverInfoMember = EncodedAnswers.fixed(member)
    serverInfoMeta = EncodedAnswers.fixed(
      Array(#","_meta":{"#.utf8) + member + Array("}".utf8))
    discover = Array(server.discoverResult().description.utf8)
  }

  deinit {
    serverInfoMeta.deallocate()
    serverInfoMember.deallocate()
  }

  /// A copy in memory of its own: the request path reads it without reference counting.
  private static func fixed(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
    copy.copyBytes(from: bytes)
    return UnsafeRawBufferPointer(copy)
  }

  /// The result of `tools/list` for a revision: made at its first request, since most servers
  /// meet one or two of the five.
  func toolsList(_ revision: ProtocolRevision) -> [UInt8] {
    lock.withLock {
      if let list = lists[revision] { return list }
      let list = ToolsList.result(definitions, revision)
      lists[revision] = list
      return list
    }
  }

  /// The definitions, to tell whether a list changed.
  func listsSameTools(as other: EncodedAnswers) -> Bool {
    guard definitions.count == other.definitions.count else { return false }
    return zip(definitions, other.definitions).allSatisfy {
      $0.encoded(.newest) == $1.encoded(.newest)
    }
  }
}
