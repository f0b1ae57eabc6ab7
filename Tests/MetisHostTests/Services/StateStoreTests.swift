import Testing

@testable import MetisHost

struct StateStoreTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test func setGetAndRemove() throws {
    let state = StateStore().state(ofPlugin: "p")
    #expect(try state.value(bytes("k"), session: nil) == nil)
    try state.set(bytes("k"), to: bytes("v"), session: nil)
    try state.set(bytes("k"), to: bytes("w"), session: nil)
    #expect(try state.value(bytes("k"), session: nil) == bytes("w"))
    #expect(state.count == 1)
    try state.set(bytes("k"), to: [], session: nil)
    try state.set(bytes("k"), to: [], session: nil)
    #expect(try state.value(bytes("k"), session: nil) == nil)
    #expect(state.count == 0)
  }

  @Test func scopesAndPluginsAreApart() throws {
    let store = StateStore()
    let state = store.state(ofPlugin: "p")
    try state.set(bytes("k"), to: bytes("plugin"), session: nil)
    try state.set(bytes("k"), to: bytes("a"), session: "a")
    try state.set(bytes("k"), to: bytes("b"), session: "b")
    #expect(try store.state(ofPlugin: "q").value(bytes("k"), session: nil) == nil)
    store.endSession("a")
    #expect(try state.value(bytes("k"), session: "a") == nil)
    #expect(try state.value(bytes("k"), session: "b") == bytes("b"))
    #expect(try state.value(bytes("k"), session: nil) == bytes("plugin"))
    // The next generation of the plugin finds the same state.
    #expect(try store.state(ofPlugin: "p").value(bytes("k"), session: "b") == bytes("b"))
    #expect(state.count == 2)
    store.remove(plugin: "p")
    #expect(state.count == 0)
  }

  @Test func add() throws {
    let state = StateStore().state(ofPlugin: "p")
    #expect(try state.add(5, to: bytes("n"), session: nil) == 5)
    #expect(try state.add(-7, to: bytes("n"), session: nil) == -2)
    #expect(try state.value(bytes("n"), session: nil) == bytes("-2"))
    try state.set(bytes("n"), to: bytes("\(Int64.max)"), session: nil)
    #expect(throws: StateStore.Refusal.limit) { try state.add(1, to: bytes("n"), session: nil) }
    for text in ["x", "1.5", " 1", "1 "] {
      try state.set(bytes("n"), to: bytes(text), session: nil)
      #expect(throws: StateStore.Refusal.invalid) { try state.add(1, to: bytes("n"), session: nil) }
    }
  }

  @Test func limits() throws {
    let state = StateStore().state(ofPlugin: "p")
    let key = [UInt8](repeating: 1, count: 256)
    try state.set(key, to: [UInt8](repeating: 2, count: 1 << 20), session: nil)
    #expect(throws: StateStore.Refusal.limit) {
      try state.set(key, to: [UInt8](repeating: 2, count: 1 << 20 | 1), session: nil)
    }
    #expect(throws: StateStore.Refusal.invalid) { try state.set(key + [1], to: [1], session: nil) }
    #expect(throws: StateStore.Refusal.invalid) { try state.value([], session: nil) }
    for index in 1..<10_000 { try state.set(bytes("\(index)"), to: [1], session: "\(index % 5)") }
    #expect(throws: StateStore.Refusal.limit) { try state.set(bytes("x"), to: [1], session: nil) }
    #expect(throws: StateStore.Refusal.limit) { try state.add(1, to: bytes("x"), session: nil) }
    try state.set(bytes("1"), to: [2], session: "1")
    try state.set(bytes("1"), to: [], session: "1")
    try state.set(bytes("x"), to: [1], session: nil)
  }

  @Test func allValuesTogetherAreBounded() throws {
    var limits = StateStore.Limits()
    limits.bytes = 100
    let state = StateStore(limits: limits).state(ofPlugin: "p")
    try state.set(bytes("k"), to: [UInt8](repeating: 1, count: 99), session: nil)
    #expect(throws: StateStore.Refusal.limit) { try state.set(bytes("l"), to: [1], session: nil) }
    try state.set(bytes("k"), to: [UInt8](repeating: 1, count: 50), session: nil)
    try state.set(bytes("l"), to: [UInt8](repeating: 1, count: 48), session: "s")
    #expect(throws: StateStore.Refusal.limit) { try state.set(bytes("m"), to: [1], session: nil) }
  }

  @Test func addsOfManyThreadsAreWhole() throws {
    let state = StateStore().state(ofPlugin: "p")
    let key = bytes("n")
    let threads = try (0..<4).map { _ in
      try HostThread(name: "adder") {
        for _ in 0..<2_000 { _ = try? state.add(1, to: key, session: nil) }
      }
    }
    for thread in threads { thread.join() }
    #expect(try state.value(key, session: nil) == bytes("8000"))
  }
}
