import JSON
import MCP

/// Which entries of the journal are meant: the query of `GET /admin/journal`.
struct JournalQuery: Sendable, Hashable {
  var method: String?
  var target: String?
  /// The id of a session.
  var session: String?
  /// The name of a client.
  var client: String?
  /// `ok`, `isError`, `error`, `cancelled`, `open`, `inputRequired`, `task`, or an error's code.
  var outcome: String?
  /// RFC 3339 in UTC, as `time` of the entries: those that began later.
  var since: String?
  /// The newest so many.
  var limit = 1000

  /// The names of the parameters.
  static let names = ["method", "target", "session", "client", "outcome", "since", "limit"]

  static let greatestLimit = 100_000

  /// Every entry.
  init() {}

  /// Reads what follows `?`; the error says what was expected.
  init(_ query: String) throws(Problem) {
    for part in query.split(separator: "&") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let text = pair.count > 1 ? pair[1].replacing("+", with: "%20") : ""
      guard let key = PercentEncoding.decode(String(pair[0])),
        let value = PercentEncoding.decode(String(text))
      else { throw Problem(.malformed, "the query is not percent-encoded UTF-8") }
      switch key {
      case "method": method = value
      case "target": target = value
      case "session": session = value
      case "client": client = value
      case "outcome": outcome = value
      case "since": since = value
      case "limit":
        guard let count = Int(value), (1...Self.greatestLimit).contains(count) else {
          throw Problem(.invalid, "limit is no number from 1 to \(Self.greatestLimit)")
        }
        limit = count
      default:
        throw Problem(
          .invalid,
          "found the parameter \"\(key.prefix(40))\", expected "
            + Self.names.joined(separator: ", "))
      }
    }
  }

  /// Whether an entry is meant, but for ``limit``.
  func matches(_ entry: JournalEntry) -> Bool {
    func isSame(_ wanted: String?, _ found: String?) -> Bool { wanted == nil || wanted == found }
    guard isSame(method, entry.method), isSame(target, entry.target),
      isSame(session, entry.session), isSame(client, entry.clientName)
    else { return false }
    if let outcome, outcome != entry.outcomeName,
      entry.outcome != .error || outcome != "\(entry.code)"
    {
      return false
    }
    // Texts of one form sort as the times they name.
    if let since, TimeText.rfc3339(entry.time) <= since { return false }
    return true
  }

  /// The newest ``limit`` of the entries that are meant, the oldest first.
  func apply(_ entries: [JournalEntry]) -> [JournalEntry] {
    Array(entries.filter(matches).suffix(limit))
  }
}

/// What the admin endpoint asks of the journal.
enum JournalRequest: Sendable, Hashable {
  case entries(JournalQuery)
  case count(JournalQuery)
  case verify(JournalExpectation)
  case clear

  /// The answer from all entries.
  func answer(_ entries: [JournalEntry]) throws(Problem) -> JSONValue {
    switch self {
    case .entries(let query): ["entries": .array(query.apply(entries).map(\.json))]
    case .count(let query): ["count": JSONValue(entries.count(where: query.matches))]
    case .verify(let expectation): try expectation.verify(entries)
    case .clear: ["cleared": true]
    }
  }
}
