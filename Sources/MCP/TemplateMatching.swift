extension URITemplate {
  /// One step of matching.
  enum Step: Sendable {
    case literal([UInt8])
    /// One variable of at least one byte, none of them in `stops`.
    case value(Variable, stops: [UInt8])
    /// The following steps up to `end` may be left out.
    case optional(end: Int)
    /// `first`, then parameters in any order up to one of `stops`; all of it may be absent.
    case parameters([Variable], first: UInt8, separator: UInt8, stops: [UInt8])
  }

  /// The values of the variables in `uri`, percent-decoded, in the order of ``variables``; variables
  /// that are absent have none. Nil where the template does not match.
  public func match(_ uri: UnsafeRawBufferPointer) -> [(name: String, value: String)]? {
    guard uri.count <= URITemplate.greatestURI else { return nil }
    if case .literal(let prefix)? = steps.first, !uri.starts(with: prefix) { return nil }
    var matching = TemplateMatching(self, uri)
    return matching.run()
  }

  /// The same for a text.
  public func match(_ uri: String) -> [(name: String, value: String)]? {
    var uri = uri
    return uri.withUTF8 { match(UnsafeRawBufferPointer($0)) }
  }
}

/// Matching in two passes: from the end, which steps can reach it from where; then from the start,
/// each value as long as it can be.
struct TemplateMatching {
  private let template: URITemplate
  private let steps: [URITemplate.Step]
  private let uri: UnsafeRawBufferPointer
  /// Whether step `s` at byte `p` can reach the end: at `s * (count + 1) + p`.
  private var reaches: [Bool]
  private var values: [String?]

  init(_ template: URITemplate, _ uri: UnsafeRawBufferPointer) {
    self.template = template
    self.uri = uri
    steps = template.steps
    reaches = Array(repeating: false, count: (steps.count + 1) * (uri.count + 1))
    values = Array(repeating: nil, count: template.variables.count)
  }

  /// The steps of a template's parts.
  static func steps(_ parts: [URITemplate.Part]) -> [URITemplate.Step] {
    var steps: [URITemplate.Step] = []
    for part in parts {
      switch part {
      case .literal(let bytes): steps.append(.literal(bytes))
      case .expression(let kind, let list) where kind == UInt8(ascii: ";"):
        steps.append(
          .parameters(list, first: kind, separator: kind, stops: Array("/?#".utf8)))
      case .expression(let kind, let list) where "?&".utf8.contains(kind):
        // `{?a}{&b}` is one list of parameters.
        if kind == UInt8(ascii: "&"),
          case .parameters(let before, let first, UInt8(ascii: "&"), let stops)? = steps.last
        {
          steps[steps.count - 1] = .parameters(
            before + list, first: first, separator: UInt8(ascii: "&"), stops: stops)
        } else {
          steps.append(
            .parameters(
              list, first: kind, separator: UInt8(ascii: "&"), stops: [UInt8(ascii: "#")]))
        }
      case .expression(let kind, let list): appendValues(kind, list, to: &steps)
      }
    }
    endValues(&steps)
    return steps
  }

  /// A value ends where parameters or a fragment may begin: `{+path}{?q}` takes no `?` into the path.
  private static func endValues(_ steps: inout [URITemplate.Step]) {
    for (index, next) in steps.enumerated().dropFirst() {
      guard case .value(let variable, let stops) = steps[index - 1] else { continue }
      switch next {
      case .parameters(_, let first, _, _):
        steps[index - 1] = .value(variable, stops: stops + [first])
      case .optional: steps[index - 1] = .value(variable, stops: stops + [UInt8(ascii: "#")])
      case .literal, .value: break
      }
    }
  }

  private static func appendValues(
    _ kind: UInt8, _ list: [URITemplate.Variable], to steps: inout [URITemplate.Step]
  ) {
    let rules = ExpansionRules(kind)
    let start = steps.count
    if kind == UInt8(ascii: "#") { steps.append(.optional(end: 0)) }
    for (index, variable) in list.enumerated() {
      if index > 0 {
        steps.append(.literal([rules.separator]))
      } else if let first = rules.first {
        steps.append(.literal([first]))
      }
      var stops = rules.allowsReserved ? [] : Array("/?#".utf8)
      if list.count > 1 || kind == UInt8(ascii: ".") { stops.append(rules.separator) }
      if variable.isExploded { stops.removeAll { $0 == rules.separator } }
      steps.append(.value(variable, stops: stops))
    }
    if kind == UInt8(ascii: "#") { steps[start] = .optional(end: steps.count) }
  }

  private func reaches(_ step: Int, _ position: Int) -> Bool {
    reaches[step * (uri.count + 1) + position]
  }

  mutating func run() -> [(name: String, value: String)]? {
    reaches[steps.count * (uri.count + 1) + uri.count] = true
    for step in steps.indices.reversed() { fill(step) }
    guard reaches(0, 0), collect() else { return nil }
    return zip(template.variables, values).compactMap { name, value in
      value.map { (name, $0) }
    }
  }

