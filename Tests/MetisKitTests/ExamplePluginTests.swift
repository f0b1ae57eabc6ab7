import Foundation
import MetisPluginAPI
import Testing

/// Builds the example in `Examples/<name>` into a folder of its own and loads it.
private final class Example {
  let path: String
  private let folder: String

  init(_ name: String, library: String) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    folder = NSTemporaryDirectory() + "metis-example-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Library.run([
      "make", "-s", "-C", root.appendingPathComponent("Examples/\(name)").path,
      "INCLUDE=" + root.appendingPathComponent("Sources/MetisPluginAPI/include").path,
      "OUT=" + folder,
    ])
    path = "\(folder)/\(library)"
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func load() throws -> LoadedPlugin { try LoadedPlugin(Library.entry(path)) }
}

private func meta(flags: UInt8) -> [UInt8] {
  Array("METISPL1".utf8) + [0, 0, 1, 0, flags, 0, 0, 0]
}

@Suite struct ExamplePluginTests {
  @Test func theOneInC() throws {
    let example = try Example("plugins/c", library: "libweather.so")
    #expect(try Library.exports(example.path) == ["metis_plugin_entry"])
    #expect(try Library.meta(example.path) == meta(flags: UInt8(METIS_META_UNLOADABLE)))
    let plugin = try example.load()
    #expect(string(plugin.descriptor.id) == "org.example.weather")
    #expect(plugin.schema.contains("fahrenheit"))
    let instance = try plugin.instance("{}")
    let arguments = #"{"other":{"city":"}"},"city" : "M\u00fcn\"chen" }"#
    let answer = instance.call(arguments, seed: 1)
    guard case .complete(METIS_SHAPE_VALUE, let text) = answer else {
      Issue.record("ended with \(String(describing: answer))")
      return
    }
    let members = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(members["city"] as? String == "Mün\"chen")
    #expect(members["unit"] as? String == "celsius")
    let celsius = try #require(members["temperature"] as? Int)
    #expect((-15...35).contains(celsius))
    #expect(instance.call(arguments, seed: 1) == answer)
    let fahrenheit = try plugin.instance(#"{ "unit" : "fahrenheit" }"#).call(arguments, seed: 1)
    #expect(String(describing: fahrenheit).contains("\(celsius * 9 / 5 + 32)"))
    #expect(
      instance.call("{}") == .fail(0, "city: found none, expected the name of a city", ""))
    let error = #expect(throws: LoadedPlugin.Refused.self) {
      try plugin.instance(#"{"unit":"kelvin"}"#)
    }
    #expect(error?.description == #"unit: expected "celsius" or "fahrenheit""#)
  }

  /// A C library may be unmapped: after the last handle is closed its file is mapped no more.
  @Test func theOneInCIsUnloaded() throws {
    let example = try Example("plugins/c", library: "libweather.so")
    func isMapped() throws -> Bool {
      try Library.run(["cat", "/proc/\(getpid())/maps"]).contains(example.path)
    }
    let handle = try #require(dlopen(example.path, RTLD_NOW | RTLD_LOCAL))
    #expect(try isMapped())
    #expect(dlclose(handle) == 0)
    #expect(try !isMapped())
  }

  @Test func theOneInCPlusPlus() throws {
    let example = try Example("plugins/cpp", library: "libdice.so")
    #expect(try Library.exports(example.path) == ["metis_plugin_entry"])
    #expect(try Library.meta(example.path) == meta(flags: 0))
    let plugin = try example.load()
    #expect(string(plugin.descriptor.id) == "org.example.dice")
    let instance = try plugin.instance(#"{ "sides" : 20, "count" : 3 }"#)
    // std::mt19937_64 is the same everywhere.
    #expect(instance.call(seed: 99) == .complete(0, #"{"dice":[12,20,6],"sum":38}"#))
    for (section, text) in [
      (#"{"sides":0}"#, "sides: found 0, expected 1 to 1000000"),
      (#"{"sides":1.5}"#, "sides: expected an integer"),
      (#"{"sides":"x"}"#, "sides: expected an integer"),
      (#"{"faces":6}"#, "faces: expected sides or count"),
      ("[]", "expected an object of integers"),
    ] {
      let error = #expect(throws: LoadedPlugin.Refused.self) { try plugin.instance(section) }
      #expect(error?.description == text)
      #expect(error?.status == METIS_INVALID)
    }
  }

  @Test func theOneInRust() throws {
    let example = try Example("plugins/rust", library: "libcounter.so")
    #expect(try Library.exports(example.path) == ["metis_plugin_entry"])
    #expect(try Library.meta(example.path) == meta(flags: 0))
    let plugin = try example.load()
    #expect(string(plugin.descriptor.id) == "org.example.counter")
    let instance = try plugin.instance(#"{"start":10, "step":5}"#)
    #expect(instance.call() == .complete(0, #"{"count":10}"#))
    #expect(instance.call() == .complete(0, #"{"count":15}"#))
    #expect(try plugin.instance("").call() == .complete(0, #"{"count":0}"#))
    let full = try plugin.instance(#"{"start":9223372036854775807}"#)
    #expect(
      full.call() == .fail(0, "the counter has reached its end: 9223372036854775807", ""))
    let error = #expect(throws: LoadedPlugin.Refused.self) {
      try plugin.instance(#"{"step":1.5}"#)
    }
    #expect(error?.description == "step: found 1.5, expected an integer")
  }
}
