import MetisKit

/// A step that is felt outside the answer: it is done once, also by a call that resumes.
enum Effect: Sendable {
  /// Something that is emitted. A client that cannot have it does without, unless `required` names
  /// the capabilities that it should have declared.
  case emit(Emission.Kind, ValueTemplate, required: JSONValue?)
  /// A wait.
  case delay(Delay)
  /// A list of targets has changed.
  case listChanged(Target.Kind)
  /// A resource has changed.
  case resourceUpdated(TextTemplate)
}

/// How long a step waits.
enum Delay: Sendable {
  /// The longest wait: an hour, in milliseconds.
  static let limit: Int64 = 3_600_000

  /// As many milliseconds.
  case fixed(Int64)
  /// Each call draws its own, in milliseconds.
  case range(ClosedRange<Int64>)
  /// A template that gives milliseconds, and where it stands.
  case made(ValueTemplate, place: String)

  /// Nanoseconds for a call.
  func nanoseconds(_ scope: StepScope) throws(CallError) -> UInt64 {
    switch self {
    case .fixed(let milliseconds): return UInt64(milliseconds) * 1_000_000
    case .range(let range):
      return UInt64(scope.generator.integer(in: range)) * 1_000_000
    case .made(let template, let place):
      let value = try template.value(scope)
      guard let number = value.double ?? value.string.flatMap(Double.init), number >= 0,
        number <= Double(Self.limit)
      else {
        throw CallError(
          "\(place): found \(String(decoding: value.encoded, as: UTF8.self)), expected 0 to "
            + "\(Self.limit) milliseconds")
      }
      return UInt64(number * 1_000_000)
    }
  }

  /// Compiles `value`, which stands at `path`.
  static func compile(_ value: JSONValue, at path: [String]) throws(ConfigError) -> Delay {
    let expected =
      "expected milliseconds from 0 to \(limit), \"range:20-80\" or a template such as "
      + "\"{{ arguments.ms }}\""
    let found = String(decoding: value.encoded, as: UTF8.self)
    if let number = value.int, (0...limit).contains(number) { return .fixed(number) }
    guard let text = value.string else { throw ConfigError(path, "found \(found), \(expected)") }
    if text.hasPrefix("range:") {
      let bounds = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        .map { Int64($0) }
      guard bounds.count == 2, let low = bounds[0], let high = bounds[1], low <= high,
        high <= limit
      else { throw ConfigError(path, "found \(found), \(expected)") }
      return .range(low...high)
    }
    let template = try ValueTemplate.compile(value, at: path)
    guard template.constant == nil else { throw ConfigError(path, "found \(found), \(expected)") }
    return .made(template, place: path.joined(separator: "."))
  }
}

extension Effect {
  /// The verbs that are effects.
  static let verbs = [
    "progress", "log", "delay_ms", "notify", "task", "close_stream", "disconnect",
  ]

  /// Compiles the step `verb` with its body at `path`.
  static func compile(
    _ verb: String, _ body: JSONValue, at path: [String]
  ) throws(ConfigError) -> Effect {
    switch verb {
    case "progress": try progress(body, path)
    case "log": try log(body, path)
    case "delay_ms": .delay(try Delay.compile(body, at: path))
    case "notify": try notify(body, path)
    case "task": try task(body, path)
    case "close_stream": try closeStream(body, path)
    default: try disconnect(body, path)
    }
  }

  private static func progress(
    _ body: JSONValue, _ path: [String]
  ) throws(ConfigError) -> Effect {
    guard body.object != nil else {
      let value = try number(body, path)
      return .emit(.progress, .object(["progress": value]), required: nil)
    }
    var table = try StepTable(body, path, expected: "a table")
    let progress = try number(
      try table.require("progress", "how far the call is"), table.at("progress"))
    let total: ValueTemplate?
    if let value = table.take("total") {
      total = try number(value, table.at("total"))
    } else {
      total = nil
    }
    let message = try text("message", &table)
    try table.finish()
    return .emit(
      .progress, .object(["progress": progress, "total": total, "message": message]), required: nil)
  }

  /// The levels of MCP (RFC 5424, section 6.2.1).
  private static let levels = [
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency",
  ]

