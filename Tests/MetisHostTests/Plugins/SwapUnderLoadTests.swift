import Foundation
import Synchronization
import Testing

@testable import MetisHost

/// Publishes one generation behind a lock; a reader takes a count of it before it lets the lock go,
/// so that a ticket has passed as soon as it is given.
private final class LockedAdopter: GenerationAdopter, @unchecked Sendable {
  struct Visible: @unchecked Sendable {
    let generation: PluginGeneration
    let instance: UnsafeMutableRawPointer
  }

  private let visible = Mutex<Visible?>(nil)
  /// Control thread only.
  private var instances: [ObjectIdentifier: UnsafeMutableRawPointer] = [:]

  struct Change: PreparedChange {
    let adopter: LockedAdopter
    let next: Visible?
    func commit() { adopter.visible.withLock { $0 = next } }
    func abandon() {}
  }

  func prepare(_ change: GenerationChange) throws(PluginError) -> any PreparedChange {
    guard let incoming = change.incoming, let table = incoming.strategy else {
      return Change(adopter: self, next: nil)
    }
    var instance: UnsafeMutableRawPointer?
    guard table.pointee.create(incoming.plugin, nil, nil, &instance) == 0, let instance else {
      throw PluginError(.adoption, "no instance")
    }
    instances[ObjectIdentifier(incoming)] = instance
    return Change(adopter: self, next: Visible(generation: incoming, instance: instance))
  }

  func grace() -> UInt64 { 0 }
  func hasPassed(_ ticket: UInt64) -> Bool { true }

  func retire(_ generation: PluginGeneration) {
    if let instance = instances.removeValue(forKey: ObjectIdentifier(generation)) {
      generation.strategy?.pointee.destroy(instance)
    }
  }

  /// One call on whatever is visible; the answer.
  func call() -> String? {
    let entered = visible.withLock { visible -> Visible? in
      visible?.generation.calls.add(1, ordering: .relaxed)
      return visible
    }
    guard let entered else { return nil }
    defer { entered.generation.calls.subtract(1, ordering: .releasing) }
    return Answers.call(entered.generation, instance: entered.instance)
  }
}

@Suite struct SwapUnderLoadTests {
  /// Four threads call without a pause while the plugin is replaced and its old images unmapped.
  /// A call into an image that is gone would end the process.
  @Test func noCallIsLostAndNoneMeetsAnUnmappedImage() throws {
    let folder = try TemporaryFolder()
    var options = PluginRegistry.Options()
    options.storeParent = folder.path
    let registry = try PluginRegistry(options: options, contexts: BareContexts())
    let adopter = LockedAdopter()
    registry.adopter = adopter
    try folder.write("good.toml", "library = \"\(try FaultyPlugins.path("good"))\"")
    try registry.discover(folder.path)
    registry.loadAll()

    let ends = Atomic<Bool>(false)
    let good = Atomic<Int>(0)
    let better = Atomic<Int>(0)
    let lost = Atomic<Int>(0)
    let group = DispatchGroup()
    withoutActuallyEscaping(
      { @Sendable () -> Void in
        while !ends.load(ordering: .relaxed) {
          switch adopter.call() {
          case #"{"answer":"good"}"#: good.add(1, ordering: .relaxed)
          case #"{"answer":"better"}"#: better.add(1, ordering: .relaxed)
          default: lost.add(1, ordering: .relaxed)
          }
        }
      },
      do: { work in
        for _ in 0..<4 {
          let thread = Thread { [work] in
            work()
            group.leave()
          }
          group.enter()
          thread.start()
        }
        for round in 0..<300 {
          let library = round % 2 == 0 ? "good-1.1" : "good"
          do {
            _ = try registry.swap(
              "org.metis.test.good", SwapRequest(path: try FaultyPlugins.path(library)))
          } catch {
            Issue.record(error)
          }
          registry.advanceDrains(now: UInt64(round))
        }
        ends.store(true, ordering: .relaxed)
        group.wait()
      })
    #expect(lost.load(ordering: .relaxed) == 0)
    #expect(good.load(ordering: .relaxed) > 0 && better.load(ordering: .relaxed) > 0)
    #expect(!registry.advanceDrains(now: 1_000))
    #expect(registry.status.mappedImages == 0)
    #expect(registry.generation("org.metis.test.good")?.number == 301)
    print(
      "300 swaps under \(good.load(ordering: .relaxed) + better.load(ordering: .relaxed)) calls")
    registry.shutDown()
  }
}
