import Foundation
import MetisPluginAPI
import Synchronization
import Testing

@testable import MCP
@testable import MetisHost

/// The data structures of the request path, each on its own.
@Suite struct StructureTests {
  private func place(_ table: borrowing NameTable, _ name: String) -> Int {
    Array(name.utf8).withUnsafeBytes { table.place(of: $0) }
  }

  @Test func namesAreFoundAmongTenThousandAndNoOthers() {
    let names = (0..<10_000).map { "tool_\($0 % 97)-\($0)" }
    let table = NameTable(names)
    for (index, name) in names.enumerated() { #expect(place(table, name) == index) }
    for index in 0..<10_000 { #expect(place(table, "tool_\(index % 97)_\(index)") == -1) }
    #expect(place(table, "") == -1)
  }

  @Test func anEmptyTableFindsNothing() {
    let table = NameTable([])
    #expect(place(table, "") == -1)
    #expect(place(table, "a") == -1)
  }

  /// Every length around the eight bytes that are hashed at a time, and names that differ in one
  /// byte or only in their length.
  @Test func namesOfEveryLengthAreToldApart() {
    var names = [""]
    for length in 1...40 {
      names.append(String(repeating: "a", count: length))
      names.append(String(repeating: "a", count: length - 1) + "b")
    }
    let table = NameTable(names)
    for (index, name) in names.enumerated() { #expect(place(table, name) == index) }
    #expect(place(table, String(repeating: "a", count: 41)) == -1)
    #expect(place(table, "c") == -1)
  }

  @Test func deadlinesComeInTheirOrder() {
    var heap = DeadlineHeap()
    #expect(heap.next == .max)
    var generator = SystemRandomNumberGenerator()
    let times = (0..<1000).map { _ in UInt64.random(in: 1...500, using: &generator) }
    for (token, time) in times.enumerated() { heap.insert(UInt64(token), at: time) }
    #expect(heap.next == times.min())
    #expect(heap.popDue(0) == nil)
    var taken: [UInt64] = []
    while let token = heap.popDue(250) { taken.append(times[Int(token)]) }
    #expect(taken == times.filter { $0 <= 250 }.sorted())
    #expect(heap.next == times.filter { $0 > 250 }.min())
    heap.prune { $0.isMultiple(of: 2) }
    taken = []
    while let token = heap.popDue(.max - 1) { taken.append(times[Int(token)]) }
    let rest = times.enumerated().filter { $0.offset.isMultiple(of: 2) && $0.element > 250 }
    #expect(taken == rest.map(\.element).sorted())
    #expect(heap.count == 0)
  }

  /// The buffer behind a reference, as the macros of the tests copy what they look at.
  private final class Box {
    var buffer = GrowableBuffer()
    var text: String { String(decoding: buffer.bytes, as: UTF8.self) }
    var isLent: Bool { buffer.isLent }
    func commit(_ count: Int) -> Bool { buffer.commit(count) }
    func reserve(_ count: Int) -> UnsafeMutableRawPointer? { buffer.reserve(count, limit: 100) }
    func append(_ bytes: [UInt8]) -> Bool {
      bytes.withUnsafeBytes { buffer.append($0, limit: 100) }
    }
  }

  @Test func aBufferTakesOnlyWhatWasReserved() throws {
    let box = Box()
    #expect(!box.commit(1))
    #expect(box.append(Array("hello".utf8)))
    // There is room behind it, which nobody reserved.
    #expect(!box.commit(1))
    #expect(!box.isLent)
    let place = try #require(box.reserve(3))
    #expect(box.isLent)
    place.copyMemory(from: "!!!", byteCount: 3)
    #expect(!box.commit(4))
    #expect(!box.commit(-1))
    #expect(box.commit(3))
    #expect(!box.commit(1))
    #expect(box.text == "hello!!!")
    #expect(box.reserve(93) == nil)
    #expect(box.reserve(92) != nil)
    #expect(box.reserve(.max) == nil)
    #expect(box.reserve(-1) == nil)
    box.buffer.removeAll()
    #expect(box.text == "")
    #expect(!box.commit(1))
    #expect(!box.append([UInt8](repeating: 0, count: 101)))
    #expect(box.append([UInt8](repeating: 0x61, count: 100)))
  }

  @Test func anEpochPassesWhenItsReadersAreGone() throws {
    let epochs = Epochs()
    let first = try #require(epochs.join())
    let second = try #require(epochs.join())
    first.enter()
    let ticket = epochs.advance()
    #expect(!epochs.hasPassed(ticket))
    // Who comes after the ticket does not hold it back.
    second.enter()
    first.exit()
    #expect(epochs.hasPassed(ticket))
    #expect(!epochs.hasPassed(epochs.advance()))
    second.leave()
    #expect(epochs.hasPassed(epochs.advance()))
    first.leave()
    let slots = (0..<Epochs.capacity).compactMap { _ in epochs.join() }
    #expect(slots.count == Epochs.capacity)
    #expect(epochs.join() == nil)
    slots[7].leave()
    #expect(epochs.join() != nil)
  }

  /// What readers on threads and a writer share.
  private final class Shared: @unchecked Sendable {
    let epochs = Epochs()
    let value = Atomic<UnsafeMutablePointer<Int>>(.allocate(capacity: 1))
    let ends = Atomic<Bool>(false)
    let bad = Tally()
    let reads = Tally()

    init() { value.load(ordering: .relaxed).initialize(to: 1) }

    func read() {
      guard let slot = epochs.join() else { return bad.add() }
      while !ends.load(ordering: .relaxed) {
        slot.enter()
        if value.load(ordering: .sequentiallyConsistent).pointee <= 0 { bad.add() }
        slot.exit()
        reads.add()
      }
      slot.leave()
    }
  }

  /// Readers on threads see only values that nobody has freed.
  @Test func nothingIsFreedUnderAReader() throws {
    let shared = Shared()
    let threads = try (0..<3).map { index in
      try HostThread(name: "reader-\(index)") { shared.read() }
    }
    #expect(eventually { shared.reads.value > 100 })
    for value in 2..<2_000 {
      let next = UnsafeMutablePointer<Int>.allocate(capacity: 1)
      next.initialize(to: value)
      let old = shared.value.exchange(next, ordering: .sequentiallyConsistent)
      let ticket = shared.epochs.advance()
      guard eventually(30, { shared.epochs.hasPassed(ticket) }) else {
        Issue.record("a reader keeps its epoch")
        break
      }
      old.pointee = -1
      old.deallocate()
    }
    shared.ends.store(true, ordering: .relaxed)
    for thread in threads { thread.join() }
    #expect(shared.bad.value == 0)
  }

  @Test func hostsAndOriginsAgainstRebinding() {
    let loopback = HostPolicy(
      isLoopbackOnly: true, hosts: ["mcp.example:3000"], origins: ["https://app.example"])
    func host(_ text: String) -> Bool {
      Array(text.utf8).withUnsafeBytes { loopback.accepts(host: $0) }
    }
    func origin(_ text: String) -> Bool {
      Array(text.utf8).withUnsafeBytes { loopback.accepts(origin: $0) }
    }
    for good in [
      "localhost", "LOCALHOST", "localhost:3000", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:80",
      "MCP.example:3000",
    ] { #expect(host(good), "\(good)") }
    for bad in [
      "", "evil.example", "localhost.evil.example", "localhost:", "localhost:80x", "localhost:8 0",
      "127.0.0.1.evil.example", "127.0.0.2", "mcp.example", "::1", "[::1", "{::1}", "xlocalhost",
      "localhost@evil.example",
    ] { #expect(!host(bad), "\(bad)") }
    for good in [
      "http://localhost", "https://localhost:8080", "http://127.0.0.1:3000", "http://[::1]:3000",
      "https://app.example",
    ] { #expect(origin(good), "\(good)") }
    for bad in [
      "", "null", "http://evil.example", "http://localhost.evil.example", "file://localhost",
      "http://localhost@evil.example", "https://app.example:444", "http://app.example",
      "http://{::1}",
    ] { #expect(!origin(bad), "\(bad)") }
    let open = HostPolicy(isLoopbackOnly: false)
    #expect(Array("any.example".utf8).withUnsafeBytes { open.accepts(host: $0) })
    #expect(!Array("http://evil.example".utf8).withUnsafeBytes { open.accepts(origin: $0) })
    #expect(open.accepts(host: nil) && open.accepts(origin: nil))
  }

  @Test func sessionsAreBoundedAndExpire() throws {
    let table = SessionTable(identifiers: SystemIdentifiers(), idleLimit: 100, capacity: 3)
    let sessions = (0..<3).compactMap { _ in
      table.open(.november2025, client: [], capabilities: [], now: 10)
    }
    #expect(Set(sessions.map(\.id)).count == 3)
    #expect(sessions.allSatisfy { $0.id.utf8.count == 32 })
    #expect(table.open(.november2025, client: [], capabilities: [], now: 10) == nil)
    func find(_ id: String) -> Session? { Array(id.utf8).withUnsafeBytes { table.find($0) } }
    #expect(find(sessions[0].id) === sessions[0])
    #expect(find(sessions[0].id.uppercased() + "x") == nil)
    #expect(find(String(repeating: "a", count: 10_000)) == nil)
    // One is busy, one was used, one is idle.
    #expect(Array("1".utf8).withUnsafeBytes { sessions[0].register($0, 5) })
    #expect(!Array("1".utf8).withUnsafeBytes { sessions[0].register($0, 6) })
    sessions[1].touch(60)
    #expect(table.expire(110).isEmpty)
    #expect(table.expire(111).map(\.id) == [sessions[2].id])
    #expect(table.count == 2)
    #expect(find(sessions[2].id) == nil)
    Array("1".utf8).withUnsafeBytes { sessions[0].unregister($0) }
    table.end(sessions[0])
    table.end(sessions[0])
    #expect(table.count == 1)
  }
}
