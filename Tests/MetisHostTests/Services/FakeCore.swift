import MetisPluginAPI

@testable import MetisHost

/// A core that answers calls by echo, and offers one engine that repeats its source.
final class FakeCore: HostServiceHooks, @unchecked Sendable {
  let events = Locked<[String]>([])
  let sessions = Locked<[UInt64: String]>([:])
  let holds = Tally()
  /// Runs inside `findEngine`.
  let whenEngineIsSought = Locked<(@Sendable () -> Void)?>(nil)
  /// Programs that the engine made and did not release.
  let programs = Tally()
  private let engineTable: UnsafeMutablePointer<metis_engine_v1>

  init() {
    engineTable = .allocate(capacity: 1)
    engineTable.initialize(
      to: metis_engine_v1(
        size: UInt32(MemoryLayout<metis_engine_v1>.size), flags: 0, languages: nil,
        language_count: 0, compile: compileEcho, evaluate: evaluateEcho, release: releaseEcho))
  }

  deinit { engineTable.deallocate() }

  /// Takes a function out of the engine's table.
  func breakEngine() { engineTable.pointee.evaluate = nil }

  func call(
    from plugin: PluginContext, parent: UInt64, kind: UInt32, target: UnsafeRawBufferPointer,
    arguments: UnsafeRawBufferPointer, done: @escaping metis_call_done_v1,
    user: UnsafeMutableRawPointer?
  ) -> Int32 {
    guard parent == 1 else { return METIS_LATE }
    let target = String(decoding: target, as: UTF8.self)
    let arguments = String(decoding: arguments, as: UTF8.self)
    events.withLock { $0.append("\(plugin.id) calls \(kind) \(target) \(arguments)") }
    metis_slice_v1.withText("{\"echo\":\(arguments)}") { done(user, 0, $0) }
    return METIS_OK
  }

  func listChanged(kind: UInt32) -> Int32 {
    events.withLock { $0.append("list \(kind)") }
    return METIS_OK
  }

  func resourceUpdated(uri: String) -> Int32 {
    events.withLock { $0.append("updated \(uri)") }
    return METIS_OK
  }

  func sessionKey(call: UInt64) -> String? { sessions.withLock { $0[call] } }

  func findEngine(language: String) -> HeldEngine? {
    guard language == "echo" else { return nil }
    holds.add()
    whenEngineIsSought.withLock { $0 }?()
    return HeldEngine(
      token: 9, table: engineTable,
      plugin: Unmanaged.passUnretained(programs).toOpaque())
  }

  func releaseEngine(_ engine: HeldEngine) { holds.add(-1) }
}

private final class EchoProgram {
  let source: String
  let programs: Tally
  init(_ source: String, _ programs: Tally) {
    self.source = source
    self.programs = programs
    programs.add()
  }
  deinit { programs.add(-1) }
}

private func compileEcho(
  _ plugin: UnsafeMutableRawPointer?, _ language: metis_slice_v1, _ name: metis_slice_v1,
  _ source: metis_slice_v1, _ error: UnsafeMutablePointer<metis_error_v1>?,
  _ program: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  let text = source.checkedText() ?? ""
  if text == "none" { return METIS_OK }
  if text == "bad" {
    error?.fill(METIS_INVALID, "line 1: \"bad\" is no program")
    return METIS_INVALID
  }
  let programs = Unmanaged<Tally>.fromOpaque(plugin!).takeUnretainedValue()
  program?.pointee = Unmanaged.passRetained(EchoProgram(text, programs)).toOpaque()
  return METIS_OK
}

private func evaluateEcho(
  _ program: UnsafeMutableRawPointer?, _ input: metis_slice_v1, _ seed: UInt64,
  _ sink: UnsafePointer<metis_sink_v1>?, _ error: UnsafeMutablePointer<metis_error_v1>?
) -> Int32 {
  let source = Unmanaged<EchoProgram>.fromOpaque(program!).takeUnretainedValue().source
  let text = "\(source) \(input.checkedText() ?? "") \(seed)"
  return metis_slice_v1.withText(text) { sink!.pointee.write(sink!.pointee.context, $0) }
}

private func releaseEcho(_ program: UnsafeMutableRawPointer?) {
  Unmanaged<EchoProgram>.fromOpaque(program!).release()
}
