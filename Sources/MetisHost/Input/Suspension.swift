import JSON
import JSONRPC
import MCP
import MetisPluginAPI

/// A question as the client of a call knows it.
struct Question: Sendable {
  let key: String
  let kind: InputRequest.Kind
  let method: StaticString
  let params: JSONObject

  /// As a member of `inputRequests`.
  var encoded: JSONValue {
    ["method": .string(method.description), "params": .object(params)]
  }

  /// As a request of the server. `task`: the task that it is asked for.
  func message(id: Int64, task: TaskDescription? = nil) -> [UInt8] {
    let params = task?.related(params) ?? params
    return JSONValue.object([
      "jsonrpc": "2.0", "id": JSONValue(id), "method": .string(method.description),
      "params": .object(params),
    ]).jsonBytes()
  }
}

/// What a call ended with that asks its client.
struct AskedInput {
  let questions: [Question]
  /// The strategy's own, handed back with the answers.
  let state: [UInt8]

  /// `{key:{"method":…,"params":{…}}}`.
  var encoded: JSONValue {
    .object(JSONObject(questions.map { ($0.key, $0.encoded) }))
  }
}

/// A call that waits for its client: no thread does. The loop's own.
final class Suspension {
  let asked: AskedInput
  /// JSON texts, by the places of the questions.
  private var answers: [[UInt8]?]
  private var missing: Int

  init(_ asked: AskedInput) {
    self.asked = asked
    answers = Array(repeating: nil, count: asked.questions.count)
    missing = asked.questions.count
  }

  /// Whether nothing is missing.
  var isAnswered: Bool { missing == 0 }

  /// Takes an answer; false where there is one already.
  func take(_ answer: [UInt8], at place: Int) -> Bool {
    guard answers.indices.contains(place), answers[place] == nil else { return false }
    answers[place] = answer
    missing -= 1
    return true
  }

  /// The first question that was not answered.
  var firstMissing: Question? {
    zip(asked.questions, answers).first { $0.1 == nil }?.0
  }

  /// The answers by their keys, as strategies read them.
  var inputs: [UInt8] {
    var writer = JSONWriter([UInt8]())
    writer.beginObject()
    for (question, answer) in zip(asked.questions, answers) {
      guard let answer else { continue }
      writer.key(question.key)
      writer.raw(answer)
    }
    writer.endObject()
    return writer.finish()
  }
}

/// Calls that stop for their client's answers and go on with them.
extension Loop {
  /// Has a claimed call wait: it is open again, under a token that no strategy knows, until the
  /// answers are in or `deadline` (CLOCK_MONOTONIC, ns).
  func suspend(_ call: Call, _ asked: AskedInput, until deadline: UInt64) {
    call.reopen()
    call.suspension = Suspension(asked)
    call.deadline = deadline
    guard call.isPending else {
      call.instances?._withUnsafeGuaranteedRef { makePending(call, call.token, $0) }
      return
    }
    if deadline != .max { expect(call.token, by: deadline) }
    guard case .exchange(let exchange, let isFrame) = call.answerer else { return }
    if !isFrame, open[exchange] != nil { open[exchange] = .call(token: call.token) }
    if call.isRegistered {
      call.session?.unregister(call.id)
      call.isRegistered = call.session?.register(call.id, call.token) ?? false
    }
  }

  /// An answer has come for a waiting call; without effect after its end.
  func answered(_ token: UInt64, _ place: Int, _ answer: [UInt8]) {
    guard let opened = CallDirectory.find(token) else { return }
    opened._withUnsafeGuaranteedRef { call in
      guard call.isOpen(token), let suspension = call.suspension,
        suspension.take(answer, at: place), suspension.isAnswered
      else { return }
      resume(opened, call, suspension)
    }
  }

  /// The same, from any thread.
  static func deliver(_ token: UInt64, _ place: Int, _ answer: [UInt8]) {
    let owner = CallDirectory.find(token)?._withUnsafeGuaranteedRef { $0.table.owner }
    owner?._withUnsafeGuaranteedRef { loop in
      if loop.isCurrent {
        loop.answered(token, place, answer)
      } else {
        loop.post(.run { $0.answered(token, place, answer) })
      }
    }
  }

  /// Calls the strategy again, with the state that it left and what was answered.
  func resume(_ opened: Unmanaged<Call>, _ call: Call, _ suspension: Suspension) {
    guard let instances = call.instances else { return }
    call.suspension = nil
    // The strategy reads these until it returns; the call may have ended and be another by then.
    let kept = call.kept
    let inputs = suspension.inputs
    instances._withUnsafeGuaranteedRef { instances in
      var request = metis_request_v1()
      request.size = UInt32(MemoryLayout<metis_request_v1>.size)
      request.kind = call.kind.rawValue
      request.call = call.token
      request.target = metis_slice_v1(call.name)
      request.arguments = metis_slice_v1(call.arguments)
      request.seed = call.seed
      request.ordinal = call.ordinal
      call.deadline = 0
      request.deadline = .max
      if call.taskDeadline != 0 {
        call.deadline = call.taskDeadline
        request.deadline = call.deadline
      } else if instances.mayBlock || instances.isAsync {
        // The client's time was not the strategy's: it has its own again.
        let timeout = call.target?._withUnsafeGuaranteedRef { $0.timeout } ?? 0
        call.deadline = now &+ timeout
        request.deadline = call.deadline
      }
      suspension.asked.state.withSlice { state in
        inputs.withSlice { inputs in
          request.state = state
          request.inputs = inputs
          start(opened, call, instances, &request)
        }
      }
    }
    withExtendedLifetime(kept) {}
  }

  /// Takes back what a waiting call still asks, before it ends otherwise. `isTold`: the client is.
  func withdraw(_ call: Call, isTold: Bool) {
    guard call.suspension != nil else { return }
    call.suspension = nil
    for id in call.session?.questions.withdraw(call.token) ?? [] where isTold {
      let message = JSONValue.object([
        "jsonrpc": "2.0", "method": "notifications/cancelled",
        "params": ["requestId": JSONValue(id), "reason": "The call that asked has ended"],
      ])
      _ = notify(call, message.jsonBytes())
    }
  }
}
