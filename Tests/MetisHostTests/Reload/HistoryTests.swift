import Foundation
import JSON
import MetisConfig
import Testing

@testable import MetisHost

@Suite struct HistoryTests {
  private func configuration(_ tools: Int = 0) throws -> Configuration {
    let folder = try TemporaryFolder()
    var text = ""
    for number in 0..<tools {
      text += "[[tools]]\nname = \"t\(number)\"\n[tools.mock]\nstrategy = \"static\"\n"
    }
    return try Configuration.load([try folder.write("metis.toml", text)])
  }

  private func files(_ text: String) -> [ConfigSourceFile] {
    [ConfigSourceFile(path: "/etc/metis.toml", bytes: Array(text.utf8))]
  }

  @Test func numbersAndBounds() throws {
    let configuration = try configuration(2)
    var history = ConfigHistory(
      configuration, digest: "0", sources: files("0"), at: 0, limit: 3)
    #expect(history.current.number == 1 && history.current.counts.tools == 2)
    for step in 1...5 {
      history.add(
        configuration, origin: .files(["/etc/metis.toml"]), digest: "\(step)",
        sources: files("\(step)"), at: Int64(step))
      history.add(
        HistoryEntry.Failure(errors: [], message: "no \(step)"), origin: .admin, at: Int64(step))
    }
    #expect(history.entries.map(\.number) == [6, 8, 10])
    #expect(history.failures.map(\.number) == [7, 9, 11])
    #expect(history.all.map(\.number) == [6, 7, 8, 9, 10, 11])
    #expect(history.current.number == 10 && history[8]?.digest == "4")
    #expect(history[9]?.failure?.message == "no 4" && history[9]?.sources.isEmpty == true)
    #expect(history[1] == nil && history[99] == nil)
    history.limit = 1
    #expect(history.all.map(\.number) == [10, 11])
    // The one in force is always kept.
    history.limit = 0
    #expect(history.current.number == 10)
  }

  @Test func digestsTellFilesApart() {
    var digests = SourceDigest()
    let a = ConfigSourceFile(path: "/a", bytes: [1])
    let b = ConfigSourceFile(path: "/b", bytes: [2])
    let found = [
      [a, b], [b, a], [ConfigSourceFile(path: "/a", bytes: [1]), b], [a],
      [a, ConfigSourceFile(path: "/c", bytes: [2])], [a, ConfigSourceFile(path: "/b", bytes: [3])],
    ].map { digests.digest($0) }
    #expect(found[0] == found[1], "the order says nothing")
    #expect(found[0] == found[2])
    #expect(Set(found).count == 4 && found[0].count == 64)
  }

  @Test func reports() throws {
    let error = ConfigError(
      at: ConfigPlace(file: "/m.toml", line: 3, column: 5), keyPath: "server.port",
      message: "found a string", hint: "write 3000")
    let text = String(decoding: ReloadReport.diagnostic(error).jsonBytes(), as: UTF8.self)
    #expect(
      text
        == #"{"file":"/m.toml","line":3,"column":5,"severity":"error","key":"server.port","#
        + #""message":"found a string","hint":"write 3000"}"#)
    var history = ConfigHistory(
      try configuration(), digest: "d", sources: files("x"), at: 1_700_000_000_000_000_000,
      limit: 5)
    history.add(
      HistoryEntry.Failure(errors: [error], message: "m"), origin: .files(["/m.toml"]), at: 0)
    let good = ReloadReport.entry(history.entries[0], inForce: 1)
    #expect(good["time"] == "2023-11-14T22:13:20.000Z" && good["in_force"] == true)
    #expect(good["origin"] == ["kind": "start"] && good["files"] == 1)
    let bad = ReloadReport.full(history.failures[0], inForce: 1)
    #expect(bad["outcome"] == "failed" && bad["errors"]?.array?.count == 1)
    #expect(bad["origin"] == ["kind": "files", "files": ["/m.toml"]])
    #expect("\(ConfigOrigin.files(["a", "b", "c", "d"]))" == "changed: a, b, c and 1 more")
  }

  @Test func whatNeedsARestart() throws {
    let folder = try TemporaryFolder()
    let one = try Configuration.load([
      try folder.write("1.toml", "[server]\nport = 3000\nhost = \"127.0.0.1\"\n")
    ])
    let two = try Configuration.load([
      try folder.write("2.toml", "[server]\nport = 3001\nhost = \"localhost\"\n")
    ])
    var options = HostOptions()
    let before = options.restartKeys(of: one)
    #expect(
      before.differences(to: options.restartKeys(of: two)) == [
        "server.host: \"127.0.0.1\" → \"localhost\"", "server.port: 3000 → 3001",
      ])
    #expect(before.differences(to: before).isEmpty)
    // What the command line decides does not change with the file.
    options.port = 1
    options.host = "::1"
    #expect(options.restartKeys(of: one).differences(to: options.restartKeys(of: two)).isEmpty)
  }
}
