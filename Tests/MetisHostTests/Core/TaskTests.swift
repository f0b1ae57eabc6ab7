import Foundation
import JSON
import Testing

@testable import MetisHost

/// Tasks of the extension of 2026-07-28.
@Suite struct TaskTests {
  private func begin(
    _ host: TestHost, _ tool: String, _ arguments: String = "{}", _ more: String = ""
  ) -> JSONValue {
    host.callTool(tool, arguments, more, capabilities: Asked.tasks).ended().result
  }

  private func ended(_ host: TestHost, _ id: String) -> JSONValue {
    var last = JSONValue.null
    _ = eventually {
      last = host.task("tasks/get", id).result
      return ["completed", "failed", "cancelled"].contains(last["status"]?.string)
    }
    return last
  }

  @Test(arguments: ["asker", "asker-blocking", "asker-async"])
  func aCallGoesOnAsATask(_ strategy: String) throws {
    let host = try TestHost.asking(
      ["task-50", "task-fail", "task-refuse", "task-unlimited-0"], strategy: strategy)
    let task = begin(host, "task-50")
    let id = try #require(task["taskId"]?.string)
    #expect(task["resultType"] == "task" && task["status"] == "working")
    #expect(task["pollIntervalMs"] == 50 && task["ttlMs"] == 300_000)
    #expect(task["createdAt"]?.string?.hasSuffix("Z") == true && task["lastUpdatedAt"] != nil)
    for absent in [
      "task", "ttl", "pollInterval", "result", "error", "inputRequests", "requestState",
    ] {
      #expect(task[absent] == nil, "\(absent)")
    }
    let got = host.task("tasks/get", id)
    #expect(got.result["taskId"]?.string == id && got.result["resultType"] == "complete")
    let done = ended(host, id)
    #expect(done["status"] == "completed" && done["error"] == nil)
    #expect(done["result"]?["content"]?[0]?["text"] == "as a task")
    #expect(host.task("tasks/get", id).result["status"] == "completed")
    let failed = ended(host, begin(host, "task-fail")["taskId"]?.string ?? "")
    #expect(failed["status"] == "failed" && failed["result"] == nil)
    #expect(failed["error"]?["code"] == 77 && failed["error"]?["message"] == "broken")
    let refused = ended(host, begin(host, "task-refuse")["taskId"]?.string ?? "")
    #expect(refused["status"] == "completed" && refused["result"]?["isError"] == true)
    let unlimited = begin(host, "task-unlimited-0")
    #expect(unlimited["ttlMs"] == .null && unlimited["statusMessage"] == "at work")
    // Without the extension there is none.
    #expect(host.callTool("task-50", "{}").ended().firstText == "at once")
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }

  @Test func theMethodsNeedTheExtensionFirst() throws {
    let host = try TestHost.asking(
      ["task-required-0", "task-bad"],
      tools: [
        .init(name: "task-must-0", strategy: "asker", more: "task_support = \"required\"")
      ])
    let needed: JSONValue = [
      "requiredCapabilities": ["extensions": ["io.modelcontextprotocol/tasks": [:]]]
    ]
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
      let undeclared = host.task(method, "unknown", capabilities: Asked.all)
      #expect(undeclared.status == 400 && undeclared.errorCode == -32021, "\(method)")
      #expect(undeclared.error["data"] == needed)
      let unknown = host.task(method, "unknown", #","inputResponses":{}"#)
      #expect(unknown.status == 400 && unknown.errorCode == -32602, "\(method)")
    }
    for method in ["tasks/result", "tasks/list"] {
      #expect(host.task(method, "unknown").errorCode == -32601)
    }
    for tool in ["task-required-0", "task-must-0"] {
      let refused = host.callTool(tool, "{}").ended()
      #expect(refused.status == 400 && refused.errorCode == -32021, "\(tool)")
      #expect(refused.error["data"] == needed)
      #expect(begin(host, tool)["resultType"] == "task")
    }
    #expect(host.callTool("task-bad", capabilities: Asked.tasks).ended().firstText == "refused")
    host.stop()
  }

