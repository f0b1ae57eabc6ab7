import JSON
import Synchronization
import Testing

@testable import MetisHost

@Suite struct AdminRouterTests {
  private static let secret = "0123456789abcdefghijklmnopqrstuvwxyz"

  private func router() throws -> AdminRouter {
    AdminRouter(token: try AdminToken(Self.secret), hosts: AdminHosts(), greatestBody: 1000)
  }

  private func request(
    _ verb: String, _ path: String, _ body: String = "", query: String = ""
  ) -> AdminRequest {
    AdminRequest(
      verb: verb, path: path, query: query, host: "127.0.0.1:3001",
      authorization: "Bearer \(Self.secret)",
      contentType: body.isEmpty ? nil : "application/json; charset=utf-8", body: Array(body.utf8))
  }

  private func answer(
    _ request: AdminRequest, _ operations: AdminRecorder = AdminRecorder()
  ) throws -> AdminResponse {
    let answers = Mutex<[AdminResponse]>([])
    try router().handle(request, operations: operations) { response in
      answers.withLock { $0.append(response) }
    }
    let all = answers.withLock { $0 }
    #expect(all.count == 1)
    return try #require(all.first)
  }

  /// The answer has problem details in the form of RFC 9457.
  private func expectProblem(
    _ response: AdminResponse, _ slug: String, _ status: Int, _ path: String
  ) throws {
    #expect(response.status == status)
    #expect(response.contentType == "application/problem+json")
    let body = try #require(try JSONValue(jsonBytes: response.body).object)
    #expect(body.keys == ["type", "title", "status", "detail", "instance"])
    #expect(body["type"] == .string("urn:metis:problem:\(slug)"))
    #expect(body["status"] == JSONValue(status))
    #expect(body["instance"] == .string(path))
    #expect(body["detail"]?.string?.isEmpty == false)
  }

