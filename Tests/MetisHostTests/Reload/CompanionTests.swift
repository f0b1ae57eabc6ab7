import Foundation
import Testing

@testable import MetisHost

@Suite struct CompanionTests {
  @Test func whatChangesBesideAConfiguration() throws {
    let folder = try TemporaryFolder()
    let secret = try folder.write("secret", "one")
    try #require(mkdir(folder.path + "/templates", 0o755) == 0)
    try folder.write("templates/a.txt", "a")
    var companions = CompanionFiles()
    func digest() -> String {
      companions.digest(
        files: [secret, folder.path + "/missing"], folders: [folder.path + "/templates"])
    }
    let first = digest()
    #expect(first.contains("secret") && first.contains("a.txt") && !first.contains("missing"))
    // Touched, not changed.
    usleep(20_000)
    utimes(secret, nil)
    try folder.write("templates/a.txt", "a")
    try folder.write("templates/.a.txt.swp", "junk")
    let touched = digest()
    #expect(touched == first)
    try folder.write("secret", "two")
    let second = digest()
    #expect(second != first)
    // As large as before, and with its time set back.
    var status = stat()
    try #require(stat(secret, &status) == 0)
    usleep(20_000)
    try folder.write("secret", "tow")
    var times = [status.st_atim, status.st_mtim]
    utimensat(AT_FDCWD, secret, &times, 0)
    #expect(digest() != second)
    try folder.write("secret", "two")
    try folder.write("templates/b.txt", "b")
    let third = digest()
    #expect(third != second)
    unlink(folder.path + "/templates/b.txt")
    let fourth = digest()
    #expect(fourth == second)
  }
}