  private static func log(_ body: JSONValue, _ path: [String]) throws(ConfigError) -> Effect {
    if body.string != nil {
      let data = try ValueTemplate.compile(body, at: path)
      return .emit(.log, .object(["level": .constant("info"), "data": data]), required: nil)
    }
    var table = try StepTable(body, path, expected: "a text or a table")
    let level = try table.string("level", "a level") ?? "info"
    guard levels.contains(level) else {
      throw ConfigError(
        table.at("level"), "found \"\(level)\", expected one of: \(levels.joined(separator: ", "))")
    }
    let data = try ValueTemplate.compile(
      try table.require("data", "what is logged"), at: table.at("data"))
    let logger = try text("logger", &table)
    try table.finish()
    return .emit(
      .log, .object(["level": .constant(.string(level)), "logger": logger, "data": data]),
      required: nil)
  }

  private static func notify(_ body: JSONValue, _ path: [String]) throws(ConfigError) -> Effect {
    if let list = body.string { return try listChanged(list, path) }
    var table = try StepTable(
      body, path, expected: "\"tools\", \"prompts\", \"resources\" or a table")
    let effect: Effect
    if let list = try table.string("list", "a list") {
      effect = try listChanged(list, table.at("list"))
    } else if let uri = table.take("resource") {
      effect = .resourceUpdated(try TextTemplate.compile(uri, at: table.at("resource")))
    } else {
      let method = try TextTemplate.compile(
        try table.require("method", "`list`, `resource`, or the `method` of a notification"),
        at: table.at("method")
      ).value
      var params: ValueTemplate?
      if let value = table.take("params") {
        guard value.object != nil else {
          throw ConfigError(table.at("params"), "found \(value.kind), expected a table")
        }
        params = try ValueTemplate.compile(value, at: table.at("params"))
      }
      effect = .emit(
        .notification, .object(["method": method, "params": params]), required: [:])
    }
    try table.finish()
    return effect
  }

  private static func listChanged(_ list: String, _ path: [String]) throws(ConfigError) -> Effect {
    switch list {
    case "tools": return .listChanged(.tool)
    case "resources": return .listChanged(.resource)
    case "prompts": return .listChanged(.prompt)
    default:
      throw ConfigError(path, "found \"\(list)\", expected one of: tools, prompts, resources")
    }
  }

  /// What a client declares to get tasks (extension `io.modelcontextprotocol/tasks`).
  private static let tasks: JSONValue? = ["extensions": ["io.modelcontextprotocol/tasks": [:]]]

  private static func task(_ body: JSONValue, _ path: [String]) throws(ConfigError) -> Effect {
    if body.bool == true { return .emit(.task, .constant([:]), required: nil) }
    var table = try StepTable(body, path, expected: "true or a table")
    var ttl: ValueTemplate?
    if table.has("ttl_ms") {
      let value = table.take("ttl_ms") ?? .null
      ttl = value.isNull ? .constant(.null) : try number(value, table.at("ttl_ms"))
    }
    var interval: ValueTemplate?
    if let value = table.take("poll_interval_ms") {
      interval = try number(value, table.at("poll_interval_ms"))
    }
    let message = try text("status_message", &table)
    let isRequired = try table.bool("required") ?? false
    try table.finish()
    return .emit(
      .task,
      .object(["ttlMs": ttl, "pollIntervalMs": interval, "statusMessage": message]),
      // Without a type, nil would be the JSON value null.
      required: isRequired ? tasks : nil)
  }

  private static func closeStream(
    _ body: JSONValue, _ path: [String]
  ) throws(ConfigError) -> Effect {
    if body.bool == true { return .emit(.closeStream, .constant([:]), required: nil) }
    var table = try StepTable(body, path, expected: "true or a table")
    var retry: ValueTemplate?
    if let value = table.take("retry_ms") { retry = try number(value, table.at("retry_ms")) }
    try table.finish()
    return .emit(.closeStream, .object(["retryMs": retry]), required: nil)
  }

  private static func disconnect(_ body: JSONValue, _ path: [String]) throws(ConfigError) -> Effect
  {
    guard body.bool == true else {
      throw ConfigError(path, "found \(body.kind), expected true")
    }
    return .emit(.disconnect, .constant([:]), required: nil)
  }

  /// A number that is not negative, or a template that gives one.
  private static func number(
    _ value: JSONValue, _ path: [String]
  ) throws(ConfigError) -> ValueTemplate {
    let template = try ValueTemplate.compile(value, at: path)
    if let constant = template.constant {
      guard let number = constant.double, number >= 0 else {
        throw ConfigError(
          path,
          "found \(String(decoding: value.encoded, as: UTF8.self)), expected a number that is "
            + "not negative, or a template that gives one")
      }
    }
    return template
  }

  private static func text(
    _ name: String, _ table: inout StepTable
  ) throws(ConfigError) -> ValueTemplate? {
    guard let value = table.take(name) else { return nil }
    return try TextTemplate.compile(value, at: table.at(name)).value
  }
}
