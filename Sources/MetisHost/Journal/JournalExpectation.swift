import JSON
import MCP

/// What a test expects of the journal: the body of `POST /admin/journal/verify`.
struct JournalExpectation: Sendable, Hashable {
  /// One request.
  struct Matcher: Sendable, Hashable {
    var method: String?
    var target: String?
    var session: String?
    var client: String?
    var outcome: String?
    /// Members that the arguments have to have: by name, or by JSON Pointer (RFC 6901) where the name
    /// begins with `/`. Objects have to have the given members and may have more.
    var arguments: JSONObject?
  }

  /// How many requests may match.
  enum Count: Sendable, Hashable {
    case exactly(Int)
    case atLeast(Int)
    case atMost(Int)
    case between(Int, Int)

    func holds(_ count: Int) -> Bool {
      switch self {
      case .exactly(let wanted): count == wanted
      case .atLeast(let least): count >= least
      case .atMost(let most): count <= most
      case .between(let least, let most): (least...most).contains(count)
      }
    }

    var text: String {
      switch self {
      case .exactly(0): "none"
      case .exactly(let wanted): "exactly \(wanted)"
      case .atLeast(let least): "at least \(least)"
      case .atMost(let most): "at most \(most)"
      case .between(let least, let most): "\(least) to \(most)"
      }
    }
  }

  var matcher = Matcher()
  var count = Count.atLeast(1)
  /// Requests that came in this order, others between them.
  var order: [Matcher] = []

  // MARK: Reading

  /// Reads the body; the error names what was found and what was expected.
  init(_ body: JSONValue?) throws(Problem) {
    guard case .object(let object)? = body, !object.isEmpty else {
      throw Problem(
        .invalid,
        "expected a JSON object: {\"method\"?, \"target\"?, \"arguments\"?, \"session\"?, "
          + "\"client\"?, \"outcome\"?, \"times\"|\"at_least\"|\"at_most\"|\"never\"?, "
          + "\"order\"?: [matcher, …]}")
    }
    matcher = try Matcher(object, also: ["times", "at_least", "at_most", "never", "order"])
    let times = try Self.number(object, "times")
    let least = try Self.number(object, "at_least")
    let most = try Self.number(object, "at_most")
    var never = false
    if let value = object["never"] {
      guard let bool = value.bool else {
        throw Problem(.invalid, "found \(value.kind) as \"never\", expected true or false")
      }
      never = bool
    }
    guard [times != nil, least != nil || most != nil, never].count(where: { $0 }) <= 1 else {
      throw Problem(.invalid, "expected one of times, at_least with at_most, and never")
    }
    if never {
      count = .exactly(0)
    } else if let times {
      count = .exactly(times)
    } else if let least, let most {
      guard least <= most else { throw Problem(.invalid, "at_least is greater than at_most") }
      count = .between(least, most)
    } else if let least {
      count = .atLeast(least)
    } else if let most {
      count = .atMost(most)
    }
    guard let value = object["order"] else { return }
    guard let list = value.array, !list.isEmpty else {
      throw Problem(.invalid, "found \(value.kind) as \"order\", expected an array of matchers")
    }
    for element in list {
      guard case .object(let object) = element else {
        throw Problem(.invalid, "found \(element.kind) in \"order\", expected a matcher")
      }
      order.append(try Matcher(object, also: []))
    }
  }

  private static func number(_ object: JSONObject, _ key: String) throws(Problem) -> Int? {
    guard let value = object[key] else { return nil }
    guard let number = value.int, number >= 0, let count = Int(exactly: number) else {
      throw Problem(.invalid, "found \(value.kind) as \"\(key)\", expected a number from 0 on")
    }
    return count
  }

  // MARK: Verifying

  /// `{"verified":true,"count":n}`, or a problem that says what was found instead.
  func verify(_ entries: [JournalEntry]) throws(Problem) -> JSONValue {
    let found = entries.filter { matcher.misfit($0) == nil }
    if order.isEmpty || matcher != Matcher() {
      guard count.holds(found.count) else {
        throw Problem(
          .unverified,
          "expected \(count.text) of \(matcher), found \(found.count) of \(entries.count) requests"
            + (found.isEmpty ? nearest(to: matcher, entries) : ""))
      }
    }
    var rest = entries[...]
    for (index, step) in order.enumerated() {
      guard let place = rest.firstIndex(where: { step.misfit($0) == nil }) else {
        let isAnywhere = entries.contains { step.misfit($0) == nil }
        throw Problem(
          .unverified,
          "order: number \(index + 1), \(step), did not come"
            + (index == 0 ? "" : " after number \(index)")
            + (isAnywhere ? "; it came before" : nearest(to: step, entries)))
      }
      rest = rest[(place + 1)...]
    }
    return ["verified": true, "count": JSONValue(found.count)]
  }

