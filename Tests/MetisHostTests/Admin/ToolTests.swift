import Foundation
import JSON
import Testing

@testable import MetisHost

/// Runs the `metis` that was built beside the tests.
@Suite final class ToolTests {
  /// What a run of the tool gave.
  struct Run {
    var code: Int32
    var output: String
    var errors: String
    var json: JSONValue? { try? JSONValue(json: output) }
  }

  private static var built: URL {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
  }

  private let folder: String
  private let token: AdminToken

  init() throws {
    folder = NSTemporaryDirectory() + "metis-tool-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    token = try AdminTokenFile(path: folder + "/token").readOrCreate()
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func metis(_ arguments: String..., program: String? = nil) throws -> Run {
    let process = Process()
    process.executableURL =
      program.map { URL(fileURLWithPath: $0) } ?? Self.built.appendingPathComponent("metis")
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let errorText = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    return Run(
      code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      errors: String(decoding: errorText, as: UTF8.self))
  }

  @Test func helpAndUsage() throws {
    #expect(try metis("--help").output.contains("plugin swap"))
    #expect(try metis("--version").output.hasPrefix("metis "))
    // An option without a command is the host's.
    #expect(try metis("--prot", "1").errors.contains("metis-host: unknown option --prot"))
    #expect(try metis("plugin", "--help").code == 0)
    for words in ["list", "show", "swap", "rollback", "check", "new", "sign", "verify", "keys"] {
      let help = try metis("plugin", words, "--help")
      #expect(help.code == 0)
      #expect(help.output.contains("Usage: metis plugin \(words)"))
      #expect(help.output.contains("Exit codes:"))
    }
    let unknown = try metis("plugin", "lst")
    #expect(unknown.code == 2 && unknown.errors.contains("unknown command \"lst\""))
    let option = try metis("plugin", "list", "--jsno")
    #expect(option.code == 2 && option.errors.contains("did you mean --json?"))
    #expect(try metis("plugin", "show").code == 2)
    #expect(try metis("plugin", "list", "--admin", "nowhere").code == 2)
  }

  @Test func commandsOverTheAdminEndpoint() throws {
    let server = try AdminServer(token: token)
    let host = ["--admin", "\(server.address)", "--admin-token-file", folder + "/token"]
    let list = try metis("plugin", "list", host[0], host[1], host[2], host[3])
    #expect(list.code == 0)
    #expect(list.output.hasPrefix("PLUGIN  VERSION  STATE"))
    #expect(!list.output.contains("\u{1b}"))
    let json = try metis("plugin", "list", "--json", host[0], host[1], host[2], host[3])
    #expect(json.json?["plugins"]?[0]?["id"] == "a.b")
    try "library".write(toFile: folder + "/x.so", atomically: false, encoding: .utf8)
    let swap = try metis("plugin", "swap", "a.b", "x.so", host[0], host[1], host[2], host[3])
    #expect(swap.code == 0, "\(swap.errors)")
    #expect(swap.output.hasPrefix("a.b: swap done"))
    for verb in ["rollback", "enable", "disable"] {
      #expect(try metis("plugin", verb, "a.b", host[0], host[1], host[2], host[3]).code == 0)
    }
    #expect(try metis("config", "reload", host[0], host[1], host[2], host[3]).code == 0)
    let library = URL(fileURLWithPath: folder + "/x.so").resolvingSymlinksInPath().path
    #expect(
      server.calls == [
        "swap a.b \(library) - -", "rollback a.b", "enable a.b", "disable a.b", "reload",
      ])
    let missing = try metis("plugin", "swap", "a.b", "y.so", host[0], host[1], host[2], host[3])
    #expect(missing.code == 1 && missing.errors.contains("y.so cannot be found"))
  }

  @Test func refusalsShowTitleAndDetail() throws {
    let server = try AdminServer(
      token: token, problem: Problem(.conflict, "a.b \u{1b}[31mdrains"))
    let run = try metis(
      "plugin", "rollback", "a.b", "--admin", "\(server.address)", "--admin-token-file",
      folder + "/token")
    #expect(run.code == 1)
    #expect(run.errors.contains("The state of the plugin does not allow this: a.b  [31mdrains"))
    let nobody = try metis(
      "plugin", "list", "--admin", "unix:\(folder)/none", "--admin-token-file", folder + "/token")
    #expect(nobody.code == 3)
    #expect(nobody.errors.contains("no host answers"))
    let noToken = try metis("plugin", "list", "--admin-token-file", folder + "/none")
    #expect(noToken.code == 1 && noToken.errors.contains("admin token"))
  }

  @Test func configurationsAreValidated() throws {
    try "[server]\nport = 70000\nname = \"n\"\n[cache]\n".write(
      toFile: folder + "/bad.toml", atomically: false, encoding: .utf8)
    try "[cache]\n".write(toFile: folder + "/ok.toml", atomically: false, encoding: .utf8)
    let bad = try metis("config", "validate", "bad.toml")
    #expect(bad.code == 2)
    #expect(bad.errors.contains("bad.toml:2:8: error: server.port: found 70000"))
    #expect(try metis("config", "validate", "ok.toml").code == 0)
    #expect(try metis("config", "validate", "--strict", "ok.toml").code == 2)
    let json = try metis("config", "validate", "--json", "bad.toml").json
    #expect(json?["valid"] == false)
    #expect(json?["errors"] == 1 && json?["warnings"] == 1)
    #expect(json?["diagnostics"]?[0]?["line"] == 2)
    #expect(json?["diagnostics"]?[1]?["key"] == "cache")
  }

