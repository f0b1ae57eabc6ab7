import Foundation
import MetisPluginAPI
import Testing

@testable import MetisHost

/// Swaps by the thousand: what is mapped stays flat where images are unmapped. Other tests share the
/// process, so its memory says nothing here: `make bench` measures that.
@Suite(.serialized) struct ManySwapsTests {
  /// Lines of the process's memory map that name a private copy of `bench`.
  private static func mappings(_ bench: Bench) throws -> Int {
    try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
      .split(separator: "\n").filter { $0.contains(bench.registry.store.directory) }.count
  }

  /// KiB of code that is resident in the private copies of `bench`, but for the one at `path`.
  private static func residentCode(_ bench: Bench, except path: String?) throws -> Int {
    var isRetired = false
    var sum = 0
    for line in try String(contentsOfFile: "/proc/self/smaps", encoding: .utf8)
      .split(separator: "\n")
    {
      if line.contains("-") && line.contains(" r") && line.contains(":") && !line.hasSuffix(" kB") {
        isRetired =
          line.contains(" r-xp ") && line.contains(bench.registry.store.directory)
          && path.map { !line.hasSuffix($0) } ?? true
      } else if isRetired, line.hasPrefix("Rss:") {
        sum += Int(line.split(separator: " ")[1]) ?? 0
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
    let mapped = try Self.mappings(bench)
    let time = try swapAlternately(bench, id, paths, times: 1000)
    print("1000 swaps in C: \(Int(time)) µs each")
    #expect(try Self.mappings(bench) == mapped, "only the current generation is mapped")
    #expect(bench.registry.status.mappedImages == 0)
    #expect(bench.registry.generation(id)?.number == 1101)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: bench.registry.store.directory).count
        == 2)
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
    #expect(try Self.residentCode(bench, except: bench.registry.generation(id)?.path) == 0)
  }
}
