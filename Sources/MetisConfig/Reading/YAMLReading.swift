import JSON

extension ConfigSource {
  /// How many tables and arrays may stand inside each other, in every format.
  static let greatestDepth = 64

  /// How many values the aliases of a YAML file may stand for together, and how many bytes of text.
  static let greatestExpansion = 100_000

  /// How many errors of one file are told.
  static let greatestErrorCount = 100

  /// Parses one document of YAML 1.2 in the core schema, with merge keys. A file without a document
  /// is an empty table.
  static func parseYAML(_ bytes: [UInt8], file: String) throws(ConfigErrors) -> ConfigValue {
    try bytes.withUnsafeBytes { raw in
      Result { () throws(ConfigErrors) in
        let text: YAMLText
        do throws(YAMLText.Failure) {
          text = try YAMLText(raw)
        } catch {
          let place = ConfigPlace(file: file, line: error.line, column: error.column)
          throw ConfigErrors(errors: [
            ConfigError(at: place, message: "not YAML: \(error.message)", hint: error.hint)
          ])
        }
        guard let events = YAMLEvents(text.bytes) else {
          throw ConfigErrors(errors: [
            ConfigError(at: ConfigPlace(file: file), message: "memory ran out while it was parsed")
          ])
        }
        var reading = YAMLReading(events: events, text: text, file: file)
        return try reading.document()
      }
    }.get()
  }
}

/// Builds the tree from events. Errors of single values are collected; one of the syntax ends it.
struct YAMLReading: ~Copyable {
  var events: YAMLEvents
  let text: YAMLText
  /// The file as a whole: all places share its name.
  let origin: ConfigPlace
  private(set) var errors: [ConfigError] = []

  /// How many errors were reported: ``errors`` holds the first of them.
  private(set) var reported = 0
  var anchors: [String: YAMLAnchor] = [:]

  /// The directive `%YAML 1.1` stands before the document.
  var isVersion11 = false

  /// What was read and what aliases stood for so far; `deepest` within the innermost anchor.
  var count = 0
  var textCount = 0
  var expanded = 0
  var expandedText = 0
  var deepest = 0

  /// Where ``byteBefore(_:)`` was last: indices only grow.
  private var scalarsPassed = 0
  private var bytesPassed = 0

  init(events: consuming YAMLEvents, text: YAMLText, file: String) {
    self.events = events
    self.text = text
    origin = ConfigPlace(file: file)
  }

  mutating func document() throws(ConfigErrors) -> ConfigValue {
    var root = ConfigValue(.table([]), at: origin.at(line: 1, column: 1))
    _ = try next()
    let start = try next()
    guard case .documentStart(let minor) = start.kind else { return root }
    isVersion11 = minor == 1
    let first = try next()
    if case .scalar = first.kind, first.isPlain, first.text.isEmpty, first.tag == nil {
      root.place = place(of: first)
    } else {
      root = try node(first, depth: 1)
      if root.table == nil, root.array == nil, errors.isEmpty {
        report("found \(root.kind), expected a table: lines such as key: value", at: root.place)
      }
    }
    _ = try next()
    let end = try next()
    if case .documentStart = end.kind {
      report(
        "found a second document, expected one in a file", at: place(of: end),
        hint: "put it in a file of its own, or remove '---'")
    }
    guard errors.isEmpty else { throw ConfigErrors(errors: errors) }
    return root
  }

  /// The next event; libyaml's error where it has none.
  mutating func next() throws(ConfigErrors) -> YAMLEvent {
    do {
      return try events.next()
    } catch {
      let byte = error.line > 0 ? text.byte(line: error.line, column: error.column) : nil
      let found = YAMLMessage(error, found: byte)
      let place =
        error.line > 0
        ? place(line: error.line, column: error.column)
        : origin.at(line: text.lastLine, column: text.lastColumn)
      throw fatal("not YAML: \(found.message)", at: place, hint: found.hint)
    }
  }

  func place(of event: YAMLEvent) -> ConfigPlace { place(line: event.line, column: event.column) }

  /// libyaml puts the end of a text into a line of its own.
  private func place(line: Int, column: Int) -> ConfigPlace {
    line > text.lastLine
      ? origin.at(line: text.lastLine, column: text.lastColumn)
      : origin.at(line: line, column: column)
  }

  mutating func report(
    _ message: String, at place: ConfigPlace, key: String = "", hint: String? = nil
  ) {
    reported += 1
    guard errors.count < ConfigSource.greatestErrorCount else { return }
    errors.append(ConfigError(at: place, keyPath: key, message: message, hint: hint))
  }

  /// All errors so far and one that ends reading.
  func fatal(_ message: String, at place: ConfigPlace, hint: String? = nil) -> ConfigErrors {
    ConfigErrors(errors: errors + [ConfigError(at: place, message: message, hint: hint)])
  }

  /// The byte before a scalar without quotes; the events come in the order of the text.
  mutating func byteBefore(_ event: YAMLEvent) -> UInt8? {
    while scalarsPassed < event.index, bytesPassed < text.bytes.count {
      scalarsPassed += 1
      bytesPassed += 1
      while bytesPassed < text.bytes.count, text.bytes[bytesPassed] & 0xc0 == 0x80 {
        bytesPassed += 1
      }
    }
    return bytesPassed > 0 && scalarsPassed == event.index ? text.bytes[bytesPassed - 1] : nil
  }
}
