import JSON
import MCP

/// One list of a configuration: its pages, each made at its first request, since most servers meet
/// one or two of the five revisions.
///
/// What the configuration before has encoded is taken over entry by entry: after a reload a list
/// costs a copy, not an encoding. The bytes stand in the pages alone.
final class EncodedList: @unchecked Sendable {
  private let kind: ListKind
  let targets: ArraySlice<Target>
  private let hints: CacheHints
  /// Nil: one page.
  private let pageSize: Int?

  /// Where a page begins, and for whom it is.
  private struct Key: Hashable {
    let revision: ProtocolRevision
    let start: Int
  }

  /// A page with the targets of its entries.
  private final class Page: Sendable {
    let page: ListPage
    let targets: ArraySlice<Target>
    let hints: CacheHints

    init(_ page: ListPage, _ targets: ArraySlice<Target>, _ hints: CacheHints) {
      self.page = page
      self.targets = targets
      self.hints = hints
    }
  }

  private let lock = Lock()
  // Under `lock`.
  private var pages: [Key: Page] = [:]
  /// Of configurations before, until the pages of this one take their places.
  private var earlier: [Key: Page]
  private var knownFingerprint: UInt64?

  init(
    _ kind: ListKind, _ targets: ArraySlice<Target>, _ hints: CacheHints, pageSize: Int?,
    before: EncodedList?
  ) {
    self.kind = kind
    self.targets = targets
    self.hints = hints
    self.pageSize = pageSize
    earlier = before?.pageSize == pageSize ? before?.handOver() ?? [:] : [:]
  }

  private func handOver() -> [Key: Page] {
    lock.withLock { earlier.merging(pages) { _, newer in newer } }
  }

  /// FNV-1a of its entries and the size of its pages: tells whether a cursor is still good.
  var fingerprint: UInt64 {
    lock.withLock {
      if let knownFingerprint { return knownFingerprint }
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for target in targets { hash = (hash ^ target.fingerprint) &* 0x100_0000_01B3 }
      hash ^= UInt64(pageSize ?? 0)
      knownFingerprint = hash
      return hash
    }
  }

  /// Whether clients see the same as of `other`.
  func isSame(as other: EncodedList) -> Bool {
    targets.count == other.targets.count
      && zip(targets, other.targets).allSatisfy {
        $0 === $1 || $0.fingerprint == $1.fingerprint
      }
  }

  /// The page that begins with entry `start`, and where the next one begins.
  func page(_ revision: ProtocolRevision, from start: Int) -> (page: ListPage, next: Int?) {
    let end = pageSize.map { min(targets.count, start + $0) } ?? targets.count
    let next = end < targets.count ? end : nil
    return lock.withLock {
      let key = Key(revision: revision, start: start)
      if let known = pages[key] { return (known.page, next) }
      let entries = targets.dropFirst(start).prefix(end - start)
      let made = makePage(entries, revision, after: earlier.removeValue(forKey: key))
      pages[key] = made
      return (made.page, next)
    }
  }

  private func makePage(
    _ entries: ArraySlice<Target>, _ revision: ProtocolRevision, after before: Page?
  ) -> Page {
    guard let before else {
      let page = ListPage(kind, of: entries, revision, hints) { target, writer in
        writer.value(target.listing.encoded(revision))
      }
      return Page(page, entries, hints)
    }
    if before.hints == hints, before.targets.count == entries.count,
      zip(before.targets, entries).allSatisfy({ $0 === $1 })
    {
      return before
    }
    let page = before.page.last.withUnsafeBytes { old in
      var walk = Walk(before.targets)
      return ListPage(kind, of: entries, revision, hints, size: old.count) { target, writer in
        if let place = walk.place(of: target) {
          writer.raw(UnsafeRawBufferPointer(rebasing: old[before.page.entries[place]]))
        } else {
          writer.value(target.listing.encoded(revision))
        }
      }
    }
    return Page(page, entries, hints)
  }

  /// Finds the targets of one row in another which is mostly the same: a step beside it, and by
  /// their identities from the first surprise on.
  private struct Walk {
    private let row: ArraySlice<Target>
    private var cursor = 0
    private var places: [ObjectIdentifier: Int]?

    init(_ row: ArraySlice<Target>) { self.row = row }

    mutating func place(of target: Target) -> Int? {
      let here = cursor
      cursor += 1
      // One that is not here most likely stands for the one that was.
      if here < row.count, row[row.startIndex + here] === target { return here }
      if places == nil {
        places = Dictionary(
          uniqueKeysWithValues: row.enumerated().map { (ObjectIdentifier($1), $0) })
      }
      guard let found = places?[ObjectIdentifier(target)] else { return nil }
      cursor = found + 1
      return found
    }
  }
}