  /// What came nearest, and why it is not meant.
  private func nearest(to matcher: Matcher, _ entries: [JournalEntry]) -> String {
    let near = entries.reversed().compactMap { entry in
      matcher.misfit(entry).map { (entry: entry, misfit: $0) }
    }.max { $0.misfit.score < $1.misfit.score }
    guard let near else { return "; the journal is empty" }
    return "; the nearest is \(near.entry.json): \(near.misfit.text)"
  }
}

extension JournalExpectation.Matcher: CustomStringConvertible {
  /// Reads a matcher; `also` are members that mean something else.
  init(_ object: JSONObject, also: [String]) throws(Problem) {
    for (key, value) in object where !also.contains(key) {
      if key == "arguments" {
        guard case .object(let members) = value else {
          throw Problem(.invalid, "found \(value.kind) as \"arguments\", expected an object")
        }
        for (name, _) in members where name.hasPrefix("/") && (try? JSONPointer(name)) == nil {
          throw Problem(.invalid, "\"\(name.prefix(40))\" is no JSON Pointer")
        }
        arguments = members
        continue
      }
      let text = value.string ?? value.int.map { "\($0)" }
      guard let text else {
        throw Problem(.invalid, "found \(value.kind) as \"\(key.prefix(40))\", expected a string")
      }
      switch key {
      case "method": method = text
      case "target": target = text
      case "session": session = text
      case "client": client = text
      case "outcome": outcome = text
      default:
        throw Problem(
          .invalid,
          "found the member \"\(key.prefix(40))\", expected method, target, arguments, session, "
            + "client and outcome" + (also.isEmpty ? "" : ", or " + also.joined(separator: ", ")))
      }
    }
  }

  /// Why an entry does not match: the more of it matches, the higher the score.
  struct Misfit {
    let score: Int
    let text: String
  }

  /// Nil where the entry matches.
  func misfit(_ entry: JournalEntry) -> Misfit? {
    var score = 0
    var texts: [String] = []
    func check(_ name: String, _ wanted: String?, _ found: String?, weight: Int) {
      guard let wanted else { return }
      if wanted == found {
        score += weight
      } else {
        texts.append("\(name) is \(found ?? "absent"), expected \(wanted)")
      }
    }
    check("method", method, entry.method, weight: 100)
    check("target", target, entry.target, weight: 50)
    check("session", session, entry.session, weight: 5)
    check("client", client, entry.clientName, weight: 5)
    if let outcome, outcome != "\(entry.code)" || entry.outcome != .error {
      check("outcome", outcome, entry.outcomeName, weight: 10)
    }
    for (key, value) in arguments ?? [:] {
      let found =
        key.hasPrefix("/")
        ? entry.arguments.flatMap { root in
          (try? JSONPointer(key)).flatMap { try? $0.evaluate(root) }
        } : entry.arguments?[key]
      if let found, Self.covers(value, found) {
        score += 10
      } else {
        texts.append(
          "arguments \(key) is \(found.map { "\($0)" } ?? "absent"), expected \(value)")
      }
    }
    return texts.isEmpty ? nil : Misfit(score: score, text: texts.joined(separator: "; "))
  }

  /// Whether `found` is `wanted`; an object may have more members.
  private static func covers(_ wanted: JSONValue, _ found: JSONValue) -> Bool {
    guard case .object(let wanted) = wanted else { return wanted == found }
    guard case .object(let found) = found else { return false }
    return wanted.allSatisfy { key, value in found[key].map { covers(value, $0) } ?? false }
  }

  /// What is asked for, as JSON.
  var description: String {
    var object = JSONObject()
    object["method"] = method.map(JSONValue.string)
    object["target"] = target.map(JSONValue.string)
    object["arguments"] = arguments.map(JSONValue.object)
    object["session"] = session.map(JSONValue.string)
    object["client"] = client.map(JSONValue.string)
    object["outcome"] = outcome.map(JSONValue.string)
    return object.isEmpty ? "any request" : JSONValue.object(object).description
  }
}
