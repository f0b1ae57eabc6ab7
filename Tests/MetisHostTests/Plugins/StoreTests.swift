import Foundation
import Testing

@testable import MetisHost

@Suite struct StoreTests {
  private func entries(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  @Test func eachCopyHasItsOwnPathAndInode() throws {
    let folder = try TemporaryFolder()
    let store = try PluginStore(parent: folder.path)
    let bytes = Array("abc".utf8)
    let digest = PluginStore.sha256(bytes)
    #expect(digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let first = try store.write(bytes, sha256: digest)
    let second = try store.write(bytes, sha256: digest)
    #expect(first != second)
    let inodes = try [first, second].map { path in
      try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
    }
    #expect(inodes[0] != inodes[1])
    #expect(try PluginStore.read(second) == bytes)
    let mode =
      try FileManager.default.attributesOfItem(atPath: store.directory)[
        .posixPermissions] as? Int
    #expect(mode == 0o700)
    #expect(store.bytesOnDisk == 6)
    store.remove(first)
    store.remove("/etc/hostname")
    #expect(FileManager.default.fileExists(atPath: "/etc/hostname"))
    #expect(store.bytesOnDisk == 3)
    store.removeAll()
    #expect(try entries(folder.path).isEmpty)
  }

  @Test func sweepsWhatAKilledProcessLeftAndNothingElse() throws {
    let folder = try TemporaryFolder()
    let copy = String(repeating: "ab", count: 32) + "-1.so"
    func make(_ name: String, _ file: String, mode: Int = 0o700) throws {
      let path = folder.path + "/" + name
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try folder.write(name + "/" + file, "x")
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
    try make("metis-1-abcdef", copy)
    try make("metis-2-abcdef", "notes.txt")
    try make("metis-3-abcdef", copy, mode: 0o755)
    try make("other-4-abcdef", copy)
    let alive = try PluginStore(parent: folder.path)
    _ = try alive.write([1], sha256: String(repeating: "cd", count: 32))
    let second = try PluginStore(parent: folder.path)
    let names = try entries(folder.path)
    #expect(!names.contains("metis-1-abcdef"))
    #expect(names.contains("metis-2-abcdef") && names.contains("metis-3-abcdef"))
    #expect(names.contains("other-4-abcdef"))
    #expect(try entries(alive.directory).count == 1, "a locked one is in use")
    #expect(alive.directory != second.directory)
  }

  @Test func refusesWhatIsNoFileAndWhatIsTooLarge() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("x", "12345")
    #expect(try PluginStore.read(file, limit: 5).count == 5)
    for (path, limit, text) in [
      (file, 4, "has 5 bytes; expected at most 4"), (folder.path, 100, "is not a regular file"),
      (folder.path + "/y", 100, "No such file"),
    ] {
      let error = #expect(throws: PluginError.self) {
        try PluginStore.read(path, limit: limit)
      }
      #expect(error?.kind == .unreadable && error?.file == path)
      #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }
    let error = #expect(throws: PluginError.self) { try PluginStore(parent: "/nowhere") }
    #expect(error?.kind == .store)
    #expect(error?.message.contains("/nowhere") == true)
  }
}
