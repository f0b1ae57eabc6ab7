import MetisKit

struct AnswerSchema: Sendable {
  init(_ template: ValueTemplate, at path: [String]) throws(ConfigError) {}
  func problem(with content: JSONValue, _ requested: JSONValue) -> String? { nil }
}
