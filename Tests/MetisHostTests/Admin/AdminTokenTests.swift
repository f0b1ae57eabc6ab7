import Foundation
import Testing

@testable import MetisHost

@Suite struct AdminTokenTests {
  private let folder = NSTemporaryDirectory() + "metis-token-" + UUID().uuidString

  private func remove() { try? FileManager.default.removeItem(atPath: folder) }

  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  @Test func tokensAreMadeOnceAndForTheOwnerAlone() throws {
    defer { remove() }
    let file = AdminTokenFile(path: folder + "/state/metis/admin-token")
    let token = try file.readOrCreate()
    #expect(try mode(file.path) == 0o600)
    #expect(try mode(folder + "/state") == 0o700)
    let text = String(token.authorization.dropFirst("Bearer ".count))
    #expect(text.count == 43)
    #expect(text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" })
    #expect(try file.readOrCreate().authorization == token.authorization)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/state/metis")
    #expect(names == ["admin-token"])
    #expect(try AdminToken.generate().authorization != token.authorization)
  }

  @Test func filesOpenToOthersAreRefused() throws {
    defer { remove() }
    let file = AdminTokenFile(path: folder + "/admin-token")
    _ = try file.readOrCreate()
    for bits in [0o640, 0o604, 0o620, 0o644] {
      try FileManager.default.setAttributes([.posixPermissions: bits], ofItemAtPath: file.path)
      do {
        _ = try file.readOrCreate()
        Issue.record("mode \(String(bits, radix: 8)) was accepted")
      } catch {
        #expect(error.message.contains("chmod 600"))
        #expect(error.message.contains(String(bits, radix: 8)))
      }
    }
  }

  @Test func filesWithoutATokenAreRefusedWithoutShowingThem() throws {
    defer { remove() }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let file = AdminTokenFile(path: folder + "/admin-token")
    for text in ["", "\n", "short-secret", "has a space in the-secret"] {
      try text.write(toFile: file.path, atomically: false, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
      do {
        _ = try file.read()
        Issue.record("\"\(text)\" was accepted")
      } catch {
        #expect(error.message.contains(file.path))
        #expect(!error.message.contains("secret"))
      }
    }
    #expect(throws: AdminTokenError.self) { try AdminTokenFile(path: folder).read() }
    #expect(throws: AdminTokenError.self) { try AdminTokenFile(path: folder + "/none").read() }
  }

  @Test func theDefaultPlace() {
    let path = { (environment: [String: String]) in
      AdminTokenFile { environment[$0] }?.path
    }
    #expect(path(["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/metis/admin-token")
    #expect(path(["XDG_STATE_HOME": "s", "HOME": "/h"]) == "/h/.local/state/metis/admin-token")
    #expect(path(["HOME": "/h"]) == "/h/.local/state/metis/admin-token")
    #expect(path([:]) == nil)
  }

  @Test func comparison() throws {
    let token = try AdminToken("0123456789abcdef")
    #expect(token.matches("0123456789abcdef"))
    for text in ["", "0123456789abcde", "0123456789abcdeF", "0123456789abcdef0"] {
      #expect(!token.matches(text))
    }
    #expect("\(token)" == "(admin token)")
  }
}
