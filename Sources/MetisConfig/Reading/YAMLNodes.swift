import JSON

/// What stands behind an anchor.
struct YAMLAnchor {
  var value: ConfigValue
  /// How many values it is, and how many bytes of text.
  var count: Int
  var textCount: Int
  /// How many tables and arrays stand inside each other in it.
  var height: Int
  /// It is still being read: an alias of it would never end.
  var isOpen: Bool
}

extension YAMLReading {
  /// The value that begins with `event`; `depth` counts the tables and arrays up to it, itself
  /// included.
  mutating func node(_ event: YAMLEvent, depth: Int) throws(ConfigErrors) -> ConfigValue {
    if case .alias = event.kind { return try alias(event, depth: depth) }
    guard let name = event.anchor else { return try content(event, depth: depth) }
    let place = place(of: event)
    let before = (count, textCount, deepest)
    deepest = depth - 1
    anchors[name] = YAMLAnchor(
      value: ConfigValue(.null, at: place), count: 0, textCount: 0, height: 0, isOpen: true)
    let value = try content(event, depth: depth)
    anchors[name] = YAMLAnchor(
      value: value, count: count - before.0, textCount: textCount - before.1,
      height: deepest - depth + 1, isOpen: false)
    deepest = max(deepest, before.2)
    return value
  }

  private mutating func content(
    _ event: YAMLEvent, depth: Int
  ) throws(ConfigErrors) -> ConfigValue {
    count += 1
    switch event.kind {
    case .sequenceStart:
      try enter(event, depth: depth, tag: "seq", kind: "a list")
      return try sequence(event, depth: depth)
    case .mappingStart(let isFlow):
      try enter(event, depth: depth, tag: "map", kind: "a table")
      return try mapping(event, depth: depth, isFlow: isFlow)
    default:
      textCount += event.text.utf8.count
      return scalar(event)
    }
  }

  /// Checks the tag and the depth of a table or list.
  private mutating func enter(
    _ event: YAMLEvent, depth: Int, tag: String, kind: String
  ) throws(ConfigErrors) {
    deepest = max(deepest, depth)
    let limit = ConfigSource.greatestDepth
    guard depth <= limit else {
      throw fatal(
        "tables and lists stand more than \(limit) deep; the limit is \(limit)",
        at: place(of: event))
    }
    guard let found = event.tag, found != "!", found != "tag:yaml.org,2002:\(tag)" else { return }
    refuseTag(found, of: event, kind: kind)
  }

  private mutating func sequence(
    _ start: YAMLEvent, depth: Int
  ) throws(ConfigErrors) -> ConfigValue {
    var elements: [ConfigValue] = []
    while true {
      let event = try next()
      if case .sequenceEnd = event.kind { break }
      elements.append(try node(event, depth: depth + 1))
    }
    return ConfigValue(.array(elements), at: place(of: start))
  }

  private mutating func alias(_ event: YAMLEvent, depth: Int) throws(ConfigErrors) -> ConfigValue {
    let place = place(of: event)
    guard let anchor = anchors[event.anchor ?? ""] else {
      report(
        "found an alias of an anchor that does not stand before it", at: place,
        hint: "write &name before the value that it means")
      return ConfigValue(.null, at: place)
    }
    guard !anchor.isOpen else {
      report("found an alias of the value that it stands in, which would never end", at: place)
      return ConfigValue(.null, at: place)
    }
    expanded += anchor.count
    expandedText += anchor.textCount
    guard expanded <= ConfigSource.greatestExpansion else {
      throw fatal(
        "the aliases stand for more than \(ConfigSource.greatestExpansion) values; the limit is "
          + "\(ConfigSource.greatestExpansion)", at: place)
    }
    guard expandedText <= ConfigSource.greatestSize else {
      throw fatal(
        "the aliases stand for more than \(ConfigSource.greatestSize) bytes of text; the limit is "
          + "\(ConfigSource.greatestSize)", at: place)
    }
    let limit = ConfigSource.greatestDepth
    guard depth - 1 + anchor.height <= limit else {
      throw fatal(
        "tables and lists stand more than \(limit) deep; the limit is \(limit)", at: place)
    }
    count += anchor.count
    textCount += anchor.textCount
    deepest = max(deepest, depth - 1 + anchor.height)
    return anchor.value
  }

  mutating func refuseTag(_ tag: String, of event: YAMLEvent, kind: String) {
    let core = "tag:yaml.org,2002:"
    let known = ["str", "int", "float", "bool", "null", "map", "seq"]
    if tag.hasPrefix(core), known.contains(String(tag.dropFirst(core.count))) {
      report("found !!\(tag.dropFirst(core.count)) before \(kind)", at: place(of: event))
    } else {
      let name = tag.hasPrefix(core) ? "!!\(tag.dropFirst(core.count))" : tag
      report(
        "found the tag \(name), expected none or one of "
          + known.map { "!!\($0)" }.joined(separator: ", "), at: place(of: event),
        hint: "remove it, or put a value that begins with ! in quotes")
    }
  }

  private mutating func scalar(_ event: YAMLEvent) -> ConfigValue {
    let place = place(of: event)
    let content = if let tag = event.tag, tag != "!" { tagged(event, tag) } else { plain(event) }
    return ConfigValue(content, at: place)
  }

  private mutating func plain(_ event: YAMLEvent) -> ConfigValue.Content {
    guard event.isPlain, event.tag == nil else { return .string(event.text) }
    if isVersion11, !YAMLVersions.agree(on: event.text) {
      report(
        "found a value that YAML 1.1 reads otherwise than YAML 1.2", at: place(of: event),
        hint: "put it in quotes, or remove the directive %YAML 1.1")
    }
    switch YAMLScalar.meaning(of: event.text) {
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .number(let number): return .number(number)
    case .string: return .string(event.text)
    case .notFinite:
      report(
        "found inf or nan, expected a finite number", at: place(of: event),
        hint: "put it in quotes if it is a text")
    case .tooLarge:
      report(
        "found an octal or hexadecimal integer of more than 64 bits", at: place(of: event))
    }
    return .null
  }

  /// A scalar with a tag of the core schema, which may stand before quotes as well.
  private mutating func tagged(_ event: YAMLEvent, _ tag: String) -> ConfigValue.Content {
    let meaning = YAMLScalar.meaning(of: event.text)
    switch tag {
    case "tag:yaml.org,2002:str": return .string(event.text)
    case "tag:yaml.org,2002:null":
      if YAMLScalar.isNull(event.text) { return .null }
      report("found !!null before something else than null", at: place(of: event))
    case "tag:yaml.org,2002:bool":
      if case .bool(let value) = meaning { return .bool(value) }
      report("found !!bool before something else than true or false", at: place(of: event))
    case "tag:yaml.org,2002:int":
      if case .number(let number) = meaning, !event.text.utf8.contains(UInt8(ascii: ".")),
        number.isInteger
      {
        return .number(number)
      }
      report("found !!int before something else than an integer", at: place(of: event))
    case "tag:yaml.org,2002:float":
      if case .number(let number) = meaning {
        return .number(number.double.flatMap { JSONNumber($0) } ?? number)
      }
      report("found !!float before something else than a finite number", at: place(of: event))
    default: refuseTag(tag, of: event, kind: "a scalar")
    }
    return .null
  }
}
