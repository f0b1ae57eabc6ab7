import Foundation
import Synchronization
import Testing

@testable import MetisHost

@Suite struct SwapTests {
  private let id = "org.metis.test.good"

  private func bench(
    _ change: (inout PluginRegistry.Options) -> Void = { _ in }
  ) throws -> Bench {
    let bench = try Bench(change)
    try bench.add("good", "good")
    try bench.load()
    bench.adopter.clearLog()
    return bench
  }

  private func request(_ library: String) throws -> SwapRequest {
    SwapRequest(path: try FaultyPlugins.path(library))
  }

  @Test func replacesAndDrains() throws {
    let bench = try bench()
    let old = try #require(bench.registry.generation(id))
    var told: [String] = []
    bench.registry.beforeChange = { id throws(PluginError) in told.append("before \(id)") }
    bench.registry.afterChange = { id, error in told.append("after \(id) \(error == nil)") }
    let outcome = try bench.registry.swap(id, try request("good-1.1"))
    #expect(told == ["before \(id)", "after \(id) true"])
    #expect(outcome.oldNumber == 1 && outcome.newNumber == 2)
    #expect(outcome.oldVersion == SemanticVersion(1, 0, 0))
    #expect(outcome.newVersion == SemanticVersion(1, 1, 0))
    #expect(outcome.state == .notOffered)
    let new = try #require(bench.registry.generation(id))
    #expect(new.number == 2 && new.path != old.path)
    #expect(bench.adopter.log == ["prepare 1→2", "commit"])
    // The old one still answers what began on it.
    #expect(bench.adopter.call(old) == #"{"answer":"good"}"#)
    #expect(bench.adopter.call(new) == #"{"answer":"better"}"#)
    #expect(old.lifecycle.state == .draining)
    #expect(!bench.registry.advanceDrains(now: 1))
    #expect(bench.adopter.log.last == "retire 1")
    #expect(old.lifecycle.state == .retired)
    #expect(bench.contexts.handles.map(\.log) == [["endTimers", "invalidate"], []])
    let status = try bench.registry.status(id)
    #expect(status.generations.map(\.number) == [2, 1])
    #expect(status.generations.map(\.isMapped) == [true, false])
    #expect(status.previous == 1)
  }

  @Test func waitsForReadersThenForCalls() throws {
    let bench = try bench()
    let old = try #require(bench.registry.generation(id))
    bench.adopter.holdsTickets = true
    _ = try bench.registry.swap(id, try request("good-1.1"))
    #expect(bench.registry.advanceDrains(now: 1))
    old.calls.add(1, ordering: .relaxed)
    bench.adopter.holdsTickets = false
    #expect(bench.registry.advanceDrains(now: 2))
    #expect(try bench.registry.status(id).calls == 1)
    #expect(old.lifecycle.state == .draining)
    old.calls.subtract(1, ordering: .releasing)
    #expect(!bench.registry.advanceDrains(now: 3))
    #expect(old.lifecycle.state == .retired)
  }

  @Test func reportsALongDrainOnceAndNeverFreesUnderACall() throws {
    let bench = try bench { $0.drainLimit = 5_000_000_000 }
    let old = try #require(bench.registry.generation(id))
    old.calls.add(1, ordering: .relaxed)
    _ = try bench.registry.swap(id, try request("good-1.1"))
    for now: UInt64 in [1_000, 4_000_000_000, 6_000_000_000, 7_000_000_000] {
      #expect(bench.registry.advanceDrains(now: now))
    }
    let limits = bench.notices.filter { if case .drainLimit = $0 { true } else { false } }
    #expect(limits.count == 1)
    #expect(bench.adopter.call(old) == #"{"answer":"good"}"#)
    old.calls.subtract(1, ordering: .releasing)
    #expect(!bench.registry.advanceDrains(now: 8_000_000_000))
  }