  /// From where `step` can reach the end.
  private mutating func fill(_ step: Int) {
    let row = step * (uri.count + 1)
    let next = row + uri.count + 1
    switch steps[step] {
    case .literal(let bytes):
      guard bytes.count <= uri.count else { return }
      for position in 0...(uri.count - bytes.count)
      where reaches[next + position + bytes.count] {
        reaches[row + position] = uri[position..<(position + bytes.count)].elementsEqual(bytes)
      }
    case .value(_, let stops):
      for position in uri.indices.reversed() where !stops.contains(uri[position]) {
        reaches[row + position] = reaches[next + position + 1] || reaches[row + position + 1]
      }
    case .optional(let end):
      for position in 0...uri.count {
        reaches[row + position] =
          reaches[next + position] || reaches[end * (uri.count + 1) + position]
      }
    case .parameters(let list, let first, let separator, let stops):
      fillParameters(row, list, first, separator, stops)
    }
  }

  /// The same for parameters, in one pass from the end: whether those that begin at a byte are all
  /// known. That none stands twice is seen when they are collected.
  private mutating func fillParameters(
    _ row: Int, _ list: [URITemplate.Variable], _ first: UInt8, _ separator: UInt8,
    _ stops: [UInt8]
  ) {
    let next = row + uri.count + 1
    var areKnown = Array(repeating: false, count: uri.count + 2)
    var stop = uri.count
    var split = uri.count
    reaches[row + uri.count] = reaches[next + uri.count]
    for position in uri.indices.reversed() {
      // `stop` and `split` are the nearest behind this byte.
      reaches[row + position] =
        reaches[next + position]
        || (uri[position] == first && reaches[next + stop] && areKnown[position + 1])
      if stops.contains(uri[position]) { stop = position }
      if uri[position] == separator { split = position }
      let end = min(split, stop)
      areKnown[position] =
        isKnown(list, position, end) && (end == stop || areKnown[end + 1])
    }
  }

  /// Whether the parameter from `start` to `end` has one of the names.
  private func isKnown(_ list: [URITemplate.Variable], _ start: Int, _ end: Int) -> Bool {
    list.contains { variable in
      let after = start + variable.name.count
      guard after <= end, uri[start..<after].elementsEqual(variable.name) else { return false }
      return after == end || uri[after] == UInt8(ascii: "=")
    }
  }

  private func parametersEnd(_ start: Int, _ stops: [UInt8]) -> Int {
    uri[start...].dropFirst().firstIndex { stops.contains($0) } ?? uri.count
  }

  /// Follows the steps from the start; false where a value is no text or stands twice differently.
  private mutating func collect() -> Bool {
    var position = 0
    var step = 0
    while step < steps.count {
      switch steps[step] {
      case .literal(let bytes): position += bytes.count
      case .value(let variable, let stops):
        var end = position
        var here = position
        while here < uri.count, !stops.contains(uri[here]) {
          here += 1
          if reaches(step + 1, here) { end = here }
        }
        guard keep(variable, UnsafeRawBufferPointer(rebasing: uri[position..<end])) else {
          return false
        }
        position = end
      case .optional(let end):
        if !reaches(step + 1, position) {
          step = end
          continue
        }
      case .parameters(let list, let first, let separator, let stops):
        guard position < uri.count, uri[position] == first else { break }
        let end = parametersEnd(position, stops)
        guard reaches(step + 1, end) else { break }
        guard let found = parameters(list, separator, (position + 1)..<end) else {
          if reaches(step + 1, position) { break }
          return false
        }
        for (variable, range) in found {
          guard keep(variable, UnsafeRawBufferPointer(rebasing: uri[range])) else { return false }
        }
        position = end
      }
      step += 1
    }
    return true
  }

  private mutating func keep(
    _ variable: URITemplate.Variable, _ bytes: UnsafeRawBufferPointer
  ) -> Bool {
    guard let value = Percent.decode(bytes) else { return false }
    if let prefix = variable.prefix, value.unicodeScalars.count > prefix { return false }
    if let before = values[variable.place] {
      guard variable.isExploded else { return before == value }
      values[variable.place] = before + "," + value
    } else {
      values[variable.place] = value
    }
    return true
  }

  /// The parameters of a range; nil where one is unknown, or stands twice without being exploded.
  private func parameters(
    _ list: [URITemplate.Variable], _ separator: UInt8, _ range: Range<Int>
  ) -> [(URITemplate.Variable, Range<Int>)]? {
    var found: [(URITemplate.Variable, Range<Int>)] = []
    guard !range.isEmpty else { return nil }
    var start = range.lowerBound
    while start <= range.upperBound {
      let end = uri[start..<range.upperBound].firstIndex(of: separator) ?? range.upperBound
      let sign = uri[start..<end].firstIndex(of: UInt8(ascii: "="))
      let name = uri[start..<(sign ?? end)]
      guard let variable = list.first(where: { $0.name.elementsEqual(name) }),
        variable.isExploded || !found.contains(where: { $0.0.place == variable.place })
      else { return nil }
      found.append((variable, (sign.map { $0 + 1 } ?? end)..<end))
      start = end + 1
    }
    return found
  }
}
