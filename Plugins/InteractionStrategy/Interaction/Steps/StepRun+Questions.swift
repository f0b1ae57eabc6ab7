import MetisKit

extension StepRun {
  /// Takes the answers to `ask` or asks for them. False where the call has ended with questions.
  func answered(_ ask: AskStep, _ place: String) throws(CallError) -> Bool {
    var requests = JSONObject()
    var passed: [(key: String, answer: JSONValue)] = []
    for question in ask.questions {
      let key = try question.key.render(scope)
      if let answer = memory.answers[key] {
        passed.append((key, answer))
        continue
      }
      let params = try question.params.value(scope)
      let request: JSONValue = ["method": .string(question.method), "params": params]
      if ask.onlyDeclared, !isDeclared([key: request]) { continue }
      guard let answer = arrived[key], !answer.isNull else {
        requests[key] = request
        continue
      }
      if try accepts(answer, question, key, params, ask.settings) {
        memory.answers[key] = answer
        passed.append((key, answer))
      } else {
        requests[key] = request
      }
    }
    if !requests.isEmpty {
      guard try isUnsupported(requests, ask, place) else { return false }
    }
    for (key, answer) in passed { scope.inputs[key] = answer }
    return true
  }

  private func isDeclared(_ requests: JSONObject) -> Bool {
    let required = Questions.requiredCapabilities(.object(requests))
    return Questions.undeclared(required, in: scope.capabilities).object?.isEmpty == true
  }

  /// Whether `answer` is one. False: the question is to be asked again.
  private func accepts(
    _ answer: JSONValue, _ question: Question, _ key: String, _ params: JSONValue,
    _ settings: StepDefaults
  ) throws(CallError) -> Bool {
    if let error = Question.error(in: answer) {
      guard settings.onError == .fail else { return true }
      throw CallError(
        "the client answered \"\(key)\" with an error: \(error["message"]?.string ?? "no message")"
          + (error["code"]?.int.map { " (\($0))" } ?? ""))
    }
    guard let problem = question.problem(with: answer, params) else { return true }
    switch settings.onInvalid {
    case .continue: return true
    case .ask where memory.tries[key] == nil:
      memory.tries[key] = 1
      return false
    case .ask, .fail:
      throw CallError(
        code: steps.kind == .tool ? 0 : -32_602, "the answer to \"\(key)\" does not fit: \(problem)"
      )
    }
  }

  /// Asks. True where the client cannot be asked and the steps go on without an answer.
  private func isUnsupported(
    _ requests: JSONObject, _ ask: AskStep, _ place: String
  ) throws(CallError) -> Bool {
    let capabilities = scope.capabilities
    switch call.needInput(requests: .object(requests), state: state(ask.settings.state)) {
    case .asked, .late: return false
    case .unsupported:
      guard ask.settings.onUnsupported == .fail else { return true }
      let required = Questions.requiredCapabilities(.object(requests))
      let missing = Questions.undeclared(required, in: capabilities)
      throw Questions.missingCapability(missing.object?.isEmpty == true ? required : missing)
    case .refused(let status):
      throw CallError("\(place): the host refused the questions (status \(status))")
    }
  }

  /// What the call that resumes has to know.
  private func state(_ setting: StepDefaults.State) -> [UInt8] {
    var left = memory
    left.effects = max(effects, memory.effects)
    let isNeeded =
      left.effects > 0 || !left.answers.isEmpty || !left.tries.isEmpty || scope.isVolatile
      || mustRemember
    switch setting {
    case .never: return []
    case .auto where !isNeeded: return []
    case .auto, .always: return left.encoded
    }
  }
}

extension Question {
  /// The error that a client answered with, `{"error":{"code":…,"message":…}}`.
  static func error(in answer: JSONValue) -> JSONValue? {
    guard answer["action"] == nil, answer["role"] == nil, answer["roots"] == nil,
      let error = answer["error"], error.object != nil
    else { return nil }
    return error
  }

  /// Why `answer` is none to this question with these params; nil where it is one (schema:
  /// ElicitResult, CreateMessageResult, ListRootsResult).
  func problem(with answer: JSONValue, _ params: JSONValue) -> String? {
    guard answer.object != nil else { return "found \(answer.kind), expected an object" }
    switch kind {
    case .form(let schema):
      return Self.action(answer) { () -> String? in
        let content = answer["content"] ?? [:]
        guard content.object != nil else {
          return "found \(content.kind) as `content`, expected an object"
        }
        return schema.problem(with: content, params["requestedSchema"] ?? [:])
      }
    case .url: return Self.action(answer) { nil }
    case .sampling:
      guard answer["role"]?.string != nil else { return "found no `role`, expected a text" }
      guard let content = answer["content"], content.object != nil || content.array != nil else {
        return "found no `content`, expected a content block"
      }
      return nil
    case .roots:
      return answer["roots"]?.array == nil ? "found no `roots`, expected an array" : nil
    }
  }

  private static func action(_ answer: JSONValue, _ accepted: () -> String?) -> String? {
    switch answer["action"]?.string {
    case "accept": return accepted()
    case "decline", "cancel": return nil
    case let other:
      return
        "found \(other.map { "\"\($0)\"" } ?? "no text") as `action`, expected accept, decline "
        + "or cancel"
    }
  }
}
