/// One line of the log, as bytes with its line end.
struct LogLine {
  let time: Int64
  let level: LogLevel
  /// Who writes: `host`, a part of it, or a plugin's id.
  let source: String
  let message: String

  /// What stands beside the message.
  enum Fields {
    case pairs(LogFields)
    /// A JSON object whose text was checked.
    case json(String)
  }

  let fields: Fields

  /// Longest line in bytes, its end included: what a collector of logs takes in one piece.
  static let longest = 16 << 10

  /// Kept free at the end for the mark of a cut line and the closing braces.
  private static let reserve = 64

  func bytes(_ format: LogFormat, colours: Bool) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(256)
    switch format {
    case .json: appendJSON(to: &line)
    case .compact: appendCompact(to: &line)
    case .pretty: appendPretty(colours, to: &line)
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }

  private func appendJSON(to line: inout [UInt8]) {
    line.append(contentsOf: #"{"time":""#.utf8)
    TimeText.appendRFC3339(time, to: &line)
    line.append(contentsOf: #"","level":""#.utf8)
    line.append(contentsOf: level.name.utf8)
    line.append(contentsOf: #"","source":"#.utf8)
    LogText.appendJSON(source, limit: 256, to: &line)
    line.append(contentsOf: #","message":"#.utf8)
    // An escape is up to six times as long as what it stands for.
    var truncated = false
    if !fits(&line, { LogText.appendJSON(message, to: &$0) }) {
      LogText.appendJSON(message, limit: 1 << 10, to: &line)
      truncated = true
    }
    switch fields {
    case .json(let text):
      if !fits(
        &line,
        {
          $0.append(contentsOf: #","fields":"#.utf8)
          LogText.appendChecked(json: text, to: &$0)
        })
      {
        truncated = true
      }
    case .pairs(let fields) where !fields.pairs.isEmpty:
      line.append(contentsOf: #","fields":{"#.utf8)
      var first = true
      for (name, value) in fields.pairs {
        let written = fits(&line) {
          if !first { $0.append(UInt8(ascii: ",")) }
          LogText.appendJSON(name, limit: 256, to: &$0)
          $0.append(UInt8(ascii: ":"))
          LogText.appendJSON(value, to: &$0)
        }
        if written { first = false } else { truncated = true }
      }
      line.append(UInt8(ascii: "}"))
    case .pairs: break
    }
    if truncated { line.append(contentsOf: #","truncated":true"#.utf8) }
    line.append(UInt8(ascii: "}"))
  }

  private func appendCompact(to line: inout [UInt8]) {
    TimeText.appendRFC3339(time, to: &line)
    line.append(UInt8(ascii: " "))
    line.append(contentsOf: level.name.uppercased().utf8)
    line.append(UInt8(ascii: " "))
    LogText.appendPlain(source, limit: 256, to: &line)
    line.append(contentsOf: ": ".utf8)
    appendMessage(to: &line)
    appendPlainFields("", "", " ", to: &line)
  }

  private func appendPretty(_ colours: Bool, to line: inout [UInt8]) {
    let dim = colours ? "\u{1b}[2m" : ""
    let plain = colours ? "\u{1b}[0m" : ""
    line.append(contentsOf: dim.utf8)
    var stamp: [UInt8] = []
    TimeText.appendRFC3339(time, to: &stamp)
    // The time of day alone: who reads along knows the date.
    line.append(contentsOf: stamp[11..<23])
    line.append(contentsOf: plain.utf8)
    line.append(contentsOf: "  ".utf8)
    if colours { line.append(contentsOf: colour.utf8) }
    let name = level.name.uppercased()
    line.append(contentsOf: name.utf8)
    line.append(contentsOf: plain.utf8)
    line.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 7 - name.utf8.count))
    line.append(contentsOf: dim.utf8)
    LogText.appendPlain(source, limit: 256, to: &line)
    line.append(contentsOf: plain.utf8)
    line.append(contentsOf: "  ".utf8)
    appendMessage(to: &line)
    appendPlainFields(dim, plain, "  ", to: &line)
  }

  private var colour: String {
    switch level {
    case .trace: "\u{1b}[2m"
    case .debug: "\u{1b}[36m"
    case .info: "\u{1b}[32m"
    case .warn: "\u{1b}[33m"
    case .error: "\u{1b}[1;31m"
    }
  }

  private func appendMessage(to line: inout [UInt8]) {
    if !fits(&line, { LogText.appendPlain(message, to: &$0) }) {
      LogText.appendPlain(message, limit: 1 << 10, to: &line)
    }
  }

  private func appendPlainFields(
    _ dim: String, _ plain: String, _ separator: String, to line: inout [UInt8]
  ) {
    var truncated = false
    switch fields {
    case .json(let text):
      truncated = !fits(&line) {
        $0.append(contentsOf: separator.utf8)
        LogText.appendChecked(json: text, to: &$0)
      }
    case .pairs(let fields):
      for (name, value) in fields.pairs {
        let written = fits(&line) {
          $0.append(contentsOf: separator.utf8)
          $0.append(contentsOf: dim.utf8)
          LogText.appendPlain(name, limit: 256, to: &$0)
          $0.append(UInt8(ascii: "="))
          $0.append(contentsOf: plain.utf8)
          LogText.appendPlain(value, to: &$0)
        }
        if !written { truncated = true }
      }
    }
    if truncated { line.append(contentsOf: " …[fields cut]".utf8) }
  }

  /// Appends what `write` writes, or nothing where the line would become too long.
  private func fits(_ line: inout [UInt8], _ write: (inout [UInt8]) -> Void) -> Bool {
    let before = line.count
    write(&line)
    if line.count <= Self.longest - Self.reserve { return true }
    line.removeSubrange(before...)
    return false
  }
}
