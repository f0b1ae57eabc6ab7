import CLinux
import Glibc
import JSON
import MCP
import MetisConfig

/// The requests that the host served last, over all loops. Control thread, but for what loops do
/// with their own rings.
final class Journal: @unchecked Sendable {
  /// The rings of loops that serve, and of some that have ended.
  private struct State {
    var settings: JournalSettings
    var loops: [Loop] = []
    var live: [(loop: Loop, ring: JournalRing)] = []
    var ended: [JournalRing] = []
  }

  /// How many rings of ended loops are kept: as many as a swap of the transport leaves.
  private static let endedRings = 16
  /// How long a loop may take to give its copy, in ns; a strategy may keep it busy.
  private static let patience: UInt64 = 2_000_000_000

  private let state: Locked<State>
  private let clock: any HostClock
  /// Where ticks and the wall clock stood when the journal began.
  private let startTicks = clinux_ticks()
  private let startMonotonic: UInt64
  private let startWall: Int64

  init(_ settings: JournalSettings, clock: any HostClock) {
    state = Locked(State(settings: settings))
    self.clock = clock
    startMonotonic = clock.monotonic
    startWall = clock.wall
  }

  // MARK: Loops

  /// A loop begins; its ring, or nil where nothing is kept. [loop-thread]
  func join(_ loop: Loop) -> Unmanaged<JournalRing>? {
    state.withLock { state in
      state.loops.append(loop)
      guard state.settings.isEnabled else { return nil }
      let ring = JournalRing(state.settings)
      state.live.append((loop, ring))
      // The journal keeps it as long as the loop writes to it.
      return Unmanaged.passUnretained(ring)
    }
  }

  /// A loop has ended: nobody writes to its ring any more. [loop-thread]
  func leave(_ loop: Loop) {
    loop.journal = nil
    state.withLock { state in
      state.ended += state.live.filter { $0.loop === loop }.map(\.ring)
      state.live.removeAll { $0.loop === loop }
      state.loops.removeAll { $0 === loop }
      state.ended = Array(state.ended.suffix(Journal.endedRings))
    }
  }

  /// Takes over the settings of a reload: where they changed, loops begin with empty rings.
  func configure(_ settings: JournalSettings) {
    let loops = state.withLock { state in
      guard state.settings != settings else { return [] as [Loop] }
      state.settings = settings
      return state.loops
    }
    for loop in loops {
      loop.post(
        .run { [self] loop in
          replaceRing(of: loop)
          loop.journal = state.withLock { state in
            state.live.first { $0.loop === loop }.map { Unmanaged.passUnretained($0.ring) }
          }
        })
    }
  }

  /// Gives a loop a ring by the present settings, or none. [loop-thread]
  private func replaceRing(of loop: Loop) {
    state.withLock { state in
      guard state.loops.contains(where: { $0 === loop }) else { return }
      state.live.removeAll { $0.loop === loop }
      if state.settings.isEnabled { state.live.append((loop, JournalRing(state.settings))) }
    }
  }

  // MARK: Reading

  /// Collects the entries of all loops, the oldest first, at most as many as the capacity says;
  /// `done` runs once, on any thread.
  func collect(_ control: ControlThread, _ done: @escaping @Sendable ([JournalEntry]) -> Void) {
    let (live, ended, capacity) = state.withLock { state in
      (state.live, state.ended, state.settings.capacity)
    }
    let gathering = Gathering(
      copies: ended.map { $0.copy() }, missing: live.count
    ) { [self] copies in
      // Not on the loop that was the last: it has requests to serve.
      control.async { [self] in done(entries(copies, capacity)) }
    }
    for (loop, ring) in live {
      loop.post(.run { _ in gathering.add(ring.copy()) })
    }
    bound(gathering, control)
  }

  /// Forgets everything; `done` runs once every loop has done so.
  func clear(_ control: ControlThread, _ done: @escaping @Sendable () -> Void) {
    let live = state.withLock { state in
      state.ended = []
      return state.live
    }
    let gathering = Gathering(copies: [], missing: live.count) { _ in control.async(done) }
    for (loop, ring) in live {
      loop.post(
        .run { _ in
          ring.clear()
          gathering.add(JournalCopy())
        })
    }
    bound(gathering, control)
  }

  /// Ends a gathering in time: a loop that is busy, or has just ended, is not waited for.
  private func bound(_ gathering: Gathering, _ control: ControlThread) {
    gathering.finishIfComplete()
    let deadline = clock.monotonic + Journal.patience
    let clock = clock
    control.every(
      50_000_000, while: { !gathering.isDone },
      perform: { if clock.monotonic >= deadline { gathering.finish() } })
  }

  private func entries(_ copies: [JournalCopy], _ capacity: Int) -> [JournalEntry] {
    // What a tick is: both clocks since the journal began.
    let ticks = clinux_ticks() &- startTicks
    let passed = clock.monotonic - startMonotonic
    let scale = ticks == 0 ? 0 : Double(passed) / Double(ticks)
    let sorted = copies.flatMap(\.entries).sorted { $0.slot.start < $1.slot.start }
    return sorted.suffix(capacity).enumerated().map { index, entry in
      let since = Double(entry.slot.start &- startTicks) * scale
      let length = Double(entry.slot.end &- entry.slot.start) * scale
      return JournalEntry(
        entry.slot, entry.text, time: startWall + Int64(since),
        duration: entry.slot.end == 0 ? nil : Int64(length))
    }
  }

  /// Waits for the copies of several loops.
  private final class Gathering: @unchecked Sendable {
    private let lock = Lock()
    private var copies: [JournalCopy]
    private var missing: Int
    private var done: (@Sendable ([JournalCopy]) -> Void)?

    init(
      copies: [JournalCopy], missing: Int, done: @escaping @Sendable ([JournalCopy]) -> Void
    ) {
      self.copies = copies
      self.missing = missing
      self.done = done
    }

    var isDone: Bool { lock.withLock { done == nil } }

    func add(_ copy: JournalCopy) {
      lock.withLock {
        copies.append(copy)
        missing -= 1
      }
      finishIfComplete()
    }

    func finishIfComplete() { finish(onlyIfComplete: true) }

    func finish(onlyIfComplete: Bool = false) {
      var body: (@Sendable ([JournalCopy]) -> Void)?
      var found: [JournalCopy] = []
      lock.withLock {
        guard !onlyIfComplete || missing <= 0 else { return }
        body = done
        found = copies
        done = nil
      }
      body?(found)
    }
  }
}
