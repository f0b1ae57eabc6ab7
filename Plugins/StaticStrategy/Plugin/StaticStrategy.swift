import MetisKit

/// Answers every call with the same bytes, encoded once when the instance is made.
///
/// It has no state and no copy: a call lends the host a pointer into memory that lives as long as
/// the instance. `@unchecked`: the bytes are written in `init` and only read from then on.
final class StaticStrategy: Responder, @unchecked Sendable {
  static var descriptor: Descriptor {
    Descriptor(
      id: "dev.metis.strategy.static", name: "Static strategy", version: "0.1.0",
      vendor: "Metis", license: "MIT", provides: ["static"], needs: [.fsRead])
  }

  static var schema: StaticString? { staticSchema }

  private let json: UnsafeRawBufferPointer
  private let shape: Answer.Shape

  init(section: JSONValue, target: Target) throws {
    let answer = try StaticAnswer(StaticSection(section), target)
    let storage = UnsafeMutableRawBufferPointer.allocate(
      byteCount: answer.json.count, alignment: 16)
    storage.copyBytes(from: answer.json)
    json = UnsafeRawBufferPointer(storage)
    shape = answer.shape
  }

  deinit { json.deallocate() }

  static func check(section: JSONValue) throws { _ = try StaticSection(section) }

  func respond(to call: borrowing Call) { call.complete(shape, json) }
}

@c(metis_plugin_entry)
public func entry(_ host: UInt32, _ out: UnsafeMutablePointer<metis_plugin_v1>?) -> Int32 {
  Plugin.enter(StaticStrategy.self, host, out)
}
