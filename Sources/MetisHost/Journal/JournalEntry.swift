import JSON
import MCP

/// One request of the journal, as the admin endpoint shows it.
struct JournalEntry: Sendable {
  /// Nanoseconds since 1970.
  let time: Int64
  /// Nanoseconds; nil while it is not answered.
  let duration: Int64?
  let method: String
  let target: String?
  let arguments: JSONValue?
  /// There were arguments that are not kept.
  let isTruncated: Bool
  let session: String?
  let client: JSONValue?
  let principal: String?
  let revision: String
  let transport: String
  let outcome: JournalRing.Outcome
  let code: Int32

  init(
    _ slot: JournalRing.Slot, _ text: ArraySlice<UInt8>, time: Int64, duration: Int64?
  ) {
    var rest = text
    func next(_ count: Int) -> [UInt8] {
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    let params = next(Int(slot.paramsCount))
    let name = next(Int(slot.sender.name))
    let given = next(Int(slot.sender.target))
    let info = next(Int(slot.sender.client))
    let session = next(Int(slot.sender.session))
    let principal = next(Int(slot.sender.principal))
    self.time = time
    self.duration = duration
    method =
      Method(rawValue: slot.method)?.name.description ?? String(decoding: name, as: UTF8.self)
    let value = params.isEmpty ? nil : try? JSONValue(jsonBytes: params)
    let target = ["name", "uri", "taskId"].lazy.compactMap { value?[$0]?.string }.first
    self.target = target ?? (given.isEmpty ? nil : JournalEntry.unescaped(given))
    arguments = value?["arguments"] ?? value?["argument"]
    client =
      value?["_meta"]?["io.modelcontextprotocol/clientInfo"] ?? value?["clientInfo"]
      ?? (info.isEmpty ? nil : try? JSONValue(jsonBytes: info))
    isTruncated = slot.flags.contains(.truncated)
    self.session = session.isEmpty ? nil : String(decoding: session, as: UTF8.self)
    self.principal = Principal.id(principal)
    revision = ProtocolRevision(rawValue: slot.revision)?.name.description ?? ""
    transport = slot.flags.contains(.frame) ? "stdio" : "http"
    outcome = slot.outcome
    code = slot.code
  }

  /// The text of a string of JSON whose quotes were left out.
  private static func unescaped(_ raw: [UInt8]) -> String {
    let quoted = [UInt8(ascii: "\"")] + raw + [UInt8(ascii: "\"")]
    return (try? JSONValue(jsonBytes: quoted))?.string ?? String(decoding: raw, as: UTF8.self)
  }

  /// The name of the client.
  var clientName: String? { client?["name"]?.string }

  /// `ok`, `isError`, `cancelled`, `open`, `inputRequired`, `task`, or `error`.
  var outcomeName: String { "\(outcome)" }

  /// As the admin endpoint shows it.
  var json: JSONValue {
    var object: JSONObject = [
      "time": .string(TimeText.rfc3339(time)), "method": .string(method),
    ]
    object["target"] = target.map(JSONValue.string)
    object["arguments"] = arguments
    if isTruncated { object["argumentsTruncated"] = true }
    object["session"] = session.map(JSONValue.string)
    object["client"] = clientName.map(JSONValue.string)
    object["principal"] = principal.map(JSONValue.string)
    object["revision"] = .string(revision)
    object["transport"] = .string(transport)
    object["outcome"] = .string(outcomeName)
    if outcome == .error { object["code"] = JSONValue(Int(code)) }
    object["durationUs"] = duration.map { JSONValue(Double($0 / 100) / 10) }
    return .object(object)
  }
}