  @Test(arguments: ["asker", "asker-async"])
  func aTaskAsksAndTakesItsAnswersOneByOne(_ strategy: String) throws {
    let host = try TestHost.asking(["ask-task", "ask-once-a-task"], strategy: strategy)
    let id = begin(host, "ask-task", Asked.two)["taskId"]?.string ?? ""
    func view() -> JSONValue { host.task("tasks/get", id).result }
    #expect(eventually { view()["status"] == "input_required" })
    #expect(view()["inputRequests"] == (try? JSONValue(json: Asked.two)))
    #expect(view()["requestState"] == nil)
    func update(_ answers: String) -> TestExchange {
      host.task("tasks/update", id, #","inputResponses":\#(answers)"#)
    }
    #expect(update(#"{"unknown-key":{"action":"accept"}}"#).result["resultType"] == "complete")
    #expect(view()["inputRequests"]?.object?.count == 2)
    #expect(update(#"{"a":12345}"#).errorCode == -32602)
    #expect(update("null").errorCode == -32602)
    #expect(update(#"{"a":\#(Asked.accept("a", "1"))}"#).error == .null)
    #expect(view()["status"] == "input_required")
    #expect(view()["inputRequests"]?.object?.keys == ["b"])
    #expect(update(#"{"b":\#(Asked.accept("b", "2"))}"#).error == .null)
    let done = ended(host, id)
    let told = done["result"]?["structuredContent"]
    #expect(done["inputRequests"] == nil && told?["state"] == "state-1")
    #expect(told?["inputs"]?["a"]?["content"] == ["a": "1"])
    #expect(told?["inputs"]?["b"]?["content"] == ["b": "2"])
    #expect(update(#"{"b":\#(Asked.accept("b", "2"))}"#).result["resultType"] == "complete")
    // A question first, then a task.
    let first = begin(host, "ask-once-a-task", Asked.form)
    #expect(first["resultType"] == "input_required" && first["taskId"] == nil)
    let second = begin(
      host, "ask-once-a-task", Asked.form,
      #","inputResponses":{"name":\#(Asked.accept("name", "Alice"))},"requestState":"#
        + (first["requestState"] ?? .null).description)
    #expect(second["resultType"] == "task")
    let result = ended(host, second["taskId"]?.string ?? "")["result"]
    #expect(result?["content"]?[0]?["text"]?.string?.contains("Alice") == true)
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }

  @Test func aTaskIsCancelledAndStaysSo() throws {
    let host = try TestHost.asking(
      ["task-never", "report", "ask-task"], strategy: "asker-async", timeout: 200)
    let id = begin(host, "task-never")["taskId"]?.string ?? ""
    // The tool's own time does not end a task.
    usleep(400_000)
    #expect(host.task("tasks/get", id).result["status"] == "working")
    let cancelled = host.task("tasks/cancel", id)
    #expect(cancelled.result["resultType"] == "complete" && cancelled.result["taskId"] == nil)
    #expect(host.task("tasks/get", id).result["status"] == "cancelled")
    #expect(host.task("tasks/cancel", id).result["resultType"] == "complete")
    #expect(
      eventually {
        host.callTool("report", "{}").ended().result["structuredContent"]?["cancellations"] == 1
      })
    let asking = begin(host, "ask-task", Asked.form)["taskId"]?.string ?? ""
    #expect(eventually { host.task("tasks/get", asking).result["status"] == "input_required" })
    _ = host.task("tasks/cancel", asking)
    #expect(host.task("tasks/get", asking).result["inputRequests"] == nil)
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }

  @Test func tasksAreBoundedInNumberAndTime() throws {
    let host = try TestHost.asking(
      ["task-never", "task-0"], strategy: "asker-async",
      more: "[server.tasks]\ncapacity = 2\nttl_ms = 400")
    let ids = (0..<2).compactMap { _ in begin(host, "task-never")["taskId"]?.string }
    #expect(ids.count == 2 && Set(ids).count == 2)
    // No room: the call goes on as it is.
    #expect(begin(host, "task-0")["content"] != nil)
    usleep(500_000)
    #expect(host.task("tasks/get", ids[0]).errorCode == -32602)
    #expect(eventually { host.openCalls == 0 })
    #expect(begin(host, "task-0")["resultType"] == "task")
    host.stop()
  }

  @Test func anAnswerAndACancellationAtOnceEndTheTaskOnce() throws {
    let host = try TestHost.asking(["ask-task"], strategy: "asker-async", loops: 2)
    for round in 0..<60 {
      let id =
        host.callTool("ask-task", capabilities: Asked.tasks, loop: round % 2).ended()
        .result["taskId"]?.string ?? ""
      #expect(eventually { host.task("tasks/get", id).result["status"] == "input_required" })
      let fields = [("Mcp-Name", id)]
      let answers = #","inputResponses":{"name":\#(Asked.accept("name", "A"))}"#
      let update = host.modern(
        "tasks/update", #""taskId":"\#(id)"\#(answers)"#, capabilities: Asked.tasks,
        fields: fields, loop: (round + 1) % 2)
      let cancel = host.modern(
        "tasks/cancel", #""taskId":"\#(id)""#, capabilities: Asked.tasks, fields: fields,
        loop: round / 2 % 2)
      #expect(update.ended().error == .null && cancel.ended().error == .null)
      #expect(["completed", "cancelled"].contains(ended(host, id)["status"]?.string))
    }
    #expect(eventually { host.openCalls == 0 })
    host.stop()
  }
}
