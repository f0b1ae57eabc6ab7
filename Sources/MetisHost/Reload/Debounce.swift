/// Tells when a burst of changes is over. Pure: time is given, in nanoseconds of one clock.
struct Debounce {
  /// How long nothing may change.
  var quiet: UInt64
  private var first: UInt64?
  private var last: UInt64 = 0

  init(quiet: UInt64) { self.quiet = quiet }

  /// The longest wait, so that somebody who writes without a pause is followed all the same.
  var longest: UInt64 { quiet.multipliedReportingOverflow(by: 10).overflow ? .max : quiet * 10 }

  /// Whether something has changed and was not taken yet.
  var isPending: Bool { first != nil }

  /// When the changes are to be taken; nil where there are none.
  var due: UInt64? {
    guard let first else { return nil }
    return min(saturating(last, quiet), saturating(first, longest))
  }

  /// Something has changed.
  mutating func note(at now: UInt64) {
    if first == nil { first = now }
    last = now
  }

  /// Whether the changes are due; they are taken then.
  mutating func take(at now: UInt64) -> Bool {
    guard let due, due <= now else { return false }
    first = nil
    return true
  }

  private func saturating(_ time: UInt64, _ more: UInt64) -> UInt64 {
    let (sum, overflow) = time.addingReportingOverflow(more)
    return overflow ? .max : sum
  }
}