  /// Each failure before the store leaves the old generation as it was.
  @Test(arguments: [
    ("init_fails", PluginError.Kind.otherID), ("no_symbol", .noEntry), ("no_meta", .noMeta),
    ("wrong_major_meta", .abiMajor), ("null_init", .badTable),
  ])
  func aFailureChangesNothing(_ library: String, _ kind: PluginError.Kind) throws {
    let bench = try bench()
    let old = try #require(bench.registry.generation(id))
    var after: [PluginError?] = []
    bench.registry.afterChange = { _, error in after.append(error) }
    let error = #expect(throws: PluginError.self) {
      try bench.registry.swap(id, try request(library))
    }
    #expect(error?.kind == kind)
    #expect(error?.plugin == id)
    #expect(after.map { $0?.kind } == [kind])
    #expect(bench.registry.generation(id) === old)
    #expect(old.lifecycle.state == .active)
    #expect(bench.adopter.log.isEmpty)
    #expect(bench.adopter.call(old) == #"{"answer":"good"}"#)
    #expect(try bench.registry.status(id).failure?.kind == kind)
    #expect(bench.registry.status.mappedImages == 0)
    #expect(
      try FileManager.default.contentsOfDirectory(
        atPath: bench.registry.store.directory
      ).count == 1)
  }

  @Test func theAdopterTheFilterAndTheDigestCanRefuse() throws {
    let bench = try bench()
    let old = try #require(bench.registry.generation(id))
    bench.adopter.refusal = PluginError(.adoption, "tools[2]: unknown key rate")
    var error = #expect(throws: PluginError.self) {
      try bench.registry.swap(id, try request("good-1.1"))
    }
    #expect(error?.kind == .adoption && error?.message.contains("tools[2]") == true)
    let failed = try bench.registry.status(id).generations[1]
    #expect(
      failed.steps.map(\.state.name) == [
        "found", "verified", "loaded", "initialised", "failed",
      ])
    #expect(bench.contexts.handles[1].isInvalid)
    bench.adopter.refusal = nil
    bench.registry.beforeChange = { _ throws(PluginError) in
      throw PluginError(.rejected, "not during the day")
    }
    error = #expect(throws: PluginError.self) {
      try bench.registry.swap(id, try request("good-1.1"))
    }
    #expect(error?.kind == .rejected)
    bench.registry.beforeChange = nil
    var wrong = try request("good-1.1")
    wrong.sha256 = String(repeating: "0", count: 64)
    error = #expect(throws: PluginError.self) { try bench.registry.swap(id, wrong) }
    #expect(error?.kind == .digest)
    wrong.sha256 = PluginStore.sha256(try FaultyPlugins.bytes("good-1.1")).uppercased()
    #expect(bench.registry.generation(id) === old)
    #expect(try bench.registry.swap(id, wrong).newNumber == 2)
    #expect(try bench.registry.status(id).failure == nil)
  }

  @Test func rollsBackToTheCopyEvenWhenTheSourceIsGone() throws {
    let bench = try bench()
    #expect(throws: PluginError.self) { try bench.registry.rollback(id) }
    let source = try bench.folder.write("new.so", try FaultyPlugins.bytes("good"))
    _ = try bench.registry.swap(id, SwapRequest(path: source))
    try FileManager.default.removeItem(atPath: source)
    _ = try bench.registry.swap(id, try request("good-1.1"))
    bench.registry.advanceDrains(now: 1)
    let outcome = try bench.registry.rollback(id)
    bench.registry.advanceDrains(now: 2)
    #expect(outcome.oldNumber == 3 && outcome.newNumber == 4)
    let now = try #require(bench.registry.generation(id))
    #expect(bench.adopter.call(now) == #"{"answer":"good"}"#)
    // A second one returns.
    #expect(try bench.registry.rollback(id).newVersion == SemanticVersion(1, 1, 0))
    bench.registry.advanceDrains(now: 3)
    #expect(
      try FileManager.default.contentsOfDirectory(
        atPath: bench.registry.store.directory
      ).count == 2, "the current and the previous one")
  }

  @Test(arguments: [
    ("stateful-1.1", SwapOutcome.Handover.restored, "3"),
    ("stateful-revision-2", .fresh, "1"),
  ])
  func handsStateOver(
    _ library: String, _ expected: SwapOutcome.Handover, _ answer: String
  ) throws {
    let bench = try Bench()
    try bench.add("stateful", "stateful")
    try bench.load()
    let id = "org.metis.test.stateful"
    let old = try #require(bench.registry.generation(id))
    #expect(bench.adopter.call(old) == "1")
    #expect(bench.adopter.call(old) == "2")
    #expect(try bench.registry.swap(id, try request(library)).state == expected)
    #expect(bench.adopter.call(try #require(bench.registry.generation(id))) == answer)
  }

  @Test func stateThatIsRefusedFailsTheSwap() throws {
    let bench = try Bench()
    try bench.add("stateful", "stateful")
    try bench.load()
    let id = "org.metis.test.stateful"
    let old = try #require(bench.registry.generation(id))
    bench.adopter.clearLog()
    var error = #expect(throws: PluginError.self) {
      try bench.registry.swap(id, try request("stateful-refuses"))
    }
    #expect(error?.kind == .stateHandover)
    #expect(error?.message.contains("found a count of the old kind") == true)
    #expect(bench.adopter.log == ["prepare 1→2", "abandon"])
    #expect(bench.registry.generation(id) === old)
    _ = try bench.registry.swap(id, try request("stateful-unsavable"))
    error = #expect(throws: PluginError.self) {
      try bench.registry.swap(id, try request("stateful"))
    }
    #expect(error?.message.contains("the count cannot be written") == true)
  }

  @Test func dependantsHoldTheirVersions() throws {
    let bench = try Bench()
    try bench.add("a-child", "child")
    try bench.add("b-good", "good")
    try bench.load()
    var error = #expect(throws: PluginError.self) {
      try bench.registry.swap(id, try request("good-2.0"))
    }
    #expect(error?.kind == .required)
    #expect(error?.message.contains("org.metis.test.child requires \(id) ^1.0.0") == true)
    #expect(try bench.registry.swap(id, try request("good-1.1")).newNumber == 2)
    error = #expect(throws: PluginError.self) { try bench.registry.disable(id) }
    #expect(error?.kind == .required)
    try bench.registry.disable("org.metis.test.child")
    try bench.registry.disable(id)
    #expect(bench.registry.all.map(\.state) == [.disabled, .disabled])
    error = #expect(throws: PluginError.self) {
      try bench.registry.enable("org.metis.test.child")
    }
    #expect(error?.kind == .failedDependency)
    #expect(try bench.registry.enable(id).newNumber == 3)
    #expect(try bench.registry.enable("a-child").newNumber == 2)
    error = #expect(throws: PluginError.self) { try bench.registry.enable(id) }
    #expect(error?.kind == .wrongState)
    error = #expect(throws: PluginError.self) { try bench.registry.swap("org.nobody") }
    #expect(error?.kind == .unknownPlugin)
  }

  @Test func imagesThatStayMappedAreCountedAndBounded() throws {
    let bench = try Bench { $0.mappedLimit = 3 }
    try bench.add("kept", "kept")
    try bench.load()
    let id = "org.metis.test.kept"
    for _ in 0..<3 {
      _ = try bench.registry.swap(id)
      bench.registry.advanceDrains(now: 1)
    }
    let status = bench.registry.status
    #expect(status.mappedImages == 3)
    #expect(status.mappedBytes == 3 * (try FaultyPlugins.bytes("kept").count))
    let error = #expect(throws: PluginError.self) { try bench.registry.swap(id) }
    #expect(error?.kind == .mappedLimit)
    #expect(error?.message.contains("restart the host") == true)
    #expect(bench.registry.generation(id)?.number == 4)
  }

  @Test func aScanFollowsTheDirectory() throws {
    let bench = try Bench()
    try bench.folder.write("plugins.d/libgood.so", try FaultyPlugins.bytes("good"))
    try bench.write("good", "library = \"libgood.so\"")
    try bench.add("kept", "kept")
    try bench.load()
    #expect(try bench.registry.rescan().isEmpty)
    // A changed library, a new file, a file that is gone.
    try bench.folder.write("plugins.d/libgood.so", try FaultyPlugins.bytes("good-1.1"))
    try bench.add("stateful", "stateful")
    try FileManager.default.removeItem(atPath: bench.plugins + "/kept.toml")
    let outcomes = try bench.registry.rescan()
    #expect(outcomes.map(\.plugin) == [id, "org.metis.test.kept", "org.metis.test.stateful"])
    #expect(outcomes.map(\.action) == [.swapped, .removed, .added])
    bench.registry.advanceDrains(now: 1)
    #expect(try bench.registry.rescan().isEmpty)
    #expect(bench.registry.active.map(\.id) == [id, "org.metis.test.stateful"])
    // A changed manifest swaps, a broken one keeps what runs and says why.
    try bench.write("good", "library = \"libgood.so\"\ngrants = [\"env\"]")
    #expect(try bench.registry.rescan().map(\.action) == [.swapped])
    #expect(bench.registry.generation(id)?.manifest.grants == ["env"])
    try bench.write("good", "library = ")
    #expect(try bench.registry.rescan().map(\.action) == [.failed])
    #expect(bench.registry.generation(id)?.number == 3)
    try bench.write("good", "library = \"libgood.so\"\nenabled = false")
    #expect(try bench.registry.rescan().map(\.action) == [.removed])
    #expect(bench.registry.generation(id) == nil)
    try bench.write("good", "library = \"libgood.so\"")
    #expect(try bench.registry.rescan().map(\.action) == [.added])
    #expect(bench.registry.generation(id)?.number == 4)
  }

  @Test func aScanTriesAgainWhatFailedAndLeavesWhatAnOperatorChose() throws {
    let bench = try Bench()
    try bench.folder.write("plugins.d/libgood.so", try FaultyPlugins.bytes("good"))
    try bench.write("good", "library = \"libgood.so\"")
    try bench.load()
    try bench.folder.write("plugins.d/libgood.so", try FaultyPlugins.bytes("good-1.1"))
    bench.adopter.refusal = PluginError(.adoption, "not now")
    #expect(try bench.registry.rescan().map(\.action) == [.failed])
    bench.adopter.refusal = nil
    #expect(try bench.registry.rescan().map(\.action) == [.swapped])
    _ = try bench.registry.rollback(id)
    #expect(try bench.registry.rescan().isEmpty)
    _ = try bench.registry.swap(id, try request("good-2.0"))
    #expect(try bench.registry.rescan().isEmpty)
    try bench.registry.disable(id)
    #expect(try bench.registry.rescan().isEmpty)
    #expect(bench.registry.all.map(\.state) == [.disabled])
  }

  @Test func anImageThatTheLoaderKeepsIsCounted() throws {
    let bench = try Bench()
    try bench.add("nodelete", "nodelete")
    try bench.load()
    let current = try #require(bench.registry.generation("org.metis.test.nodelete"))
    #expect(current.image.meta.isUnloadable)
    _ = try bench.registry.swap("org.metis.test.nodelete")
    bench.registry.advanceDrains(now: 1)
    #expect(bench.registry.status.mappedImages == 1)
    #expect(try bench.registry.status("nodelete").generations.map(\.isMapped) == [true, true])
  }

  @Test func shutsDownDependantsFirst() throws {
    let bench = try Bench()
    try bench.add("a-good", "good")
    try bench.add("b-child", "child")
    try bench.load()
    let directory = bench.registry.store.directory
    #expect(FileManager.default.fileExists(atPath: directory))
    bench.registry.shutDown()
    #expect(bench.registry.active.isEmpty)
    #expect(!bench.contexts.handles.contains { !$0.isInvalid })
    #expect(!FileManager.default.fileExists(atPath: directory))
    let retired = bench.notices.compactMap { notice in
      if case .retired(let id, _, _) = notice { id } else { nil }
    }
    #expect(retired == ["org.metis.test.child", id])
  }
}
