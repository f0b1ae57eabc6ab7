/// The life of one generation of a plugin: a pure state machine.
///
/// It reads no clock and starts nothing: each step is told its time, so that tests need neither
/// threads nor waiting.
///
///     found → verified → loaded → initialised → active → draining → retired
///
/// and from any of them but the last, failed with its reason.
struct PluginLifecycle: Sendable {
  /// Where a generation stands.
  enum State: Sendable, Hashable, CustomStringConvertible {
    /// Its file is known.
    case found
    /// Its bytes are read, and format, digest and signature are in order.
    case verified
    /// The library is mapped and its table is in order.
    case loaded
    /// `init` has returned.
    case initialised
    /// Calls reach it.
    case active
    /// New calls reach another generation or none; calls that began on it end on it.
    case draining
    /// `deinit` has returned.
    case retired
    /// It never became active, for this reason.
    case failed(reason: String)

    /// The state's name in status documents.
    var name: String {
      switch self {
      case .found: "found"
      case .verified: "verified"
      case .loaded: "loaded"
      case .initialised: "initialised"
      case .active: "active"
      case .draining: "draining"
      case .retired: "retired"
      case .failed: "failed"
      }
    }

    var description: String {
      if case .failed(let reason) = self { "failed: \(reason)" } else { name }
    }

    /// The one state that may follow, failure aside.
    var successor: State? {
      switch self {
      case .found: .verified
      case .verified: .loaded
      case .loaded: .initialised
      case .initialised: .active
      case .active: .draining
      case .draining: .retired
      case .retired, .failed: nil
      }
    }
  }

  /// A state and when it was reached.
  struct Step: Sendable, Hashable {
    var state: State
    /// Nanoseconds of the injected clock.
    var time: UInt64
  }

  /// A step that the machine does not allow.
  struct IllegalTransition: Error, Sendable, Hashable, CustomStringConvertible {
    var from: State
    var to: State
    var description: String {
      let expected = from.successor.map { "after \(from.name) comes \($0.name) or failed" }
      return "a plugin cannot go from \(from.name) to \(to.name): "
        + (expected ?? "\(from.name) is final")
    }
  }

  /// Every state so far with its time, from `found` on.
  private(set) var steps: [Step]

  /// A generation whose file was found at `time`.
  init(foundAt time: UInt64) { steps = [Step(state: .found, time: time)] }

  /// Where it stands.
  var state: State { steps[steps.count - 1].state }

  /// When it reached the state named `name`; nil where it has not.
  func time(of name: String) -> UInt64? { steps.first { $0.state.name == name }?.time }

  /// Goes to `next` at `time`; a clock that went backwards counts as standing still.
  mutating func advance(to next: State, at time: UInt64) throws(IllegalTransition) {
    let isAllowed: Bool
    if case .failed = next {
      isAllowed = state.successor != nil
    } else {
      isAllowed = state.successor == next
    }
    guard isAllowed else { throw IllegalTransition(from: state, to: next) }
    steps.append(Step(state: next, time: max(time, steps[steps.count - 1].time)))
  }
}
