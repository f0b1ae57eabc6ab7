import Foundation
import Testing

@testable import MetisHost

struct LogTests {
  private let clock = ManualClock(wall: 1_767_323_045_678_000_000)
  private let sink = MemoryLogSink()

  private func log(
    _ format: LogFormat, level: LogLevel = .info, colours: Bool? = nil
  ) -> Log {
    Log(level: level, format: format, sink: sink, clock: clock, colours: colours)
  }

  @Test func compactLine() {
    log(.compact).info("plugin loaded", ["plugin": "org.example.x", "ms": 12, "note": "two words"])
    #expect(
      sink.lines == [
        "2026-01-02T03:04:05.678Z INFO host: plugin loaded plugin=org.example.x ms=12 "
          + "note=\"two words\"\n"
      ])
  }

  @Test func prettyLineIsAlignedAndPlainWithoutATerminal() {
    log(.pretty).warn("slow", ["ms": 1.5])
    #expect(sink.lines == ["03:04:05.678  WARN   host  slow  ms=1.5\n"])
  }

  @Test func prettyLineIsColouredOnATerminal() {
    let terminal = MemoryLogSink(isTerminal: true)
    Log(format: .pretty, sink: terminal, clock: clock).error("bad")
    #expect(terminal.lines[0].contains("\u{1b}[1;31mERROR\u{1b}[0m"))
    Log(format: .compact, sink: terminal, clock: clock).error("bad")
    #expect(!terminal.lines[1].contains("\u{1b}"))
  }

  @Test func jsonLineParses() throws {
    log(.json).error("it \"broke\"\n\u{7}", ["n": 3, "nan": .double(.nan), "ok": true])
    let line = sink.lines[0]
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(object["time"] as? String == "2026-01-02T03:04:05.678Z")
    #expect(object["level"] as? String == "error")
    #expect(object["source"] as? String == "host")
    #expect(object["message"] as? String == "it \"broke\"\n\u{7}")
    let fields = try #require(object["fields"] as? [String: Any])
    #expect(fields["n"] as? Int == 3)
    #expect(fields["nan"] as? String == "nan")
    #expect(fields["ok"] as? Bool == true)
  }

  @Test(arguments: LogFormat.allCases)
  func nobodyForgesALine(format: LogFormat) throws {
    let evil = "a\nb\r\u{1b}[31m\u{0}\u{85}\u{2028}\u{2029}\u{202e}\u{9b}\\\"é😀"
    let log = log(format)
    log.info(evil, [evil: .string(evil)])
    log.write(.info, evil, evil, .json("{\"a\":\n\"x\u{2028}\u{9b}\"\n}"))
    #expect(sink.lines.count == 2)
    for line in sink.lines {
      #expect(line.utf8.filter { $0 == 0x0a }.count == 1)
      for scalar in line.unicodeScalars.dropLast() { #expect(!LogText.isUnsafe(scalar)) }
      #expect(line.contains("é😀"))
      if format == .json {
        #expect(throws: Never.self) {
          try JSONSerialization.jsonObject(with: Data(line.utf8))
        }
      }
    }
  }

  @Test(arguments: LogFormat.allCases, ["x", "\u{1}", "é", "😀"])
  func linesAreBounded(format: LogFormat, text: String) throws {
    let long = String(repeating: text, count: 50_000)
    let log = log(format)
    log.info(long, ["first": .string(long), "second": .string(long), "third": .string(long)])
    log.write(.info, long, long, .json("{\"a\":\"\(String(repeating: "x", count: 15_000))\"}"))
    for line in sink.lines {
      #expect(line.utf8.count <= LogLine.longest)
      #expect(line.contains("bytes more]"))
      if format == .json {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?["truncated"] as? Bool == true)
      } else {
        #expect(line.contains("[fields cut]"))
      }
    }
  }

  @Test func levelsThatAreOffBuildNothing() {
    let log = log(.compact, level: .warn)
    var built = 0
    func message() -> String {
      built += 1
      return "m"
    }
    log.trace(message())
    log.debug(message())
    log.info(message())
    #expect(built == 0 && sink.lines.isEmpty)
    log.warn(message())
    log.level = .error
    log.warn(message())
    log.level = .trace
    log.trace(message())
    #expect(built == 2 && sink.lines.count == 2)
  }

  @Test func levelNames() {
    #expect(LogLevel.allCases.map(\.name) == ["trace", "debug", "info", "warn", "error"])
    #expect(LogLevel(name: "warn") == .warn)
    #expect(LogLevel(name: "WARN") == nil)
  }

  @Test func lostLinesAreCounted() {
    let log = Log(sink: MemoryLogSink(takes: false), clock: clock)
    log.info("x")
    log.info("y")
    #expect(log.lostLines == 2)
  }

  @Test func fileIsAppendedToAndReopened() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "metis-log-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "host.log").path
    try "before\n".write(toFile: path, atomically: false, encoding: .utf8)
    let log = Log(format: .compact, sink: try DescriptorLogSink(path: path), clock: clock)
    log.info("one")
    try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
    log.info("two")
    try log.reopen()
    log.info("three")
    let old = try String(contentsOfFile: path + ".1", encoding: .utf8)
    let new = try String(contentsOfFile: path, encoding: .utf8)
    #expect(old.hasPrefix("before\n") && old.hasSuffix("host: two\n"))
    #expect(new.hasSuffix("host: three\n") && !new.contains("two"))
  }

  @Test func missingFolderIsAnErrorThatNamesThePath() {
    let error = #expect(throws: LogSinkError.self) {
      try DescriptorLogSink(path: "/nonexistent/folder/host.log")
    }
    #expect(error?.description.contains("/nonexistent/folder/host.log") == true)
    #expect(error?.description.contains("No such file") == true)
  }
}
