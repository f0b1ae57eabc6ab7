import HTTPEngine
import MetisPluginAPI

/// The table of METIS_CONFIG_V1, in memory that is never freed.
func makeConfigTable() -> UnsafePointer<metis_config_v1> {
  var table = metis_config_v1()
  table.size = UInt32(MemoryLayout<metis_config_v1>.size)
  table.schema = schema
  table.check = check
  let memory = UnsafeMutablePointer<metis_config_v1>.allocate(capacity: 1)
  memory.initialize(to: table)
  return UnsafePointer(memory)
}

private func schema(_ plugin: UnsafeMutableRawPointer?, _ section: UInt32) -> metis_slice_v1 {
  guard let plugin, section == METIS_SECTION_TRANSPORT else { return metis_slice_v1() }
  return Unmanaged<PluginState>.fromOpaque(plugin)._withUnsafeGuaranteedRef { state in
    metis_slice_v1(bytes: state.schema.baseAddress, count: state.schema.count)
  }
}

private func check(
  _ plugin: UnsafeMutableRawPointer?, _ section: UInt32, _ config: metis_slice_v1,
  _ pointer: UnsafePointer<metis_sink_v1>?, _ error: UnsafeMutablePointer<metis_error_v1>?
) -> Int32 {
  guard section == METIS_SECTION_TRANSPORT else { return METIS_OK }
  do throws(EngineError) {
    _ = try EngineSettings(
      json: UnsafeRawBufferPointer(start: config.bytes, count: config.count), directory: "")
    return METIS_OK
  } catch let problem {
    return fail(error, METIS_INVALID, problem.message)
  }
}
