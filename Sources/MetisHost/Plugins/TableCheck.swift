import MetisPluginAPI

/// Checks what can be checked of a pointer to a table that a plugin gave: that it is not null,
/// that it is aligned, and that the table's own `size`, its first member, covers what this host
/// reads. Returns it unwrapped.
///
/// A larger `size` is fine: the plugin may be newer within the major.
func checkedTable<Table>(
  _ pointer: UnsafePointer<Table>?, _ name: String, kind: PluginError.Kind = .badTable
) throws(PluginError) -> UnsafePointer<Table> {
  guard let pointer else { throw PluginError(kind, "the \(name) is a null pointer") }
  let raw = UnsafeRawPointer(pointer)
  guard UInt(bitPattern: raw) % UInt(MemoryLayout<Table>.alignment) == 0 else {
    throw PluginError(
      kind,
      "the \(name) stands at a misaligned address; expected a multiple of "
        + "\(MemoryLayout<Table>.alignment)")
  }
  // Only the first four bytes are touched before the size is known.
  let size = Int(raw.load(as: UInt32.self))
  guard size >= MemoryLayout<Table>.size else {
    throw PluginError(
      kind,
      "the \(name) says a size of \(size) bytes; expected at least \(MemoryLayout<Table>.size): "
        + "set size to sizeof of the struct")
  }
  return pointer
}

/// Fails where a function that every such table has is a null pointer.
func requireFunctions(
  _ functions: [(name: String, isNull: Bool)], of table: String
) throws(PluginError) {
  for function in functions where function.isNull {
    throw PluginError(
      .badTable, "the function \(function.name) of \(table) is a null pointer")
  }
}

/// The extension tables that a plugin offers, each checked once after `init`. The pointers live
/// as long as the library is mapped.
struct ExtensionTables: @unchecked Sendable {
  /// METIS_STRATEGY_V1.
  private(set) var strategy: UnsafePointer<metis_strategy_v1>?
  /// METIS_TRANSPORT_V1.
  private(set) var transport: UnsafePointer<metis_transport_v1>?
  /// METIS_AUTH_V1.
  private(set) var auth: UnsafePointer<metis_auth_v1>?
  /// METIS_FILTER_V1.
  private(set) var filter: UnsafePointer<metis_filter_v1>?
  /// METIS_STATE_V1.
  private(set) var state: UnsafePointer<metis_state_v1>?
  /// METIS_ADMIN_V1.
  private(set) var admin: UnsafePointer<metis_admin_v1>?
  /// METIS_CONFIG_V1.
  private(set) var config: UnsafePointer<metis_config_v1>?
  /// METIS_ENGINE_V1, a draft.
  private(set) var engine: UnsafePointer<metis_engine_v1>?

  /// No extension.
  init() {}

  /// Asks `query` for every extension that this host knows, and checks each table.
  init(query: (String) throws(PluginError) -> UnsafeRawPointer?) throws(PluginError) {
    strategy = try Self.table(METIS_STRATEGY_V1, query)
    transport = try Self.table(METIS_TRANSPORT_V1, query)
    auth = try Self.table(METIS_AUTH_V1, query)
    filter = try Self.table(METIS_FILTER_V1, query)
    state = try Self.table(METIS_STATE_V1, query)
    admin = try Self.table(METIS_ADMIN_V1, query)
    config = try Self.table(METIS_CONFIG_V1, query)
    engine = try Self.table(METIS_ENGINE_V1, query)
    try checkFunctions()
  }

  /// The ids of what is offered.
  var ids: [String] {
    var ids: [String] = []
    if strategy != nil { ids.append(METIS_STRATEGY_V1) }
    if transport != nil { ids.append(METIS_TRANSPORT_V1) }
    if auth != nil { ids.append(METIS_AUTH_V1) }
    if filter != nil { ids.append(METIS_FILTER_V1) }
    if state != nil { ids.append(METIS_STATE_V1) }
    if admin != nil { ids.append(METIS_ADMIN_V1) }
    if config != nil { ids.append(METIS_CONFIG_V1) }
    if engine != nil { ids.append(METIS_ENGINE_V1) }
    return ids
  }

  private static func table<Table>(
    _ id: String, _ query: (String) throws(PluginError) -> UnsafeRawPointer?
  ) throws(PluginError) -> UnsafePointer<Table>? {
    guard let raw = try query(id) else { return nil }
    return try checkedTable(raw.assumingMemoryBound(to: Table.self), "table of \(id)")
  }

  private func checkFunctions() throws(PluginError) {
    if let table = strategy?.pointee {
      try requireFunctions(
        [
          ("create", table.create == nil), ("destroy", table.destroy == nil),
          ("call", table.call == nil),
        ], of: METIS_STRATEGY_V1)
    }
    if let table = transport?.pointee {
      try requireFunctions(
        [
          ("create", table.create == nil), ("start", table.start == nil),
          ("drain", table.drain == nil), ("destroy", table.destroy == nil),
          ("respond", table.respond == nil), ("begin", table.begin == nil),
          ("send", table.send == nil), ("finish", table.finish == nil),
          ("abort", table.abort == nil), ("wake", table.wake == nil),
        ], of: METIS_TRANSPORT_V1)
    }
    if let table = auth?.pointee {
      try requireFunctions(
        [
          ("create", table.create == nil), ("destroy", table.destroy == nil),
          ("authenticate", table.authenticate == nil),
        ], of: METIS_AUTH_V1)
    }
    if let table = filter?.pointee {
      try requireFunctions(
        [("create", table.create == nil), ("destroy", table.destroy == nil)],
        of: METIS_FILTER_V1)
    }
    if let table = state?.pointee {
      try requireFunctions(
        [("save", table.save == nil), ("restore", table.restore == nil)], of: METIS_STATE_V1)
    }
    if let table = admin?.pointee {
      try requireFunctions([("handle", table.handle == nil)], of: METIS_ADMIN_V1)
    }
    if let table = config?.pointee {
      try requireFunctions([("schema", table.schema == nil)], of: METIS_CONFIG_V1)
    }
    if let table = engine?.pointee {
      try requireFunctions(
        [
          ("compile", table.compile == nil), ("evaluate", table.evaluate == nil),
          ("release", table.release == nil),
          ("languages", table.languages == nil && table.language_count > 0),
        ], of: METIS_ENGINE_V1)
    }
  }
}
