import JSON
import Testing

@testable import MetisConfig

@Suite struct SubstitutionTests {
  @Test func variablesAndDefaults() throws {
    let configuration = try load(
      """
      [server]
      name = "${A} and ${B:-two} and ${EMPTY:-three}"
      title = "$${A} $A ${not a name} ${"
      port = "${PORT}"
      """, environment: ["A": "one", "EMPTY": "", "PORT": "8080"])
    #expect(configuration.server.name == "one and two and three")
    #expect(configuration.server.title == "${A} $A ${not a name} ${")
    #expect(configuration.server.port == 8080)
  }

  @Test func anUnsetVariableIsAnError() throws {
    let found = try errors("[auth.x]\nkeys = [\"a\", \"${NO_SUCH}\"]\n")
    #expect(found.count == 1)
    #expect(
      found[0].hasPrefix("metis.toml:2:14: error: auth.x.keys[1]: the variable NO_SUCH is not set"))
    #expect(found[0].contains("$${"))
  }

  @Test func valuesOfTheEnvironmentAreNeverShown() throws {
    let secret = "hunter2-hunter2"
    let text = """
      [server]
      port = "${S}"
      log_level = "${S}"
      [server.performance]
      request_timeout_sec = "${S}"
      worker_threads = "${S}"
      [server.transport]
      type = "${S}"
      [auth]
      enabled = "${S}"
      [[tools]]
      name = "${S} !"
      mock = "${S}"
      """
    let found = try errors(text, environment: ["S": secret])
    #expect(found.count == 8)
    for error in found { #expect(!error.contains("hunter2")) }
    let number = try errors("[server]\nport = \"${S}\"\n", environment: ["S": "123456"])
    #expect(number.count == 1 && !number[0].contains("123456"))
  }

  @Test func substitutedTextIsNotSubstitutedAgain() throws {
    let configuration = try load(
      "[server]\nname = \"${A}\"\n", environment: ["A": "${B}", "B": "x"])
    #expect(configuration.server.name == "${B}")
  }
}
