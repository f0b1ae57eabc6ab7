import MetisKit

/// Answers a tool or prompt with its arguments, a resource with its URI and the variables of its
/// template; or with one member of that.
struct EchoStrategy: Responder {
  static var descriptor: Descriptor {
    Descriptor(
      id: "dev.metis.strategy.echo", name: "Echo strategy", version: "0.1.0",
      vendor: "Metis", license: "MIT", provides: ["echo"])
  }

  static var schema: StaticString? { echoSchema }

  private let section: EchoSection
  private let isResource: Bool

  init(section: JSONValue, target: Target) throws {
    self.section = try EchoSection(section)
    isResource = target.kind == .resource
  }

  static func check(section: JSONValue) throws { _ = try EchoSection(section) }

  func respond(to call: borrowing Call) throws {
    if section.field == nil, section.prefix == nil, !isResource {
      // The bytes that came go back as they are.
      call.withArguments { call.complete(.value, $0) }
      return
    }
    let arguments = try call.arguments
    let asked: JSONValue =
      isResource ? ["uri": .string(call.target), "arguments": arguments] : arguments
    let value: JSONValue
    do throws(JSONPointerError) {
      value = try section.field?.evaluate(asked) ?? asked
    } catch {
      throw CallError("cannot echo \(section.field?.description ?? ""): \(error.message)")
    }
    guard let prefix = section.prefix else { return call.end(with: .value(value)) }
    let text = value.string ?? String(decoding: value.encoded, as: UTF8.self)
    call.end(with: .text(prefix + text))
  }
}

@c(metis_plugin_entry)
public func entry(_ host: UInt32, _ out: UnsafeMutablePointer<metis_plugin_v1>?) -> Int32 {
  Plugin.enter(EchoStrategy.self, host, out)
}
