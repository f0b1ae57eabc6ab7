import JSON
import Testing

@testable import MetisHost

extension TestHost {
  /// Sends a request of 2026-07-28; `params` are the members of `params` beside `_meta`, each with
  /// a comma behind it.
  func ask(
    _ method: String, _ params: String = "", name: String? = nil, fields: [(String, String)] = []
  ) -> TestExchange {
    door.http(
      #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{\#(params)"_meta":{"#
        + TestHost.meta + #"}}}"#,
      TestHost.modernFields + [("Mcp-Method", method)] + (name.map { [("Mcp-Name", $0)] } ?? [])
        + fields
    ).ended()
  }

  /// Sends a request in a session; `params` are an object.
  func ask(_ method: String, _ params: String = "{}", session: String) -> TestExchange {
    door.http(
      #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)}"#,
      TestHost.legacyFields + [("Mcp-Session-Id", session)]
    ).ended()
  }

  /// Reads a resource.
  func read(_ uri: String) -> TestExchange {
    ask("resources/read", #""uri":"\#(uri)","#, name: uri)
  }

  /// Gets a prompt.
  func prompt(_ name: String, _ arguments: String = "{}") -> TestExchange {
    ask("prompts/get", #""name":"\#(name)","arguments":\#(arguments),"#, name: name)
  }

  /// The TOML of a resource that the puppet answers.
  static func resource(_ uri: String, _ more: String = "") -> String {
    let key = uri.contains("{") ? "uri_template" : "uri"
    return "[[resources]]\n\(key) = \"\(uri)\"\n\(more)\n[resources.mock]\nstrategy = \"puppet\"\n"
  }

  /// The TOML of a prompt that the puppet answers.
  static func prompt(_ name: String, arguments: String = "", _ more: String = "") -> String {
    "[[prompts]]\nname = \"\(name)\"\n\(more)\n\(arguments)[prompts.mock]\nstrategy = \"puppet\"\n"
  }
}
