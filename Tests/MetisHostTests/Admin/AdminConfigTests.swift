import JSON
import Testing

@testable import MetisHost

/// Requests about configurations and events.
@Suite struct AdminConfigTests {
  private static let secret = "0123456789abcdefghijklmnopqrstuvwxyz"

  private func request(
    _ verb: String, _ path: String, _ body: String = "", query: String = "",
    lastEvent: String? = nil
  ) -> AdminRequest {
    AdminRequest(
      verb: verb, path: "/admin/" + path, query: query, host: "localhost",
      authorization: "Bearer \(Self.secret)",
      contentType: body.isEmpty ? nil : "application/json", lastEventID: lastEvent,
      body: Array(body.utf8))
  }

  private func route(_ request: AdminRequest) throws -> AdminRouter.Outcome {
    AdminRouter(token: try AdminToken(Self.secret), hosts: AdminHosts()).route(request)
  }

  private func operation(_ request: AdminRequest) throws -> AdminOperation? {
    guard case .perform(let operation) = try route(request) else { return nil }
    return operation
  }

  private func status(_ request: AdminRequest) throws -> Int? {
    guard case .respond(let response) = try route(request) else { return nil }
    return response.status
  }

  @Test func whatIsAskedFor() throws {
    #expect(try operation(request("GET", "config")) == .config(.effective))
    #expect(try operation(request("GET", "config/status")) == .config(.status))
    #expect(try operation(request("GET", "config/history")) == .config(.history))
    #expect(try operation(request("GET", "config/history/7")) == .config(.entry(7)))
    #expect(try operation(request("POST", "config/reload")) == .reload)
    #expect(try operation(request("POST", "config/validate", "{}")) == .config(.validate))
    #expect(try operation(request("GET", "strategies")) == .strategies)
    for (query, expected) in [
      ("from=1", ConfigRequest.difference(from: .number(1), to: .inForce)),
      ("from=1&to=2", .difference(from: .number(1), to: .number(2))),
      ("to=disk&from=3", .difference(from: .number(3), to: .disk)),
      ("from=disk&to=1", .difference(from: .disk, to: .number(1))),
    ] {
      #expect(try operation(request("GET", "config/diff", query: query)) == .config(expected))
    }
    for (body, query, isWriting) in [
      (#"{"to":3}"#, "", false), (#"{"to":3,"write":true}"#, "", true),
      (#"{"to":3}"#, "write=true", true), (#"{"write":false,"to":3}"#, "write=false", false),
    ] {
      #expect(
        try operation(request("POST", "config/rollback", body, query: query))
          == .config(.rollback(to: 3, isWriting: isWriting)))
    }
  }

  @Test func refusals() throws {
    for (verb, path, body, query, expected) in [
      ("POST", "config", "", "", 405), ("POST", "config/status", "", "", 405),
      ("GET", "config/reload", "", "", 405), ("GET", "config/validate", "", "", 405),
      ("GET", "config/rollback", "", "", 405), ("POST", "config/diff", "", "from=1", 405),
      ("GET", "config/other", "", "", 404), ("GET", "config/history/0", "", "", 404),
      ("GET", "config/history/x", "", "", 404), ("GET", "config/history/1/2", "", "", 404),
      ("GET", "config/diff", "", "", 422), ("GET", "config/diff", "", "from=0", 422),
      ("GET", "config/diff", "", "from=1&to=x", 422), ("GET", "config/diff", "", "at=1", 422),
      ("GET", "config/diff", "", "from", 400), ("GET", "config/diff", "", "from=%zz", 400),
      ("POST", "config/rollback", "", "", 422), ("POST", "config/rollback", "{}", "", 422),
      ("POST", "config/rollback", #"{"to":"1"}"#, "", 422),
      ("POST", "config/rollback", #"{"to":1.5}"#, "", 422),
      ("POST", "config/rollback", #"{"to":0}"#, "", 422),
      ("POST", "config/rollback", #"{"to":1,"write":1}"#, "", 422),
      ("POST", "config/rollback", #"{"to":1,"more":1}"#, "", 422),
      ("POST", "config/rollback", #"{"to":1}"#, "write=maybe", 422),
      ("POST", "config/rollback", "[1]", "", 422), ("POST", "events", "", "", 405),
      ("GET", "events", "", "after=x", 422), ("GET", "events", "", "since=1", 422),
      ("POST", "strategies", "", "", 405),
    ] {
      #expect(
        try status(request(verb, path, body, query: query)) == expected,
        "\(verb) \(path)?\(query) \(body)")
    }
  }

  @Test func listening() throws {
    for (query, field, expected) in [
      ("", String?.none, UInt64?.none), ("after=5", nil, 5), ("", "7", 7), ("after=5", "7", 7),
      ("", "", nil),
    ] {
      guard
        case .listen(let after) = try route(
          request("GET", "events", query: query, lastEvent: field))
      else {
        Issue.record("no stream for \(query) and \(field ?? "none")")
        continue
      }
      #expect(after == expected)
    }
    var foreign = request("GET", "events")
    foreign.authorization = nil
    #expect(try status(foreign) == 401)
  }

  @Test func eventsThatAreKept() {
    let events = AdminEvents()
    #expect(events.events(after: 0).isEmpty)
    for number in 1...3 { events.publish("reload", ["number": JSONValue(number)]) }
    let text = { (after: UInt64?) in String(decoding: events.events(after: after), as: UTF8.self) }
    #expect(text(nil).isEmpty && text(3).isEmpty)
    #expect(text(2) == "id: 3\nevent: reload\ndata: {\"number\":3}\n\n")
    #expect(text(0).hasPrefix("id: 1\n"))
    // An id of an earlier life of the host.
    #expect(text(99).hasPrefix("id: 1\n"))
    for number in 4...(AdminEvents.capacity + 10) {
      events.publish("reload", ["number": JSONValue(number)])
    }
    #expect(text(2).hasPrefix("event: missed\ndata: {\"from\":3,\"to\":10}\n\nid: 11\n"))
    #expect(text(10).hasPrefix("id: 11\n"))
  }

  @Test func problemsWithMembers() throws {
    var problem = Problem(.invalid, "two errors")
    problem.members["errors"] = [["line": 3]]
    let body = try JSONValue(jsonBytes: problem.response(instance: "/x").body)
    #expect(body["status"] == 422 && body["errors"] == [["line": 3]])
  }
}
