import JSON
import MCP

import struct MetisConfig.CachingSettings

/// Answers that do not depend on the request, encoded once for a configuration; and the pieces
/// that go around every other.
final class EncodedAnswers: @unchecked Sendable {
  let server: ServerInfo
  /// `,"_meta":{"io.modelcontextprotocol/serverInfo":{…}}` for results of the stateless era.
  let serverInfoMeta: UnsafeRawBufferPointer
  /// The member alone, for results that have a `_meta` of their own.
  let serverInfoMember: UnsafeRawBufferPointer
  let discover: [UInt8]

  private let lists: [EncodedList]

  /// `targets` in the order of their kinds; `before` is what was encoded for the configuration
  /// before, to take over what is the same.
  init(
    server: ServerInfo, targets: [Target], pageSize: Int? = nil,
    caching: CachingSettings = CachingSettings(), before: EncodedAnswers? = nil
  ) {
    self.server = server
    var member = Array(#""io.modelcontextprotocol/serverInfo":"#.utf8)
    member += Array(server.implementation(.july2026).description.utf8)
    serverInfoMember = EncodedAnswers.fixed(member)
    serverInfoMeta = EncodedAnswers.fixed(
      Array(#","_meta":{"#.utf8) + member + Array("}".utf8))
    discover = Array(server.discoverResult().description.utf8)
    lists = ListKind.allCases.map { kind in
      EncodedList(
        kind, Snapshot.targets(targets, of: kind), CacheHints(caching, kind), pageSize: pageSize,
        before: before?.lists[Int(kind.rawValue)])
    }
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

  /// What a cursor of a list has to carry to be good for it.
  func fingerprint(of list: ListKind) -> UInt64 { lists[Int(list.rawValue)].fingerprint }

  /// How many entries a list has.
  func count(of list: ListKind) -> Int { lists[Int(list.rawValue)].targets.count }

  /// The page that begins with entry `start`, and where the next one begins.
  func page(
    _ kind: ListKind, _ revision: ProtocolRevision, from start: Int
  ) -> (page: ListPage, next: Int?) {
    lists[Int(kind.rawValue)].page(revision, from: start)
  }

  /// The notifications of the lists that differ from those of `other`, each once.
  func changes(since other: EncodedAnswers) -> [ChangeEvent] {
    var found: [ChangeEvent] = []
    for kind in ListKind.allCases {
      let isSame = lists[Int(kind.rawValue)].isSame(as: other.lists[Int(kind.rawValue)])
      let event: ChangeEvent =
        switch kind {
        case .tools: .toolsListChanged
        case .resources, .resourceTemplates: .resourcesListChanged
        case .prompts: .promptsListChanged
        }
      if !isSame, !found.contains(event) { found.append(event) }
    }
    return found
  }
}

extension CacheHints {
  /// The hints of a list.
  fileprivate init(_ settings: CachingSettings, _ list: ListKind) {
    switch list {
    case .tools: self.init(settings.tools)
    case .resources: self.init(settings.resources)
    case .resourceTemplates: self.init(settings.resourceTemplates)
    case .prompts: self.init(settings.prompts)
    }
  }
}