  @Test func keysSignaturesAndVerification() throws {
    try "library".write(toFile: folder + "/x.so", atomically: false, encoding: .utf8)
    #expect(try metis("plugin", "keys", "k").code == 0)
    let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/k.key")
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(try metis("plugin", "keys", "k").code == 1)
    #expect(try metis("plugin", "sign", "x.so", "--key", "k.key", "--comment", "v1").code == 0)
    let good = try metis("plugin", "verify", "x.so", "--key", "k.pub")
    #expect(good.code == 0 && good.output.contains("comment: v1"))
    let lines = try String(contentsOfFile: folder + "/k.pub", encoding: .utf8).split(
      separator: "\n")
    #expect(try metis("plugin", "verify", "x.so", "--key", "\(lines[1])").code == 0)
    #expect(try metis("plugin", "keys", "other").code == 0)
    #expect(try metis("plugin", "verify", "x.so", "--key", "other.pub").code == 1)
    try "changed".write(toFile: folder + "/x.so", atomically: false, encoding: .utf8)
    let changed = try metis("plugin", "verify", "x.so", "--key", "k.pub")
    #expect(changed.code == 1 && changed.errors.contains("changed after signing"))
    #expect(try metis("plugin", "verify", "x.so").code == 2)
  }

  /// Rust only where there is cargo; Swift takes a build of Metis and is tested by hand.
  private static var languages: [String] {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let hasCargo = path.split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/cargo")
    }
    return ["c", "cpp"] + (hasCargo ? ["rust"] : [])
  }

  @Test(arguments: languages)
  func skeletonsBuildAndPassTheCheck(_ language: String) throws {
    let made = try metis("plugin", "new", "my-plugin", "--language", language)
    #expect(made.code == 0, "\(made.errors)")
    let make = try metis("-C", folder + "/my-plugin", "CFLAGS=-Werror", program: "/usr/bin/make")
    #expect(make.code == 0, "\(make.errors)")
    let check = try metis("plugin", "check", "--json", "my-plugin/libmy_plugin.so")
    #expect(check.code == 0, "\(check.errors)")
    #expect(check.json?["descriptor"]?["id"] == "org.example.my-plugin")
    #expect(check.json?["extensions"] == ["metis.strategy/1"])
    let example = try metis(
      "config", "validate", "--strict", "--no-plugins", "my-plugin/example.toml")
    #expect(example.code == 0, "\(example.errors)")
    #expect(try metis("plugin", "new", "my-plugin", "--language", language).code == 1)
  }

  @Test func badNamesAndLanguagesAreRefused() throws {
    #expect(try metis("plugin", "new", "My_Plugin", "--language", "c").code == 2)
    #expect(try metis("plugin", "new", "p", "--language", "perl").code == 2)
    #expect(try metis("plugin", "new", "p").code == 2)
    #expect(try metis("plugin", "new", "p", "--language", "c", "--id", "x").code == 2)
    #expect(try metis("plugin", "new", "p", "--language", "c", "--kind", "door").code == 2)
    #expect(try metis("plugin", "new", "p", "--language", "c", "--sdk", folder).code == 1)
    #expect(!FileManager.default.fileExists(atPath: folder + "/p"))
  }

  /// Builds a library of a skeleton whose line `line` was replaced.
  private func damagedPlugin(_ line: String, with other: String) throws -> String {
    #expect(try metis("plugin", "new", "bad", "--language", "c").code == 0)
    let source = folder + "/bad/bad.c"
    let text = try String(contentsOfFile: source, encoding: .utf8)
    #expect(text.contains(line))
    try text.replacingOccurrences(of: line, with: other).write(
      toFile: source, atomically: false, encoding: .utf8)
    let make = try metis("-C", folder + "/bad", program: "/usr/bin/make")
    #expect(make.code == 0, "\(make.errors)")
    return "bad/libbad.so"
  }

  @Test func aCrashOfThePluginIsReported() throws {
    let library = try damagedPlugin(
      "  *plugin = context;", with: "  *plugin = context;\n  *(volatile int *)8 = 1;")
    let check = try metis("plugin", "check", library)
    #expect(check.code == 1)
    #expect(check.errors.contains("crashed while it was loaded: Segmentation fault"))
    #expect(try metis("plugin", "check", "--no-load", library).code == 0)
  }

  @Test func badTablesAreReported() throws {
    let library = try damagedPlugin("    .call = call,", with: "")
    let check = try metis("plugin", "check", library)
    #expect(check.code == 1)
    #expect(check.errors.contains("call"))
  }

  @Test func failuresOfInitAreShownAndNoise() throws {
    let library = try damagedPlugin(
      "  *plugin = context;\n  return METIS_OK;",
      with: "  *plugin = context;\n  extern int puts(const char *);\n  puts(\"noise\");\n"
        + "  return METIS_FAILED;")
    let check = try metis("plugin", "check", library)
    #expect(check.code == 0)
    #expect(check.output.contains("Init"))
    #expect(check.output.contains("init failed"))
  }

  @Test func otherFilesAreNoPlugins() throws {
    try "text".write(toFile: folder + "/x.so", atomically: false, encoding: .utf8)
    let check = try metis("plugin", "check", "x.so")
    #expect(check.code == 1 && check.errors.contains("ELF"))
    #expect(try metis("plugin", "check", "none.so").code == 1)
    #expect(try metis("plugin", "check", "/lib/x86_64-linux-gnu/libc.so.6").code == 1)
  }
}
