import Foundation
import MetisPluginAPI
import Testing

@testable import MetisHost

/// Many threads in all services of one plugin while it is ended under them; meant for
/// ThreadSanitizer (`swift test --sanitize=thread`), and it has to hold without.
struct ServiceStressTests {
  @Test func servicesUnderAllThreadsWhileTheContextEnds() throws {
    let services = HostServices(
      log: Log(level: .info, format: .json, sink: MemoryLogSink()), clock: SystemClock())
    let core = FakeCore()
    core.sessions.withLock { $0 = [1: "a"] }
    services.hooks = core
    let pool = WorkerPool(maximum: 3, idleTime: 1_000_000)
    let control = try ControlThread(clock: SystemClock())
    defer { control.stop() }
    for generation in 0..<6 {
      let plugin = PluginView(services, grants: ["secrets"], secrets: ["k": "v"])
      let view = UncheckedView(plugin)
      let fired = Tally()
      let threads = try (0..<3).map { _ in
        try HostThread(name: "stress") { view.exercise(150, fired) }
      }
      for _ in 0..<20 { _ = pool.submit { _ in view.exercise(5, fired) } }
      usleep(useconds_t(generation * 1500))
      control.sync { plugin.context.invalidate() }
      let count = fired.value
      for thread in threads { thread.join() }
      // No callback after the end.
      #expect(fired.value == count)
      services.state.endSession("a")
      _ = services.metrics.exposition()
    }
    #expect(pool.shutdown(deadline: inSeconds(30)) == .init(dropped: 0, running: 0))
    #expect(core.holds.value == 0)
    #expect(services.programs.count == 0)
    #expect(services.timers.count == 0)
    services.timers.stop()
  }
}

/// Tables are fetched before the context ends, as a plugin does in its `init`.
private struct UncheckedView: @unchecked Sendable {
  let host: UnsafeMutableRawPointer
  let log: metis_host_log_v1
  let metrics: metis_host_metrics_v1
  let timer: metis_host_timer_v1
  let state: metis_host_state_v1
  let secret: metis_host_secret_v1
  let call: metis_host_call_v1
  let engine: metis_host_engine_v1

  init(_ plugin: PluginView) {
    host = plugin.host
    log = plugin.log
    metrics = plugin.metrics
    timer = plugin.timer
    state = plugin.state
    secret = plugin.secret
    call = plugin.call
    engine = plugin.engine
  }

  func exercise(_ rounds: Int, _ fired: Tally) {
    let user = Unmanaged.passUnretained(fired).toOpaque()
    for round in 0..<rounds {
      metis_slice_v1.withText("k") { key in
        if round % 8 == 0 { log.log(host, METIS_LOG_INFO, key, emptySlice) }
        let series = metrics.series(host, METIS_METRIC_COUNTER, key, nil, 0)
        metrics.record(host, series, 1)
        let timer = timer.after(
          host, UInt64(round % 5) * 20_000,
          { Unmanaged<Tally>.fromOpaque($0!).takeUnretainedValue().add() }, user)
        _ = state.add(host, METIS_SCOPE_PLUGIN, 0, key, 1, nil)
        _ = state.set(host, METIS_SCOPE_SESSION, 1, key, key)
        _ = collecting { state.get(host, METIS_SCOPE_SESSION, 1, key, $0) }
        _ = collecting { secret.get(host, key, $0) }
        _ = call.call(host, 1, METIS_KIND_TOOL, key, emptySlice, { _, _, _ in }, nil)
        var program: UInt64 = 0
        _ = metis_slice_v1.withText("echo") {
          engine.compile(host, $0, key, key, nil, &program)
        }
        _ = collecting { engine.evaluate(host, program, key, 1, $0, nil) }
        if round % 2 == 0 { engine.release(host, program) }
        if round % 3 == 0 { _ = self.timer.cancel(host, timer) }
      }
    }
  }
}