  @Test func journal() throws {
    let operations = AdminRecorder()
    func body(_ verb: String, _ path: String, _ body: String = "", query: String = "") throws
      -> String
    {
      let response = try answer(request(verb, path, body, query: query), operations)
      #expect(response.status == 200)
      return String(decoding: response.body, as: UTF8.self)
    }
    #expect(try body("GET", "/admin/journal", query: "target=a%2Fb&limit=5") == #"{"entries":[]}"#)
    #expect(operations.calls.last?.contains(#"target: Optional("a/b")"#) == true)
    #expect(try body("GET", "/admin/journal/count") == #"{"count":0}"#)
    #expect(try body("DELETE", "/admin/journal") == #"{"cleared":true}"#)
    #expect(
      try body("POST", "/admin/journal/verify", #"{"never":true}"#)
        == #"{"verified":true,"count":0}"#)
    #expect(try body("POST", "/admin/reset") == #"{"reset":true}"#)
    #expect(operations.calls.last == "reset")
    for (verb, path, sent, query, slug, status) in [
      ("POST", "/admin/journal/verify", #"{"times":1}"#, "", "unverified", 409),
      ("POST", "/admin/journal/verify", #"{"time":1}"#, "", "invalid", 422),
      ("POST", "/admin/journal/verify", "", "", "invalid", 422),
      ("GET", "/admin/journal", "", "limit=x", "invalid", 422),
      ("GET", "/admin/journal", "", "target=%zz", "malformed", 400),
      ("POST", "/admin/journal", "", "", "method-not-allowed", 405),
      ("DELETE", "/admin/journal/count", "", "", "method-not-allowed", 405),
      ("GET", "/admin/journal/verify", "", "", "method-not-allowed", 405),
      ("GET", "/admin/journal/other", "", "", "not-found", 404),
      ("GET", "/admin/reset", "", "", "method-not-allowed", 405),
    ] {
      let response = try answer(request(verb, path, sent, query: query), operations)
      try expectProblem(response, slug, status, path)
    }
  }

  @Test func readingEndpoints() throws {
    for (path, body) in [
      ("/admin/plugins", #"{"plugins":[{"id":"a.b"}]}"#), ("/admin/generations", "[]"),
      ("/admin/stats", #"{"calls":1}"#), ("/admin/plugins/a.b", #"{"done":"plugin a.b"}"#),
      ("/admin/health", #"{"status":"ok"}"#),
      ("/admin/plugins/Echo%20Strategy", #"{"done":"plugin Echo Strategy"}"#),
    ] {
      let response = try answer(request("GET", path))
      #expect(response.status == 200)
      #expect(response.contentType == "application/json")
      #expect(String(decoding: response.body, as: UTF8.self) == body)
      #expect(response.fields.contains { $0 == ("cache-control", "no-store") })
    }
    let metrics = try answer(request("GET", "/admin/metrics"))
    #expect(metrics.contentType.hasPrefix("text/plain; version=0.0.4"))
    #expect(metrics.body == Array("metis_calls_total 1\n".utf8))
  }

  @Test func changingEndpoints() throws {
    let recorder = AdminRecorder()
    for (path, body) in [
      ("/admin/plugins/a.b/rollback", ""), ("/admin/plugins/a.b/enable", "{}"),
      ("/admin/plugins/a.b/disable", ""), ("/admin/reload", ""),
      ("/admin/plugins/a.b/swap", #"{"path":"/x.so"}"#),
      (
        "/admin/plugins/a.b/swap",
        #"{"path":"/x.so","signature":"/x.sig","sha256":"\#(String(repeating: "Ab", count: 32))"}"#
      ),
    ] {
      #expect(try answer(request("POST", path, body), recorder).status == 200)
    }
    #expect(
      recorder.calls == [
        "rollback a.b", "enable a.b", "disable a.b", "reload", "swap a.b /x.so - -",
        "swap a.b /x.so /x.sig " + String(repeating: "ab", count: 32),
      ])
  }

  @Test func aPluginsOwnEndpoint() throws {
    let recorder = AdminRecorder()
    let path = "/admin/plugins/a.b/x/cache/%2Fone"
    let response = try answer(request("PURGE", path, "[2]", query: "all=1"), recorder)
    #expect(response.status == 201)
    #expect(response.body == Array("[1]".utf8))
    #expect(recorder.calls == ["PURGE a.b cache/%2Fone?all=1 [2]"])
    recorder.problem = Problem(.notFound, "no such plugin")
    try expectProblem(try answer(request("GET", path), recorder), "not-found", 404, path)
  }

  @Test func failuresOfOperationsAreProblems() throws {
    let recorder = AdminRecorder()
    recorder.problem = Problem(.conflict, "a.b is draining")
    let path = "/admin/plugins/a.b/rollback"
    try expectProblem(try answer(request("POST", path), recorder), "conflict", 409, path)
  }

  @Test(arguments: [
    nil, "", "Bearer", "Bearer ", "Basic abc", "Bearer wrong-wrong-wrong-wrong",
    "Bearer 0123456789abcdefghijklmnopqrstuvwxyZ", "0123456789abcdefghijklmnopqrstuvwxyz",
  ])
  func withoutTheToken(_ authorization: String?) throws {
    for path in ["/admin/plugins", "/admin/nothing", "/admin/plugins/a.b/x/y"] {
      var request = request("GET", path)
      request.authorization = authorization
      let recorder = AdminRecorder()
      let response = try answer(request, recorder)
      try expectProblem(response, "unauthorized", 401, path)
      #expect(
        response.fields.contains {
          $0.name == "www-authenticate" && $0.value.hasPrefix("Bearer ")
        })
      #expect(recorder.calls.isEmpty)
    }
  }

  @Test func healthNeedsNoToken() throws {
    var request = request("GET", "/admin/health")
    request.authorization = nil
    #expect(try answer(request).status == 200)
  }

  @Test func theSchemeIsWithoutCase() throws {
    var request = request("GET", "/admin/stats")
    request.authorization = "bearer  \(Self.secret) "
    #expect(try answer(request).status == 200)
  }

  @Test(arguments: [
    "/admin", "/admin/", "/admin/plugins/", "/admin/plugins/%0a", "/admin/plugins/a%2fb",
    "/admin/plugins/%zz",
    "/admin/plugins/a.b/", "/admin/plugins/a.b/swap/x", "/admin/plugins/a.b/what",
    "/admin/stats/x", "/", "/other", "admin/plugins", "",
  ])
  func unknownPaths(_ path: String) throws {
    try expectProblem(try answer(request("GET", path)), "not-found", 404, path)
  }

  @Test func otherMethodsAreNamed() throws {
    for (verb, path, allow) in [
      ("POST", "/admin/plugins", "GET"), ("GET", "/admin/reload", "POST"),
      ("GET", "/admin/plugins/a.b/swap", "POST"), ("DELETE", "/admin/plugins/a.b", "GET"),
      ("POST", "/admin/health", "GET"),
    ] {
      let response = try answer(request(verb, path))
      try expectProblem(response, "method-not-allowed", 405, path)
      #expect(response.fields.contains { $0 == ("allow", allow) })
    }
  }

  @Test(arguments: [
    (#"{"path":1}"#, "invalid", 422), (#"{"path":""}"#, "invalid", 422),
    (#"{"path":"x.so"}"#, "invalid", 422), ("[]", "invalid", 422), ("{}", "invalid", 422),
    ("", "invalid", 422), (#"{"path":"/x","paht":"/y"}"#, "invalid", 422),
    (#"{"path":"/x","sha256":"abc"}"#, "invalid", 422),
    (#"{"path":"/x\u0000.so"}"#, "invalid", 422),
    (#"{"path":"/x","signature":"s"}"#, "invalid", 422), (#"{"path":"#, "malformed", 400),
  ])
  func badSwaps(_ body: String, _ slug: String, _ status: Int) throws {
    let path = "/admin/plugins/a.b/swap"
    let recorder = AdminRecorder()
    try expectProblem(try answer(request("POST", path, body), recorder), slug, status, path)
    #expect(recorder.calls.isEmpty)
  }

  @Test func bodiesAreJSONAndBounded() throws {
    let path = "/admin/plugins/a.b/swap"
    for type in [nil, "text/plain", "application/jsonx"] {
      var request = request("POST", path, #"{"path":"/x"}"#)
      request.contentType = type
      try expectProblem(try answer(request), "unsupported-media-type", 415, path)
    }
    let large = String(repeating: " ", count: 1001)
    try expectProblem(try answer(request("POST", path, large)), "too-large", 413, path)
    try expectProblem(
      try answer(request("POST", "/admin/reload", #"{"a":1}"#)), "invalid", 422, "/admin/reload")
  }

  @Test func foreignHostsAreRefused() throws {
    for path in ["/admin/health", "/admin/plugins"] {
      for host in [nil, "", "attacker.example", "127.0.0.1.attacker.example", "127.0.0.1:x"] {
        var request = request("GET", path)
        request.host = host
        try expectProblem(try answer(request), "misdirected", 421, path)
      }
    }
  }

  @Test func hosts() {
    let hosts = AdminHosts(configured: "Mock.Example:3001")
    for host in [
      "localhost", "LOCALHOST:1", "localhost.", "a.localhost", "127.0.0.1", "127.1.2.3:80", "[::1]",
      "[::1]:3000", "mock.example", "mock.example:9",
    ] {
      #expect(hosts.accept(host), "\(host)")
    }
    for host in [
      "mock.example.org", "xlocalhost", "127.evil", "[::1", "[::1]x", "0.0.0.0", "10.0.0.1",
    ] {
      #expect(!hosts.accept(host), "\(host)")
    }
    #expect(!AdminHosts(configured: "0.0.0.0").accept("0.0.0.0"))
    #expect(AdminHosts(configured: "fd00::1").accept("[fd00::1]:80"))
  }
}
