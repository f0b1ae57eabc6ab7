/// A plugin with one strategy, without its type: what the C tables of `metis.strategy/1` and
/// `metis.config/1` lead to.
@usableFromInline
class StrategyPluginBox: PluginBox {
  private lazy var strategyTable = PluginBox.leak(
    metis_strategy_v1(
      size: UInt32(MemoryLayout<metis_strategy_v1>.size),
      flags: options.rawValue,
      create: { plugin, setup, error, out in
        guard let plugin, let setup, let out else { return METIS_INVALID }
        return Unmanaged<StrategyPluginBox>.fromOpaque(plugin)._withUnsafeGuaranteedRef {
          $0.create(setup.pointee, error, out)
        }
      },
      destroy: { instance in
        guard let instance else { return }
        Unmanaged<InstanceBox>.fromOpaque(instance).release()
      },
      call: { instance, request, reply in
        // The ABI forbids null here; unchecked, as this is the path of every call.
        Unmanaged<InstanceBox>.fromOpaque(instance.unsafelyUnwrapped)._withUnsafeGuaranteedRef {
          $0.respond(request.unsafelyUnwrapped, reply.unsafelyUnwrapped)
        }
      }))

  private lazy var configTable = PluginBox.leak(
    metis_config_v1(
      size: UInt32(MemoryLayout<metis_config_v1>.size),
      flags: 0,
      schema: { plugin, section in
        guard let plugin else { return metis_slice_v1() }
        return Unmanaged<StrategyPluginBox>.fromOpaque(plugin)._withUnsafeGuaranteedRef {
          $0.schema(of: section).map(metis_slice_v1.init) ?? metis_slice_v1()
        }
      },
      check: { plugin, section, config, pointer, error in
        guard let plugin, section == METIS_SECTION_STRATEGY else { return METIS_OK }
        return Unmanaged<StrategyPluginBox>.fromOpaque(plugin)._withUnsafeGuaranteedRef {
          $0.check(config, pointer, error)
        }
      }))

  override func table(_ id: metis_slice_v1) -> UnsafeRawPointer? {
    if id.equals("metis.strategy/1") { return strategyTable }
    if id.equals("metis.config/1") { return configTable }
    return nil
  }

  @usableFromInline var options: StrategyOptions { [] }

  @usableFromInline var schema: StaticString? { nil }

  @usableFromInline var manifestSchema: StaticString? { nil }

  private func schema(of section: UInt32) -> StaticString? {
    switch section {
    case METIS_SECTION_STRATEGY: schema
    case METIS_SECTION_PLUGIN: manifestSchema
    default: nil
    }
  }

  /// The instance for a target, from its section.
  @usableFromInline
  func make(_ config: JSONValue, _ target: Target) throws -> InstanceBox {
    throw ConfigError("this plugin has no strategy")
  }

  /// Checks a section without a target.
  @usableFromInline
  func check(_ config: JSONValue) throws {}

  private func create(
    _ setup: metis_instance_v1, _ error: UnsafeMutablePointer<metis_error_v1>?,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  ) -> Int32 {
    guard let host else { return METIS_INVALID }
    do {
      let instance = try make(Self.section(setup.config), Target(setup, host: host))
      out.pointee = Unmanaged.passRetained(instance).toOpaque()
      return METIS_OK
    } catch let failure {
      error?.fill(METIS_INVALID, Self.located(failure).description)
      return METIS_INVALID
    }
  }

  private func check(
    _ config: metis_slice_v1, _ pointer: UnsafePointer<metis_sink_v1>?,
    _ error: UnsafeMutablePointer<metis_error_v1>?
  ) -> Int32 {
    do {
      try check(Self.section(config))
      return METIS_OK
    } catch let failure {
      let located = Self.located(failure)
      if let sink = pointer?.pointee {
        metis_slice_v1.with(located.pointer) { _ = sink.write?(sink.context, $0) }
      }
      error?.fill(METIS_INVALID, located.description)
      return METIS_INVALID
    }
  }

  private static func section(_ config: metis_slice_v1) throws -> JSONValue {
    config.count == 0 ? [:] : try JSONValue(parsing: config.buffer)
  }

  /// Any error as one that says where.
  private static func located(_ error: any Error) -> ConfigError {
    switch error {
    case let error as ConfigError: error
    default: ConfigError(String(describing: error))
    }
  }
}

/// A plugin with the strategy `R`.
@usableFromInline
final class StrategyPlugin<R: Responder>: StrategyPluginBox {
  @inlinable
  init() { super.init(R.descriptor) }

  @inlinable
  override var options: StrategyOptions { R.options }

  @inlinable
  override var schema: StaticString? { R.schema }

  @inlinable
  override var manifestSchema: StaticString? { R.manifestSchema }

  @inlinable
  override func make(_ config: JSONValue, _ target: Target) throws -> InstanceBox {
    try ResponderBox(R(section: config, target: target), target.host)
  }

  @inlinable
  override func check(_ config: JSONValue) throws {
    try R.check(section: config)
  }
}

/// An instance behind a C `void *`.
@usableFromInline
class InstanceBox {
  @inlinable
  init() {}

  /// Answers one call.
  @usableFromInline
  func respond(
    _ request: UnsafePointer<metis_request_v1>, _ reply: UnsafePointer<metis_reply_v1>
  ) -> Int32 { METIS_UNSUPPORTED }
}

/// The instance of a strategy `R`. Inlinable, so that a plugin holds it specialised.
@usableFromInline
final class ResponderBox<R: Responder>: InstanceBox {
  @usableFromInline let responder: R
  @usableFromInline let host: Host

  @inlinable
  init(_ responder: R, _ host: Host) {
    self.responder = responder
    self.host = host
    super.init()
  }

  @inlinable
  override func respond(
    _ request: UnsafePointer<metis_request_v1>, _ reply: UnsafePointer<metis_reply_v1>
  ) -> Int32 {
    let call = Call(request, reply, host)
    do { try responder.respond(to: call) } catch { call.fail(error) }
    return METIS_OK
  }
}
