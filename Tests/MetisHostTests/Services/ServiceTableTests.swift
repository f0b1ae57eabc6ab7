import Foundation
import MetisPluginAPI
import Testing

@testable import MetisHost

struct ServiceTableTests {
  private let test = TestServices()

  @Test func servicesAreFoundByTheirIds() {
    let plugin = PluginView(test.services)
    let table = plugin.context.hostTable.pointee
    #expect(table.size == 24 && table.abi == METIS_ABI_VERSION)
    for id in ServiceTables.ids {
      let service = metis_slice_v1.withText(id) { table.service(table.context, $0) }
      let again = metis_slice_v1.withText(id) { table.service(table.context, $0) }
      #expect(service != nil && service == again)
      #expect(service!.loadUnaligned(as: UInt32.self) % 8 == 0)
    }
    #expect(ServiceTables.ids.count == 10)
    for id in ["", "metis.host.log/2", "metis.host.log"] {
      #expect(metis_slice_v1.withText(id) { table.service(table.context, $0) } == nil)
    }
    #expect(table.service(table.context, nullSlice) == nil)
    #expect(withBytes([0xff]) { table.service(table.context, $0) } == nil)
    #expect(metis_slice_v1.withText(METIS_HOST_LOG_V1) { table.service(nil, $0) } == nil)
    #expect(plugin.log.size == 24 && plugin.state.size == 32 && plugin.call.size == 16)
  }

  @Test func log() {
    let plugin = PluginView(test.services)
    let log = plugin.log
    #expect(log.enabled(plugin.host, METIS_LOG_TRACE))
    #expect(!log.enabled(plugin.host, 5) && !log.enabled(nil, METIS_LOG_ERROR))
    func write(_ message: [UInt8], _ fields: String, level: UInt32 = METIS_LOG_INFO) {
      withBytes(message) { message in
        metis_slice_v1.withText(fields) { log.log(plugin.host, level, message, $0) }
      }
    }
    write(Array("hello\nworld".utf8), #"{"a": [1,"x"]}"#)
    write([0x61, 0xff, 0x62], "")
    write(Array("m".utf8), "[1]")
    write(Array("m".utf8), "{\"a\":")
    log.log(plugin.host, METIS_LOG_INFO, nullSlice, emptySlice)
    write(Array("m".utf8), "", level: 77)
    let start = "2026-01-02T03:04:05.678Z INFO org.example.test: "
    #expect(
      test.sink.lines == [
        start + #"hello\nworld {"a": [1,"x"]}"# + "\n", start + "a\u{fffd}b\n",
        start + "m malformed_fields=[1]\n", start + #"m malformed_fields="{\"a\":""# + "\n",
      ])
    test.services.log.level = .warn
    #expect(!log.enabled(plugin.host, METIS_LOG_INFO) && log.enabled(plugin.host, METIS_LOG_WARN))
    write(Array("m".utf8), "")
    #expect(test.sink.lines.count == 4)
  }

  @Test func metrics() {
    let plugin = PluginView(test.services)
    let metrics = plugin.metrics
    func series(_ kind: UInt32, _ name: String, _ labels: [(String, String)] = []) -> UInt64 {
      var bytes: [UInt8] = []
      for (name, value) in labels { bytes += Array(name.utf8) + Array(value.utf8) }
      return bytes.withUnsafeBufferPointer { buffer in
        var offset = 0
        func slice(_ text: String) -> metis_slice_v1 {
          defer { offset += text.utf8.count }
          return metis_slice_v1(bytes: buffer.baseAddress! + offset, count: text.utf8.count)
        }
        let fields = labels.map { metis_field_v1(name: slice($0.0), value: slice($0.1)) }
        return metis_slice_v1.withText(name) {
          metrics.series(plugin.host, kind, $0, fields, fields.count)
        }
      }
    }
    let hits = series(METIS_METRIC_COUNTER, "hits", [("kind", "a b")])
    #expect(hits != 0)
    #expect(series(METIS_METRIC_COUNTER, "hits", [("kind", "a b")]) == hits)
    metrics.record(plugin.host, hits, 2)
    metrics.record(plugin.host, hits + 1, 2)
    #expect(series(METIS_METRIC_GAUGE, "hits") == 0)
    #expect(series(9, "other") == 0)
    #expect(series(METIS_METRIC_COUNTER, "b-d") == 0)
    #expect(metrics.series(plugin.host, METIS_METRIC_COUNTER, nullSlice, nil, 0) == 0)
    metis_slice_v1.withText("x") {
      #expect(metrics.series(plugin.host, METIS_METRIC_COUNTER, $0, nil, 2) == 0)
      #expect(metrics.series(plugin.host, METIS_METRIC_COUNTER, $0, nil, .max) == 0)
      var field = metis_field_v1(name: $0, value: nullSlice)
      #expect(metrics.series(plugin.host, METIS_METRIC_COUNTER, $0, &field, 1) == 0)
    }
    let text = String(decoding: test.services.metrics.exposition(), as: UTF8.self)
    #expect(text.hasSuffix("hits{kind=\"a b\",plugin=\"org.example.test\"} 2\n"))
    #expect(test.sink.lines.count { $0.contains("metric series") } == 1)
  }

