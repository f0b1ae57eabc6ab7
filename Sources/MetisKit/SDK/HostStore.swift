extension Host {
  /// The plugin's key-value store in the host, which survives a swap. Keys have at most 256 bytes,
  /// values 1 MiB.
  public var state: HostStore { HostStore(host: self, scope: METIS_SCOPE_PLUGIN, call: 0) }

  /// The store of the session (2025-11-25 and older) or principal (newer) behind `call`.
  public func state(of call: borrowing Call) -> HostStore {
    HostStore(host: self, scope: METIS_SCOPE_SESSION, call: call.id)
  }

  /// The same for a call that outlives its function; not after the call's end.
  public func state(of call: OpenCall) -> HostStore {
    HostStore(host: self, scope: METIS_SCOPE_SESSION, call: call.id)
  }

  /// A series of a metric; make it once and keep it. Names and labels follow Prometheus; the host
  /// adds the label `plugin`.
  public func metric(
    _ kind: HostMetric.Kind, _ name: String, labels: [(String, String)] = []
  ) throws -> HostMetric {
    let services = services
    guard let series = services.metrics?.pointee.series else {
      throw HostError(METIS_UNSUPPORTED, "metis.host.metrics/1")
    }
    // One array holds the texts of all fields, so that their slices stay valid together.
    let texts = Array(labels.flatMap { [Array($0.0.utf8), Array($0.1.utf8)] }.joined())
    let number = texts.withUnsafeBytes { texts in
      var rest = texts[...]
      func take(_ text: String) -> metis_slice_v1 {
        let count = text.utf8.count
        defer { rest = rest.dropFirst(count) }
        return metis_slice_v1(UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
      }
      let fields = labels.map { label in
        let name = take(label.0)
        return metis_field_v1(name: name, value: take(label.1))
      }
      return metis_slice_v1.with(name) { name in
        fields.withUnsafeBufferPointer {
          series(services.context, kind.rawValue, name, $0.baseAddress, $0.count)
        }
      }
    }
    guard number != 0 else { throw HostError(METIS_INVALID, "metis.host.metrics/1") }
    return HostMetric(host: self, number: number)
  }
}

/// A key-value store of the host.
public struct HostStore: Sendable {
  let host: Host
  let scope: UInt32
  let call: UInt64

  /// The value of `key`, or nil.
  public func get(_ key: String) throws -> [UInt8]? {
    let services = host.services
    let (status, bytes) = ByteSink.collect { sink in
      metis_slice_v1.with(key) { key in
        services.state?.pointee.get?(services.context, scope, call, key, sink)
          ?? METIS_UNSUPPORTED
      }
    }
    if status == METIS_NOT_FOUND { return nil }
    try Host.check(status, "metis.host.state/1")
    return bytes
  }

  /// Keeps `value` under `key`; an empty value removes it.
  public func set(_ key: String, _ value: [UInt8]) throws {
    let services = host.services
    let status = metis_slice_v1.with(key) { key in
      metis_slice_v1.with(value) {
        services.state?.pointee.set?(services.context, scope, call, key, $0)
      }
    }
    try Host.check(status, "metis.host.state/1")
  }

  /// Adds to the number under `key` (absent: 0) in one step and gives the new number.
  public func add(_ key: String, _ delta: Int64) throws -> Int64 {
    let services = host.services
    var result: Int64 = 0
    let status = metis_slice_v1.with(key) { key in
      services.state?.pointee.add?(services.context, scope, call, key, delta, &result)
    }
    try Host.check(status, "metis.host.state/1")
    return result
  }
}

/// A series of a metric, from ``Host/metric(_:_:labels:)``.
public struct HostMetric: Sendable {
  /// The kinds of metrics.
  public enum Kind: UInt32, Sendable {
    /// Adds what is recorded, which must not be negative.
    case counter = 1
    /// Shows the last value.
    case gauge = 2
    /// Counts values by size.
    case histogram = 3
  }

  let host: Host
  let number: UInt64

  /// Adds to a counter, sets a gauge, observes in a histogram.
  public func record(_ value: Double) {
    let services = host.services
    services.metrics?.pointee.record?(services.context, number, value)
  }
}
