/// The services of the host, as plain functions.
///
/// A value of one word to pass around freely; it is valid until the plugin's `deinit`. A service
/// that this host does not offer throws ``HostError``, or does nothing where its function does not
/// throw. All functions are for any thread, concurrently, unless they say otherwise.
public struct Host: Sendable {
  /// The tables that `init` found. Written once, before the first use.
  final class Services: @unchecked Sendable {
    let context: UnsafeMutableRawPointer?
    let configuration: JSONValue
    let log: UnsafePointer<metis_host_log_v1>?
    let clock: UnsafePointer<metis_host_clock_v1>?
    let state: UnsafePointer<metis_host_state_v1>?
    let timer: UnsafePointer<metis_host_timer_v1>?
    let metrics: UnsafePointer<metis_host_metrics_v1>?
    let secret: UnsafePointer<metis_host_secret_v1>?
    let call: UnsafePointer<metis_host_call_v1>?
    let notify: UnsafePointer<metis_host_notify_v1>?
    let flow: UnsafePointer<metis_host_flow_v1>?

    init(_ host: metis_host_v1, configuration: JSONValue) {
      func find<Table>(_ id: StaticString) -> UnsafePointer<Table>? {
        host.service?(host.context, metis_slice_v1(id))?.assumingMemoryBound(to: Table.self)
      }
      context = host.context
      self.configuration = configuration
      log = find("metis.host.log/1")
      clock = find("metis.host.clock/1")
      state = find("metis.host.state/1")
      timer = find("metis.host.timer/1")
      metrics = find("metis.host.metrics/1")
      secret = find("metis.host.secret/1")
      call = find("metis.host.call/1")
      notify = find("metis.host.notify/1")
      flow = find("metis.host.flow/1")
    }
  }

  /// Unmanaged, so that copies of a Host cost no reference counting: calls on several threads would
  /// otherwise contend for one counter. Never released; a plugin is initialised once.
  private let reference: Unmanaged<Services>

  /// The services that the host of `init` offers.
  init(_ host: UnsafePointer<metis_host_v1>, configuration: JSONValue) {
    reference = .passRetained(Services(host.pointee, configuration: configuration))
  }

  var services: Services { reference.takeUnretainedValue() }

  /// The manifest's [config] table.
  public var configuration: JSONValue { services.configuration }

  // MARK: Logging

  /// The levels of the host's log.
  public enum Level: UInt32, Sendable {
    /// Every step, for the author of the plugin.
    case trace
    /// What helps to find a fault.
    case debug
    /// What an operator wants to know in quiet times.
    case info
    /// Something is odd and the plugin goes on.
    case warn
    /// Something failed.
    case error
  }

  /// Writes one line with the plugin's id. The message is built only where the level is on.
  public func log(
    _ level: Level, _ message: @autoclosure () -> String, fields: JSONValue? = nil
  ) {
    let services = services
    guard let log = services.log?.pointee else { return }
    guard log.enabled?(services.context, level.rawValue) ?? true else { return }
    metis_slice_v1.with(message()) { message in
      metis_slice_v1.with(fields?.encoded ?? []) { fields in
        log.log?(services.context, level.rawValue, message, fields)
      }
    }
  }

  // MARK: Time

  /// `CLOCK_MONOTONIC` in nanoseconds, as the host tells it; 0 where it does not.
  public var monotonic: UInt64 {
    let services = services
    return services.clock?.pointee.monotonic?(services.context) ?? 0
  }

  /// Nanoseconds since 1970-01-01T00:00:00Z, as the host tells it; 0 where it does not.
  public var wall: Int64 {
    let services = services
    return services.clock?.pointee.wall?(services.context) ?? 0
  }

  /// Runs `work` once after `delay` nanoseconds on the host's timer thread, where it must not block.
  /// The result cancels it.
  @discardableResult
  public func after(_ delay: UInt64, _ work: @escaping @Sendable () -> Void) throws -> HostTimer {
    let services = services
    guard let after = services.timer?.pointee.after else {
      throw HostError(METIS_UNSUPPORTED, "metis.host.timer/1")
    }
    let box = Unmanaged.passRetained(TimerWork(work)).toOpaque()
    let number = after(
      services.context, delay,
      { user in
        guard let user else { return }
        Unmanaged<TimerWork>.fromOpaque(user).takeRetainedValue().work()
      }, box)
    guard number != 0 else {
      Unmanaged<TimerWork>.fromOpaque(box).release()
      throw HostError(METIS_LIMIT, "metis.host.timer/1")
    }
    return HostTimer(host: self, number: number, box: UInt(bitPattern: box))
  }

  // MARK: Secrets

  /// The secret `name` of the manifest's [secrets] table; needs the grant `secrets`.
  public func secret(_ name: String) throws -> [UInt8] {
    let services = services
    let (status, bytes) = ByteSink.collect { sink in
      metis_slice_v1.with(name) { name in
        services.secret?.pointee.get?(services.context, name, sink) ?? METIS_UNSUPPORTED
      }
    }
    guard status == METIS_OK else { throw HostError(status, "metis.host.secret/1") }
    return bytes
  }

  // MARK: Notifications

  /// Tells clients that a list has changed.
  public func listChanged(_ kind: Target.Kind) throws {
    let services = services
    let status = services.notify?.pointee.list_changed?(services.context, kind.rawValue)
    try Self.check(status, "metis.host.notify/1")
  }

  /// Tells the clients that listen for it that a resource has changed.
  public func resourceUpdated(_ uri: String) throws {
    let services = services
    let status = metis_slice_v1.with(uri) { uri in
      services.notify?.pointee.resource_updated?(services.context, uri)
    }
    try Self.check(status, "metis.host.notify/1")
  }

  static func check(_ status: Int32?, _ service: StaticString) throws {
    let status = status ?? METIS_UNSUPPORTED
    guard status == METIS_OK else { throw HostError(status, service) }
  }
}

/// What a host runs once; released by whoever wins, the one that runs it or its cancellation.
final class TimerWork: Sendable {
  let work: @Sendable () -> Void

  init(_ work: @escaping @Sendable () -> Void) { self.work = work }
}

/// A timer that was started with ``Host/after(_:_:)``.
public struct HostTimer: Sendable {
  let host: Host
  let number: UInt64
  /// The address of the retained ``TimerWork``.
  let box: UInt

  /// Stops the timer. Whether its work will not run: false where it ran or is running now. Call it
  /// at most once.
  @discardableResult
  public func cancel() -> Bool {
    let services = host.services
    guard services.timer?.pointee.cancel?(services.context, number) == METIS_OK,
      let pointer = UnsafeRawPointer(bitPattern: box)
    else { return false }
    Unmanaged<TimerWork>.fromOpaque(pointer).release()
    return true
  }
}
