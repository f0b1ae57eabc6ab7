import JSON

@testable import MetisHost

/// Records what it is asked for.
final class AdminRecorder: AdminOperations {
  var calls: [String] = []
  var problem: Problem?

  private func done(_ call: String) throws(Problem) -> JSONValue {
    calls.append(call)
    if let problem { throw problem }
    return ["done": .string(call)]
  }

  func plugins() -> JSONValue { ["plugins": [["id": "a.b"]]] }
  func plugin(_ id: String) throws(Problem) -> JSONValue { try done("plugin \(id)") }
  func swap(
    _ id: String, path: String, signature: String?, sha256: String?
  ) throws(Problem) -> JSONValue {
    try done("swap \(id) \(path) \(signature ?? "-") \(sha256 ?? "-")")
  }
  func rollback(_ id: String) throws(Problem) -> JSONValue { try done("rollback \(id)") }
  func enable(_ id: String) throws(Problem) -> JSONValue { try done("enable \(id)") }
  func disable(_ id: String) throws(Problem) -> JSONValue { try done("disable \(id)") }
  func reload() throws(Problem) -> JSONValue { try done("reload") }
  func config(_ request: ConfigRequest) throws(Problem) -> JSONValue {
    try done("config \(request)")
  }
  func strategies() -> JSONValue { ["strategies": []] }
  func generations() -> JSONValue { [] }
  func stats() -> JSONValue { ["calls": 1] }
  func metrics() -> [UInt8] { Array("metis_calls_total 1\n".utf8) }
  func journal(
    _ request: JournalRequest, reply: @escaping @Sendable (Result<JSONValue, Problem>) -> Void
  ) {
    calls.append("journal \(request)")
    reply(Result { () throws(Problem) in try request.answer([]) })
  }
  func reset(reply: @escaping @Sendable (Result<JSONValue, Problem>) -> Void) {
    calls.append("reset")
    reply(.success(["reset": true]))
  }
  func forward(
    _ id: String, verb: String, path: String, body: [UInt8],
    reply: @escaping @Sendable (Result<(status: Int, body: [UInt8]), Problem>) -> Void
  ) {
    calls.append("\(verb) \(id) \(path) \(String(decoding: body, as: UTF8.self))")
    if let problem {
      reply(.failure(problem))
    } else {
      reply(.success((201, Array("[1]".utf8))))
    }
  }
}
