import Foundation
import MetisPluginAPI
import Testing

@testable import MetisHost

/// Swaps by the thousand: what is mapped stays flat where images are unmapped. Other tests share the
/// process, so its memory says nothing here: `make bench` measures that.
@Suite(.serialized) struct ManySwapsTests {
  /// The lines of a file below /proc/self, read to its end: its size says 0, and who believes that
  /// gets a part of it.
  private static func lines(_ name: String) throws -> [Substring] {
    let file = try #require(fopen("/proc/self/\(name)", "r"))
    defer { fclose(file) }
    var text: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      if count == 0 { break }
      text += piece[..<count]
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n")
  }

  /// The private copies of `bench` that are mapped. A set of paths: the map is read in pieces, and
  /// shows a line twice where another test maps something meanwhile.
  private static func mappings(_ bench: Bench) throws -> Set<String> {
    let named = try lines("maps").filter { $0.contains(bench.registry.store.directory) }
    return Set(
      named.compactMap { line in line.firstIndex(of: "/").map { String(line[$0...]) } })
  }

  /// KiB of code that is resident of the image at `path`.
  private static func residentCode(_ path: String) throws -> Int {
    var isCode = false
    var sum = 0
    for line in try lines("smaps") {
      if line.hasPrefix("Rss:") {
        if isCode { sum += try #require(Int(line.split(separator: " ")[1])) }
      } else if !line.hasSuffix(" kB"), !line.hasPrefix("VmFlags:") {
        isCode = line.contains(" r-xp ") && line.hasSuffix(path)
      }
    }
    return sum
  }

  private func swapAlternately(_ bench: Bench, _ id: String, _ paths: [String], times: Int) throws
    -> Double
  {
    let began = monotonicNanoseconds()
    for round in 0..<times {
      _ = try bench.registry.swap(id, SwapRequest(path: paths[round % paths.count]))
      #expect(!bench.registry.advanceDrains(now: 1))
      let current = try #require(bench.registry.generation(id))
      #expect(bench.adopter.call(current) != nil)
      bench.adopter.clearLog()
    }
    return Double(monotonicNanoseconds() - began) / Double(times) / 1000
  }

  @Test func aThousandSwapsOfAPluginInC() throws {
    let bench = try Bench()
    try bench.add("good", "good")
    try bench.load()
    let id = "org.metis.test.good"
    let paths = [try FaultyPlugins.path("good-1.1"), try FaultyPlugins.path("good")]
    _ = try swapAlternately(bench, id, paths, times: 100)
    let time = try swapAlternately(bench, id, paths, times: 1000)
    print("1000 swaps in C: \(Int(time)) µs each")
    let current = try #require(bench.registry.generation(id)).path
    #expect(try Self.mappings(bench) == [current], "only the current generation is mapped")
    #expect(bench.registry.status.mappedImages == 0)
    #expect(bench.registry.generation(id)?.number == 1101)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: bench.registry.store.directory).count
        == 2)
  }

  @Test func cleanPagesAreGivenBackAndComeAgain() throws {
    let bench = try Bench()
    try bench.add("good", "good")
    try bench.load()
    let generation = try #require(bench.registry.generation("org.metis.test.good"))
    let answer = try #require(bench.adopter.call(generation))
    #expect(try Self.residentCode(generation.path) > 0)
    let query = unsafeBitCast(generation.image.table.query, to: UnsafeRawPointer.self)
    #expect(ImagePages.release(holding: query))
    #expect(try Self.residentCode(generation.path) == 0)
    #expect(bench.adopter.call(generation) == answer)
  }

  @Test func swapsOfAPluginWithSwiftStayMappedAndAreCounted() throws {
    let folder = try TemporaryFolder()
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    let source = try folder.write(
      "Part.swift",
      """
      public struct Weather<Unit: Hashable> { var degrees: [Unit: Double] = [:] }
      public final class Station { public var name = "here"; public init() {} }
      @_cdecl("metis_test_answer") public func answer() -> Int32 {
        Int32(Station().name.utf8.count)
      }
      """)
    let object = folder.path + "/good.o"
    var (status, output) = try run(
      "/usr/bin/env",
      [
        "clang", "-std=gnu11", "-fPIC", "-c", "-DID=org.metis.test.swift", "-I",
        root + "/../Sources/MetisPluginAPI/include", "-o", object,
        root + "/FaultyPlugins/good.c",
      ])
    #expect(status == 0, "\(output)")
    let library = folder.path + "/swift.so"
    (status, output) = try run(
      "/usr/bin/env",
      ["swiftc", "-O", "-emit-library", "-module-name", "Part", "-o", library, source, object])
    #expect(status == 0, "\(output)")

    let bench = try Bench()
    try bench.write("swift", "library = \"\(library)\"")
    try bench.load()
    let id = "org.metis.test.swift"
    try #require(bench.registry.generation(id) != nil, "\(bench.registry.all)")
    let time = try swapAlternately(bench, id, [library], times: 200)
    print("200 swaps in Swift: \(Int(time)) µs each")
    #expect(bench.registry.status.mappedImages == 200)
  }
}
