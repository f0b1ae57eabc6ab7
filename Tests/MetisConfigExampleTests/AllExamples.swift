import JSON
import MetisConfig
import Testing

extension Example {
  /// One row an example, in order.
  static let all: [Example] =
    (definitions + fakeData + workflows + strategies + mainFiles + testing + models + agents
    + operation).sorted { $0.number < $1.number }

  /// The files of templates that example 1 and others name are the plugins' matter.
  static func tool(_ configuration: Configuration) throws -> ToolDefinition {
    try #require(configuration.tools.first).value
  }

  /// What the strategy of the first tool receives.
  static func section(_ configuration: Configuration) throws -> JSONObject {
    try tool(configuration).mock.section.object
  }

  static func warns(_ configuration: Configuration, _ key: String) -> Bool {
    configuration.warnings.contains { $0.keyPath.contains(key) || $0.message.contains(key) }
  }
}
