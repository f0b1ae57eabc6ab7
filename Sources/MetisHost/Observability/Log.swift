import Synchronization

/// The host's log: levels, fields, one line a record, each line in one write.
///
/// A line of a level that is off costs one atomic load: neither its message nor its fields are
/// built. All functions are safe from every thread.
final class Log: Sendable {
  private let threshold: Atomic<UInt8>
  private let lost = Atomic<UInt64>(0)
  /// The place of the format among all.
  private let shape: Atomic<Int>
  private let colours: Bool
  private let sink: any LogSink
  private let clock: any HostClock

  /// - Parameters:
  ///   - level: the least important level that is written.
  ///   - colours: nil colours the pretty format where the sink is a terminal.
  init(
    level: LogLevel = .info, format: LogFormat = .compact, sink: any LogSink = DescriptorLogSink(),
    clock: any HostClock = SystemClock(), colours: Bool? = nil
  ) {
    threshold = Atomic(level.rawValue)
    shape = Atomic(LogFormat.allCases.firstIndex(of: format) ?? 0)
    self.sink = sink
    self.clock = clock
    self.colours = colours ?? sink.isTerminal
  }

  /// The least important level that is written. May change while the host runs.
  var level: LogLevel {
    get { LogLevel(rawValue: threshold.load(ordering: .relaxed)) ?? .error }
    set { threshold.store(newValue.rawValue, ordering: .relaxed) }
  }

  /// How a line looks. May change while the host runs.
  var format: LogFormat {
    get { LogFormat.allCases[shape.load(ordering: .relaxed)] }
    set { shape.store(LogFormat.allCases.firstIndex(of: newValue) ?? 0, ordering: .relaxed) }
  }

  /// Lines that the sink could not take.
  var lostLines: UInt64 { lost.load(ordering: .relaxed) }

  /// Whether a line of this level goes anywhere.
  @inline(__always)
  func isEnabled(_ level: LogLevel) -> Bool {
    level.rawValue >= threshold.load(ordering: .relaxed)
  }

  /// Opens the output anew: on SIGHUP, for logrotate.
  func reopen() throws(LogSinkError) { try sink.reopen() }

  func trace(
    _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = LogFields(),
    source: StaticString = "host"
  ) {
    if isEnabled(.trace) { write(.trace, "\(source)", message(), .pairs(fields())) }
  }

  func debug(
    _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = LogFields(),
    source: StaticString = "host"
  ) {
    if isEnabled(.debug) { write(.debug, "\(source)", message(), .pairs(fields())) }
  }

  func info(
    _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = LogFields(),
    source: StaticString = "host"
  ) {
    if isEnabled(.info) { write(.info, "\(source)", message(), .pairs(fields())) }
  }

  func warn(
    _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = LogFields(),
    source: StaticString = "host"
  ) {
    if isEnabled(.warn) { write(.warn, "\(source)", message(), .pairs(fields())) }
  }

  func error(
    _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = LogFields(),
    source: StaticString = "host"
  ) {
    if isEnabled(.error) { write(.error, "\(source)", message(), .pairs(fields())) }
  }

  /// Writes a line whatever the level: the caller has asked `isEnabled`.
  func write(_ level: LogLevel, _ source: String, _ message: String, _ fields: LogLine.Fields) {
    let line = LogLine(
      time: clock.wall, level: level, source: source, message: message, fields: fields)
    let written = line.bytes(format, colours: colours).withUnsafeBytes { sink.write($0) }
    if !written { lost.wrappingAdd(1, ordering: .relaxed) }
  }
}
