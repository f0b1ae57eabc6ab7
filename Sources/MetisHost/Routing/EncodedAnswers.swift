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

  /// One list in the terms of the newest revision.
  private struct List {
    var listings: [Target.Listing] = []
    var hints = CacheHints()
    /// FNV-1a of its entries: tells whether the list has changed.
    var fingerprint: UInt64 = 0
  }

  private struct PageKey: Hashable {
    let list: ListKind
    let revision: ProtocolRevision
    let start: Int
  }

  private let lists: [List]
  /// Nil: one page.
  private let pageSize: Int?
  private let lock = Lock()
  private var pages: [PageKey: ListPage] = [:]

  init(
    server: ServerInfo, targets: [Target], pageSize: Int? = nil,
    caching: CachingSettings = CachingSettings()
  ) {
    self.server = server
    self.pageSize = pageSize
    var member = Array(#""io.modelcontextprotocol/serverInfo":"#.utf8)
    member += Array(server.implementation(.july2026).description.utf8)
    serverInfoMember = EncodedAnswers.fixed(member)
    serverInfoMeta = EncodedAnswers.fixed(
      Array(#","_meta":{"#.utf8) + member + Array("}".utf8))
    discover = Array(server.discoverResult().description.utf8)
    lists = ListKind.allCases.map { kind in
      let listings = Snapshot.targets(targets, of: kind).map(\.listing)
      return List(
        listings: listings, hints: CacheHints(caching, kind),
        fingerprint: EncodedAnswers.fingerprint(listings))
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

  private static func fingerprint(_ listings: [Target.Listing]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ bytes: some Sequence<UInt8>) {
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      hash = (hash ^ 0xFF) &* 0x100_0000_01B3
    }
    for listing in listings {
      add(listing.encoded(.newest).jsonBytes())
      // What older revisions alone show.
      if case .tool(let tool) = listing, let support = tool.taskSupport { add(support.utf8) }
    }
    return hash
  }

  /// What a cursor of a list has to carry to be good for it.
  func fingerprint(of list: ListKind) -> UInt64 {
    lists[Int(list.rawValue)].fingerprint ^ UInt64(pageSize ?? 0)
  }

  /// How many entries a list has.
  func count(of list: ListKind) -> Int { lists[Int(list.rawValue)].listings.count }

  /// The page that begins with entry `start`, and where the next one begins: made at its first
  /// request, since most servers meet one or two of the five revisions.
  func page(
    _ kind: ListKind, _ revision: ProtocolRevision, from start: Int
  ) -> (page: ListPage, next: Int?) {
    let list = lists[Int(kind.rawValue)]
    let end = pageSize.map { min(list.listings.count, start + $0) } ?? list.listings.count
    let next = end < list.listings.count ? end : nil
    return lock.withLock {
      let key = PageKey(list: kind, revision: revision, start: start)
      if let page = pages[key] { return (page, next) }
      let page = ListPage(
        kind, list.listings[start..<end].map { $0.encoded(revision) }, revision, list.hints)
      pages[key] = page
      return (page, next)
    }
  }

  /// The notifications of the lists that differ from those of `other`, each once.
  func changes(since other: EncodedAnswers) -> [ChangeEvent] {
    var found: [ChangeEvent] = []
    for kind in ListKind.allCases {
      let (new, old) = (lists[Int(kind.rawValue)], other.lists[Int(kind.rawValue)])
      let isSame =
        new.listings.count == old.listings.count && new.fingerprint == old.fingerprint
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
