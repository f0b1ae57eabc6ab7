import MetisKit
import MetisPluginAPI
import Testing

/// Knows one bearer token.
private struct Bearer: Authenticator {
  static var descriptor: Descriptor {
    Descriptor(id: "org.example.bearer", name: "Bearer", version: "1.0.0", provides: ["bearer"])
  }

  static var schema: StaticString? { #"{"type":"object","required":["token"]}"# }

  static var manifestSchema: StaticString? { #"{"type":"object","maxProperties":1}"# }

  let token: String

  init(section: JSONValue, host: Host) throws {
    guard let token = section["token"]?.string else {
      throw ConfigError(["token"], "found none, expected a text")
    }
    self.token = token
  }

  func authenticate(_ message: borrowing Message) -> Verdict {
    guard let value = message.field("authorization"), value.hasPrefix("Bearer ") else {
      return .abstain
    }
    let given = message.withField("AUTHORIZATION") { $0.dropFirst(7).elementsEqual(token.utf8) }
    guard given == true else {
      return .deny(
        status: 401,
        fields: [("WWW-Authenticate", "Bearer error=\"invalid_token\""), ("X-A", "")],
        reason: "unknown token from \(message.peer)")
    }
    return .allow([
      "id": "alice", "verb": .string(message.verb), "target": .string(message.target),
    ])
  }
}

/// What a host reads from a verdict, copied.
private struct Decision: Equatable {
  var status: Int32 = METIS_OK
  var outcome: UInt32 = 0
  var http: UInt32 = 0
  var principal = ""
  var reason = ""
  var fields: [String] = []
}

@Suite struct AuthTests {
  private func decide(_ section: String, _ fields: [(String, String)]) throws -> Decision {
    let plugin = try LoadedPlugin { Plugin.enter(Bearer.self, $0, $1) }
    let auth = try #require(plugin.query("metis.auth/1", metis_auth_v1.self)).pointee
    var error = LoadedPlugin.error()
    var instance: UnsafeMutableRawPointer?
    let status = withSlice(section) { auth.create(plugin.plugin, $0, &error, &instance) }
    guard status == METIS_OK else {
      throw LoadedPlugin.Refused(status: status, description: LoadedPlugin.text(error))
    }
    defer { auth.destroy(instance) }
    var texts = fields.flatMap { [Array($0.0.utf8), Array($0.1.utf8)] }
    texts.append(Array("POST/mcp127.0.0.1:5".utf8))
    let all = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: texts.joined().count)
    defer { all.deallocate() }
    _ = all.initialize(from: texts.joined())
    var start = 0
    func next(_ count: Int) -> metis_slice_v1 {
      defer { start += count }
      return metis_slice_v1(bytes: UnsafePointer(all.baseAddress! + start), count: count)
    }
    let table = fields.map { field in
      let name = next(field.0.utf8.count)
      return metis_field_v1(name: name, value: next(field.1.utf8.count))
    }
    return table.withUnsafeBufferPointer { table in
      var message = metis_message_v1(
        size: UInt32(MemoryLayout<metis_message_v1>.size), kind: METIS_MESSAGE_HTTP, exchange: 1,
        verb: next(4), target: next(4), fields: table.baseAddress, field_count: table.count,
        body: metis_slice_v1(), peer: next(11))
      var verdict = metis_verdict_v1()
      verdict.size = UInt32(MemoryLayout<metis_verdict_v1>.size)
      let status = auth.authenticate(instance, &message, &verdict)
      return Decision(
        status: status, outcome: verdict.outcome, http: verdict.status,
        principal: string(verdict.principal), reason: string(verdict.reason),
        fields: (0..<verdict.field_count).map {
          "\(string(verdict.fields[$0].name)): \(string(verdict.fields[$0].value))"
        })
    }
  }

  @Test func aKnownTokenIsAllowed() throws {
    let decision = try decide(
      #"{"token":"t"}"#, [("Host", "x"), ("AuthoriZation", "Bearer t")])
    #expect(
      decision
        == Decision(
          outcome: METIS_AUTH_ALLOW, principal: #"{"id":"alice","verb":"POST","target":"/mcp"}"#))
  }

  @Test func anUnknownTokenIsDeniedWithItsFields() throws {
    let decision = try decide(#"{"token":"t"}"#, [("authorization", "Bearer u")])
    #expect(
      decision
        == Decision(
          outcome: METIS_AUTH_DENY, http: 401, reason: "unknown token from 127.0.0.1:5",
          fields: ["WWW-Authenticate: Bearer error=\"invalid_token\"", "X-A: "]))
  }

  @Test func anotherKindOfCredentialIsLeftToOthers() throws {
    let expected = Decision(outcome: METIS_AUTH_ABSTAIN)
    #expect(try decide(#"{"token":"t"}"#, []) == expected)
    #expect(try decide(#"{"token":"t"}"#, [("authorization", "Basic dDp0")]) == expected)
    #expect(try decide(#"{"token":"t"}"#, [("authorization\u{40}", "Bearer t")]) == expected)
  }

  @Test func aBadSectionIsRefused() throws {
    let error = #expect(throws: LoadedPlugin.Refused.self) { try decide("{}", []) }
    #expect(error?.description == "token: found none, expected a text")
  }

  @Test func theSchemaIsThatOfTheAuthSection() throws {
    let plugin = try LoadedPlugin { Plugin.enter(Bearer.self, $0, $1) }
    let config = try #require(plugin.query("metis.config/1", metis_config_v1.self)).pointee
    #expect(
      string(config.schema(plugin.plugin, METIS_SECTION_AUTH))
        == #"{"type":"object","required":["token"]}"#)
    #expect(string(config.schema(plugin.plugin, METIS_SECTION_STRATEGY)) == "")
    #expect(
      string(config.schema(plugin.plugin, METIS_SECTION_PLUGIN))
        == #"{"type":"object","maxProperties":1}"#)
    #expect(plugin.query("metis.strategy/1", metis_strategy_v1.self) == nil)
  }
}
