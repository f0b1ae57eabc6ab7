import JSON
import MCP
import Testing

/// Questions, answers and capabilities on their own.
@Suite struct InputTests {
  private func read(_ text: String) throws(InputRequestError) -> [InputRequest] {
    try Array(text.utf8).withUnsafeBytes { bytes in
      Result { () throws(InputRequestError) in
        try InputRequests.read(bytes, limits: JSONLimits())
      }
    }.get()
  }

  private func problem(_ text: String) -> String {
    do throws(InputRequestError) {
      _ = try read(text)
      return ""
    } catch {
      return error.description
    }
  }

  @Test func aProblemTellsItsPlaceWhatWasFoundAndWhatWasExpected() {
    func form(_ schema: String) -> String {
      #"{"k":{"method":"elicitation/create","params":{"message":"m","requestedSchema":\#(schema)}}}"#
    }
    #expect(problem("[]") == "requests is an array; expected an object")
    #expect(problem(#"{"k":{}}"#) == "requests['k'].method is missing; expected a string")
    #expect(problem(#"{"k":{"method":"ping"}}"#).contains("elicitation/create"))
    #expect(
      problem(form(#"{"type":"object","properties":{"p":{"type":"object"}}}"#)).contains("flat"))
    #expect(
      problem(form(#"{"type":"object","properties":{},"required":["x"]}"#)).contains("'x'"))
    #expect(
      problem(form(#"{"type":"object","properties":{"p":{"type":"string","minLength":0.5}}}"#))
        .contains("minLength"))
    #expect(
      problem(form(#"{"type":"object","properties":{"p":{"type":"string","format":"ipv4"}}}"#))
        .contains("format"))
    #expect(problem(form(#"{"type":"object","properties":{"p":{"type":"string"}}}"#)) == "")
    #expect(
      problem(#"{"k":{"method":"elicitation/create","params":{"mode":"url","message":"m"}}}"#)
        .contains("url"))
    #expect(
      problem(
        #"{"k":{"method":"sampling/createMessage","params":{"messages":[{"role":"x","#
          + #""content":{"type":"text","text":"t"}}],"maxTokens":1}}}"#
      ).contains("role"))
    let many = (0...128).map { #""k\#($0)":{"method":"roots/list"}"# }.joined(separator: ",")
    #expect(problem("{\(many)}").contains("128"))
    #expect(problem(#"{"k":{"method":"roots/list"}}"#) == "")
  }

  @Test func toolsInASamplingRequestAreSeen() throws {
    func sampling(_ more: String, _ type: String = #""type":"text","text":"t""#) throws -> Bool {
      try read(
        #"{"k":{"method":"sampling/createMessage","params":{"maxTokens":1\#(more),"messages":["#
          + #"{"role":"user","content":[{\#(type)}]}]}}}"#)[0].usesTools
    }
    #expect(try !sampling(""))
    #expect(try sampling(#","tools":[]"#))
    #expect(try sampling(#","toolChoice":{"mode":"auto"}"#))
    #expect(try sampling("", #""type":"tool_use","id":"1","name":"n","input":{}"#))
    #expect(try sampling("", #""type":"tool_result","toolUseId":"1","content":[]"#))
  }

  @Test func capabilitiesAreObjectsAlone() {
    func declared(_ text: String) -> ClientCapabilities {
      ClientCapabilities((try? JSONValue(json: text)) ?? .null)
    }
    #expect(!declared("[]").elicitsForms && !declared("null").samples)
    #expect(!declared(#"{"elicitation":true,"roots":1}"#).elicitsForms)
    #expect(declared(#"{"elicitation":{}}"#).elicitsForms)
    #expect(!declared(#"{"elicitation":{"url":{}}}"#).elicitsForms)
    #expect(declared(#"{"elicitation":{"url":{},"form":{}}}"#).elicitsForms)
    #expect(declared(#"{"extensions":{"io.modelcontextprotocol/tasks":{}}}"#).hasTasks)
    #expect(!declared(#"{"extensions":{"io.modelcontextprotocol/tasks":null}}"#).hasTasks)
  }

  @Test func answersAreKnownByTheirOutline() throws {
    func value(_ text: String) throws -> JSONValue { try JSONValue(json: text) }
    #expect(InputResponses.fits(try value(#"{"action":"decline"}"#), .form))
    #expect(!InputResponses.fits(try value(#"{"action":"maybe"}"#), .form))
    #expect(!InputResponses.fits(try value(#"{"action":"accept","content":[]}"#), .url))
    #expect(InputResponses.fits(try value(#"{"roots":[]}"#), .roots))
    #expect(!InputResponses.fits(try value(#"{"roots":{}}"#), .roots))
    #expect(InputResponses.fits(try value(#"{"role":"user","content":[],"model":"m"}"#), .sampling))
    for text in ["1", "null", "\"x\"", "[]", "{}"] {
      #expect(!InputResponses.fitsAny(try value(text)), "\(text)")
    }
  }

  @Test func aTaskHasTheMembersOfItsGeneration() {
    let task = TaskDescription(id: "t", createdAt: "now", ttlMs: nil, pollIntervalMs: 5)
    #expect(
      JSONValue.object(task.created(isCore: false)) == [
        "resultType": "task", "taskId": "t", "status": "working", "createdAt": "now",
        "lastUpdatedAt": "now", "ttlMs": .null, "pollIntervalMs": 5,
      ])
    #expect(
      JSONValue.object(task.created(isCore: true)) == [
        "task": [
          "taskId": "t", "status": "working", "createdAt": "now", "lastUpdatedAt": "now",
          "ttl": .null, "pollInterval": 5,
        ]
      ])
    #expect(
      JSONValue.object(task.related(["_meta": ["a": 1], "content": []])) == [
        "_meta": ["a": 1, "io.modelcontextprotocol/related-task": ["taskId": "t"]], "content": [],
      ])
  }
}
