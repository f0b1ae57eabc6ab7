import MetisPluginAPI

/// The tables of the host's services: one for the whole process, never freed, since each function
/// gets its plugin's context as its first argument.
enum ServiceTables {
  /// The table of service `id`, or null for an unknown one and for an invalidated context.
  static func find(_ context: UnsafeMutableRawPointer?, _ id: metis_slice_v1) -> UnsafeRawPointer? {
    guard let context, let id = id.checkedText(limit: 256) else { return nil }
    return context.withContext { _ in tables[id] } ?? nil
  }

  /// Ids of all services, sorted.
  static var ids: [String] { tables.keys.sorted() }

  private nonisolated(unsafe) static let tables: [String: UnsafeRawPointer] = [
    METIS_HOST_LOG_V1: place(logTable),
    METIS_HOST_METRICS_V1: place(metricsTable),
    METIS_HOST_CLOCK_V1: place(clockTable),
    METIS_HOST_TIMER_V1: place(timerTable),
    METIS_HOST_STATE_V1: place(stateTable),
    METIS_HOST_SECRET_V1: place(secretTable),
    METIS_HOST_CALL_V1: place(callTable),
    METIS_HOST_NOTIFY_V1: place(notifyTable),
    METIS_HOST_ENGINE_V1: place(engineTable),
    METIS_HOST_FLOW_V1: place(flowTable),
  ]

  private static func place<Table>(_ table: Table) -> UnsafeRawPointer {
    let place = UnsafeMutablePointer<Table>.allocate(capacity: 1)
    place.initialize(to: table)
    return UnsafeRawPointer(place)
  }

  /// sizeof a table, for its first member.
  static func size<Table>(_ type: Table.Type) -> UInt32 { UInt32(MemoryLayout<Table>.size) }
}
