import MetisPluginAPI

/// An engine of an active plugin generation, held so that it is not retired.
struct HeldEngine: @unchecked Sendable {
  /// Names the hold; given back once by `HostServiceHooks.releaseEngine`.
  let token: UInt64
  /// Static: lives as long as the engine's library, which the hold keeps.
  let table: UnsafePointer<metis_engine_v1>
  /// The plugin that `compile` receives.
  let plugin: UnsafeMutableRawPointer?
}

/// Programs that plugins have compiled with engines of others, by number.
///
/// A program that is released while another thread evaluates it ends after that. All functions
/// are safe from every thread; engines are called without the lock.
final class EnginePrograms: Sendable {
  /// Programs that one plugin context may have open.
  static let limitPerContext = 10_000

  /// Gives a hold back.
  typealias Release = @Sendable (HeldEngine) -> Void

  private struct Program {
    let engine: HeldEngine
    /// The engine's own.
    let handle: UnsafeMutableRawPointer
    /// The context that compiled it: others may not use it.
    let owner: UInt64
    var evaluations = 0
    var released = false
  }

  private struct Table {
    var programs: [UInt64: Program] = [:]
    var counts: [UInt64: Int] = [:]
    var lastNumber: UInt64 = 0
  }

  private let table = Locked(Table())
  private let giveBack: Release

  init(giveBack: @escaping Release) { self.giveBack = giveBack }

  /// Programs that are open, of all contexts.
  var count: Int { table.withLock { $0.programs.count } }

  /// Compiles with `engine`, whose hold passes to the program, or is given back on failure.
  /// - Returns: the engine's code; METIS_LIMIT at the owner's limit; METIS_UNSUPPORTED where its
  ///   table lacks a function; METIS_FAILED where it says METIS_OK without a program.
  func compile(
    _ engine: HeldEngine, owner: UInt64, language: metis_slice_v1, name: metis_slice_v1,
    source: metis_slice_v1, error: UnsafeMutablePointer<metis_error_v1>,
    number: UnsafeMutablePointer<UInt64>
  ) -> Int32 {
    let isFull = table.withLock { $0.counts[owner, default: 0] >= Self.limitPerContext }
    let engineTable = engine.table.pointee
    guard !isFull, let compile = engineTable.compile, engineTable.evaluate != nil,
      engineTable.release != nil
    else {
      giveBack(engine)
      if isFull {
        error.fill(
          METIS_LIMIT,
          "the plugin has \(Self.limitPerContext) programs open, which is the limit: "
            + "release those that are not used")
        return METIS_LIMIT
      }
      error.fill(METIS_UNSUPPORTED, "the engine's table lacks a function")
      return METIS_UNSUPPORTED
    }
    var handle: UnsafeMutableRawPointer?
    var code = compile(engine.plugin, language, name, source, error, &handle)
    if code == METIS_OK && handle == nil {
      code = METIS_FAILED
      error.fill(code, "the engine reported success but returned no program")
    }
    guard code == METIS_OK, let handle else {
      giveBack(engine)
      return code
    }
    number.pointee = table.withLock { table in
      table.lastNumber += 1
      table.programs[table.lastNumber] = Program(engine: engine, handle: handle, owner: owner)
      table.counts[owner, default: 0] += 1
      return table.lastNumber
    }
    return METIS_OK
  }

  /// Evaluates a program of `owner`; METIS_NOT_FOUND for another number.
  func evaluate(
    _ number: UInt64, owner: UInt64, input: metis_slice_v1, seed: UInt64,
    sink: UnsafePointer<metis_sink_v1>, error: UnsafeMutablePointer<metis_error_v1>
  ) -> Int32 {
    let program = table.withLock { table -> Program? in
      guard let program = table.programs[number], program.owner == owner, !program.released else {
        return nil
      }
      table.programs[number]?.evaluations += 1
      return program
    }
    guard let program else {
      error.fill(METIS_NOT_FOUND, "no open program \(number) of this plugin")
      return METIS_NOT_FOUND
    }
    defer { endEvaluation(number) }
    return program.engine.table.pointee.evaluate(program.handle, input, seed, sink, error)
  }

  /// Releases a program of `owner`; another number is ignored.
  func release(_ number: UInt64, owner: UInt64) {
    finish(
      table.withLock { table -> Program? in
        guard let program = table.programs[number], program.owner == owner, !program.released
        else { return nil }
        return Self.markReleased(number, &table)
      })
  }

  /// Releases all programs of `owner`.
  func releaseAll(owner: UInt64) {
    let programs = table.withLock { table in
      let numbers = table.programs.filter { $0.value.owner == owner && !$0.value.released }.keys
      let ended = numbers.compactMap { Self.markReleased($0, &table) }
      table.counts[owner] = nil
      return ended
    }
    for program in programs { finish(program) }
  }

  private func endEvaluation(_ number: UInt64) {
    finish(
      table.withLock { table -> Program? in
        table.programs[number]?.evaluations -= 1
        guard let program = table.programs[number], program.released, program.evaluations == 0
        else { return nil }
        return table.programs.removeValue(forKey: number)
      })
  }

  /// The program where nobody evaluates it; else its last evaluation ends it.
  private static func markReleased(_ number: UInt64, _ table: inout Table) -> Program? {
    guard let program = table.programs[number] else { return nil }
    table.counts[program.owner]? -= 1
    if table.counts[program.owner] == 0 { table.counts[program.owner] = nil }
    if program.evaluations == 0 { return table.programs.removeValue(forKey: number) }
    table.programs[number]?.released = true
    return nil
  }

  private func finish(_ program: Program?) {
    guard let program else { return }
    program.engine.table.pointee.release(program.handle)
    giveBack(program.engine)
  }
}