  @Test func clock() {
    let plugin = PluginView(test.services)
    #expect(plugin.clock.monotonic(plugin.host) == 5_000)
    #expect(plugin.clock.wall(plugin.host) == 1_767_323_045_678_000_000)
    test.clock.advance(10)
    #expect(plugin.clock.monotonic(plugin.host) == 5_010)
  }

  @Test func timer() {
    let plugin = PluginView(test.services)
    let other = PluginView(test.services, id: "org.example.other")
    let timer = plugin.timer
    let ran = Tally()
    let user = Unmanaged.passUnretained(ran).toOpaque()
    func after(_ delay: UInt64) -> UInt64 {
      timer.after(
        plugin.host, delay,
        { Unmanaged<Tally>.fromOpaque($0!).takeUnretainedValue().add() }, user)
    }
    let first = after(10)
    let second = after(20)
    #expect(first != 0 && second != 0)
    #expect(timer.after(plugin.host, 1, nil, nil) == 0 && timer.after(nil, 1, { _ in }, nil) == 0)
    #expect(timer.cancel(other.host, first) == METIS_LATE)
    #expect(timer.cancel(plugin.host, first) == METIS_OK)
    #expect(timer.cancel(plugin.host, first) == METIS_LATE)
    test.clock.advance(20)
    #expect(eventually { ran.value == 1 })
    #expect(timer.cancel(plugin.host, second) == METIS_LATE)
    _ = after(10)
    plugin.context.endTimers()
    #expect(test.services.timers.count == 0 && after(10) == 0)
    // Until `invalidate` all else still works: `deinit` may log.
    #expect(plugin.log.enabled(plugin.host, METIS_LOG_INFO))
    test.services.timers.stop()
  }

