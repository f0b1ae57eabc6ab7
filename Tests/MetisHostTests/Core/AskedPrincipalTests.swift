import Foundation
import JSON
import Testing

@testable import MetisHost

/// What is kept for one client is nothing to another one.
@Suite struct AskedPrincipalTests {
  private static let auth = "[auth]\nuse = [\"asker_auth\"]\n"
  private let alice = [("Authorization", "alice")]
  private let bob = [("Authorization", "bob")]

  private func host() throws -> TestHost {
    try TestHost.asking(
      ["ask-state", "ask-task", "task-never"], strategy: "asker-async", plugins: ["asker_auth"],
      more: AskedPrincipalTests.auth, loops: 1)
  }

  @Test func aStateOpensForTheClientThatItWasGivenTo() throws {
    let host = try host()
    let asked = host.callTool("ask-state", fields: alice).ended().result["requestState"]
    let more =
      #","inputResponses":{"name":\#(Asked.accept("name", "A"))},"requestState":"#
      + (asked ?? .null).description
    let foreign = host.callTool("ask-state", Asked.form, more, fields: bob).ended()
    #expect(foreign.status == 400 && foreign.errorCode == -32602)
    #expect(foreign.errorMessage.contains("another client"))
    #expect(host.callTool("ask-state", Asked.form, more, fields: alice).ended().error == .null)
    host.stop()
  }

  @Test func aTaskIsItsOwnersAlone() throws {
    let host = try host()
    let id =
      host.callTool("task-never", "{}", capabilities: Asked.tasks, fields: alice).ended()
      .result["taskId"]?.string ?? ""
    func get(_ method: String, _ fields: [(String, String)]) -> TestExchange {
      host.modern(
        method, #""taskId":"\#(id)","inputResponses":{}"#, capabilities: Asked.tasks, name: id,
        fields: fields
      ).ended()
    }
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
      #expect(get(method, bob).errorCode == -32602, "\(method)")
    }
    #expect(get("tasks/get", alice).result["status"] == "working")
    #expect(get("tasks/cancel", alice).error == .null)
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }
}
