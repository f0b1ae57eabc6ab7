import MetisKit
import RandomGenerator

/// Answers with values that a plan draws from the call's seed.
struct RandomStrategy: Responder {
  static var descriptor: Descriptor {
    Descriptor(
      id: "dev.metis.strategy.random", name: "Random strategy", version: "0.1.0",
      vendor: "Metis", license: "MIT", provides: ["random"])
  }

  static var schema: StaticString? { randomSchema }

  private let plan: Plan

  init(section: JSONValue, target: Target) throws { plan = try Plan(section) }

  static func check(section: JSONValue) throws { _ = try Plan(section) }

  func respond(to call: borrowing Call) throws {
    var random = call.generator()
    try plan.draw(&random).withUnsafeBytes { call.complete(.value, $0) }
  }
}

@c(metis_plugin_entry)
public func entry(_ host: UInt32, _ out: UnsafeMutablePointer<metis_plugin_v1>?) -> Int32 {
  Plugin.enter(RandomStrategy.self, host, out)
}