  @Test func state() {
    let core = FakeCore()
    core.sessions.withLock { $0 = [1: "a", 2: "b"] }
    let plugin = PluginView(test.services)
    let state = plugin.state
    func set(_ scope: UInt32, _ call: UInt64, _ key: String, _ value: String) -> Int32 {
      metis_slice_v1.withText(key) { key in
        metis_slice_v1.withText(value) { state.set(plugin.host, scope, call, key, $0) }
      }
    }
    func get(_ scope: UInt32, _ call: UInt64, _ key: String) -> (code: Int32, text: String) {
      collecting { sink in
        metis_slice_v1.withText(key) { state.get(plugin.host, scope, call, $0, sink) }
      }
    }
    #expect(set(METIS_SCOPE_PLUGIN, 0, "k", "v") == METIS_OK)
    #expect(get(METIS_SCOPE_PLUGIN, 0, "k") == (METIS_OK, "v"))
    #expect(get(METIS_SCOPE_PLUGIN, 0, "x") == (METIS_NOT_FOUND, ""))
    #expect(set(METIS_SCOPE_SESSION, 1, "k", "v") == METIS_UNSUPPORTED)
    test.services.hooks = core
    #expect(set(METIS_SCOPE_SESSION, 1, "k", "of a") == METIS_OK)
    #expect(get(METIS_SCOPE_SESSION, 1, "k") == (METIS_OK, "of a"))
    #expect(get(METIS_SCOPE_SESSION, 2, "k") == (METIS_NOT_FOUND, ""))
    #expect(get(METIS_SCOPE_SESSION, 3, "k") == (METIS_LATE, ""))
    #expect(get(METIS_SCOPE_SESSION, 0, "k") == (METIS_INVALID, ""))
    #expect(get(7, 1, "k") == (METIS_INVALID, ""))
    #expect(set(METIS_SCOPE_PLUGIN, 0, "", "v") == METIS_INVALID)
    #expect(set(METIS_SCOPE_PLUGIN, 0, String(repeating: "k", count: 257), "v") == METIS_INVALID)
    let large = String(repeating: "v", count: 1 << 20 | 1)
    #expect(set(METIS_SCOPE_PLUGIN, 0, "k", large) == METIS_LIMIT)
    #expect(state.get(plugin.host, METIS_SCOPE_PLUGIN, 0, emptySlice, nil) == METIS_INVALID)
    #expect(
      collecting { state.get(plugin.host, METIS_SCOPE_PLUGIN, 0, nullSlice, $0) }.code
        == METIS_INVALID)
    metis_slice_v1.withText("n") { key in
      var result: Int64 = 0
      #expect(state.add(plugin.host, METIS_SCOPE_PLUGIN, 0, key, 5, &result) == METIS_OK)
      #expect(state.add(plugin.host, METIS_SCOPE_PLUGIN, 0, key, -2, nil) == METIS_OK)
      #expect(state.add(plugin.host, METIS_SCOPE_PLUGIN, 0, key, 0, &result) == METIS_OK)
      #expect(result == 3)
      #expect(state.set(plugin.host, METIS_SCOPE_PLUGIN, 0, key, nullSlice) == METIS_INVALID)
    }
    test.services.state.endSession("a")
    #expect(get(METIS_SCOPE_SESSION, 1, "k") == (METIS_NOT_FOUND, ""))
    // A new generation finds what the old one left.
    plugin.context.invalidate()
    let next = PluginView(test.services)
    let kept = collecting { sink in
      metis_slice_v1.withText("k") { next.state.get(next.host, METIS_SCOPE_PLUGIN, 0, $0, sink) }
    }
    #expect(kept == (METIS_OK, "v"))
  }

  @Test func secret() {
    func get(_ plugin: PluginView, _ name: String) -> (code: Int32, text: String) {
      collecting { sink in
        metis_slice_v1.withText(name) { plugin.secret.get(plugin.host, $0, sink) }
      }
    }
    let denied = PluginView(test.services, secrets: ["key": "s3cret"])
    #expect(get(denied, "key") == (METIS_DENIED, ""))
    let granted = PluginView(test.services, grants: ["secrets"], secrets: ["key": "s3cret"])
    #expect(get(granted, "key") == (METIS_OK, "s3cret"))
    #expect(get(granted, "other") == (METIS_NOT_FOUND, ""))
    #expect(
      collecting { granted.secret.get(granted.host, nullSlice, $0) } == (METIS_INVALID, ""))
    #expect(granted.secret.get(granted.host, emptySlice, nil) == METIS_INVALID)
    #expect(test.sink.lines.isEmpty)
    let table = granted.secret
    granted.context.invalidate()
    #expect(granted.context.secret("key") == nil)
    #expect(collecting { table.get(granted.host, emptySlice, $0) }.code == METIS_LATE)
  }

  @Test func aSinkThatIsFullSaysSo() {
    let plugin = PluginView(test.services, grants: ["secrets"], secrets: ["key": "s3cret"])
    var sink = metis_sink_v1(
      size: UInt32(MemoryLayout<metis_sink_v1>.size), reserved: 0, context: nil,
      write: { _, _ in METIS_LIMIT })
    metis_slice_v1.withText("key") {
      #expect(plugin.secret.get(plugin.host, $0, &sink) == METIS_LIMIT)
      sink.write = nil
      #expect(plugin.secret.get(plugin.host, $0, &sink) == METIS_INVALID)
    }
  }

  @Test func everythingIsRefusedAfterTheEnd() {
    let core = FakeCore()
    test.services.hooks = core
    let plugin = PluginView(test.services, grants: ["secrets"])
    let (log, metrics, clock, timer) = (plugin.log, plugin.metrics, plugin.clock, plugin.timer)
    let (state, call, notify, engine) = (plugin.state, plugin.call, plugin.notify, plugin.engine)
    _ = timer.after(plugin.host, 1 << 40, { _ in }, nil)
    plugin.context.invalidate()
    plugin.context.invalidate()
    let host = plugin.host
    metis_slice_v1.withText("{}") { text in
      #expect(plugin.context.hostTable.pointee.service(host, text) == nil)
      #expect(!log.enabled(host, METIS_LOG_ERROR))
      log.log(host, METIS_LOG_ERROR, text, emptySlice)
      #expect(metrics.series(host, METIS_METRIC_COUNTER, text, nil, 0) == 0)
      metrics.record(host, 1, 1)
      #expect(clock.monotonic(host) == 0 && clock.wall(host) == 0)
      #expect(timer.after(host, 1, { _ in }, nil) == 0)
      #expect(timer.cancel(host, 1) == METIS_LATE)
      #expect(state.set(host, METIS_SCOPE_PLUGIN, 0, text, text) == METIS_LATE)
      #expect(state.add(host, METIS_SCOPE_PLUGIN, 0, text, 1, nil) == METIS_LATE)
      #expect(collecting { state.get(host, METIS_SCOPE_PLUGIN, 0, text, $0) }.code == METIS_LATE)
      #expect(call.call(host, 1, METIS_KIND_TOOL, text, text, { _, _, _ in }, nil) == METIS_LATE)
      #expect(notify.list_changed(host, METIS_KIND_TOOL) == METIS_LATE)
      #expect(notify.resource_updated(host, text) == METIS_LATE)
      var program: UInt64 = 0
      #expect(engine.compile(host, text, text, text, nil, &program) == METIS_LATE)
      #expect(collecting { engine.evaluate(host, 1, text, 1, $0, nil) }.code == METIS_LATE)
      engine.release(host, 1)
    }
    #expect(test.sink.lines.isEmpty && core.events.withLock { $0 }.isEmpty)
    #expect(test.services.timers.count == 0)
    test.services.timers.stop()
  }
}
