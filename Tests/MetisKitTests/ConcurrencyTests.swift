import Foundation
import MetisPluginAPI
import Testing

@Suite struct ConcurrencyTests {
  /// REENTRANT says that one instance serves concurrent calls: the same seeds give the same bytes
  /// whichever thread asks, in whatever order.
  @Test func oneInstanceServesSeveralThreads() throws {
    let plugin = try LoadedPlugin(Library.entry(Library.built("RandomStrategy")))
    let instance = try plugin.instance(
      #"{"id":{"type":"uuid"},"tags":{"type":"array","unique":true,"items":{"type":"string"}}}"#)
    let count = 500
    let expected = (0..<count).map { instance.call(seed: UInt64($0)) }
    #expect(expected.allSatisfy { $0 != nil })
    nonisolated(unsafe) let shared = instance
    nonisolated(unsafe) let results = UnsafeMutablePointer<Bool>.allocate(capacity: 4)
    defer { results.deallocate() }
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      let same = (0..<count).allSatisfy { step in
        let seed = (step * 7 + thread * 100) % count
        return shared.call(seed: UInt64(seed)) == expected[seed]
      }
      (results + thread).initialize(to: same)
    }
    #expect((0..<4).allSatisfy { results[$0] })
  }
}
