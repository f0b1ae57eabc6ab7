import CBarrier
import JSON
import MCP
import MetisPluginAPI

/// Running the filters of the snapshot in hand. The path without filters never comes here.
extension Loop {
  private typealias Step = (
    Snapshot.Filter, metis_slice_v1, UnsafePointer<metis_sink_v1>,
    UnsafeMutablePointer<metis_error_v1>
  ) -> Int32?

  /// `on_initialize` with the parameters as they came; filters may refuse a client here.
  func runFilters(initialize params: JSONSlice) throws(MCPError) {
    let filters = snapshot._withUnsafeGuaranteedRef { $0.filters }
    guard !filters.isEmpty else { return }
    _ = try run(filters, [UInt8](params.bytes)) { filter, text, sink, error in
      filter.table.pointee.on_initialize.map {
        metis_barrier_filter_initialize($0, filter.instance, text, sink, error)
      }
    }
  }

  /// `on_request`; nil where nothing was replaced.
  func runFilters(request method: Method, _ params: JSONSlice?) throws(MCPError) -> [UInt8]? {
    let filters = snapshot._withUnsafeGuaranteedRef { $0.filters }
    let before = params.map { [UInt8]($0.bytes) } ?? Array("{}".utf8)
    return try run(filters, before) { filter, text, sink, error in
      filter.table.pointee.on_request.map {
        metis_barrier_filter_message(
          $0, filter.instance, metis_slice_v1(method.name), text, sink, error)
      }
    }
  }

  /// `on_response`, the last filter first; nil where nothing was replaced.
  func runFilters(
    response method: Method, _ result: UnsafeRawBufferPointer
  ) throws(MCPError) -> [UInt8]? {
    let filters = snapshot._withUnsafeGuaranteedRef { $0.filters }
    return try run(filters.reversed(), [UInt8](result)) { filter, text, sink, error in
      filter.table.pointee.on_response.map {
        metis_barrier_filter_message(
          $0, filter.instance, metis_slice_v1(method.name), text, sink, error)
      }
    }
  }

  private func run(
    _ filters: [Snapshot.Filter], _ text: [UInt8], _ step: Step
  ) throws(MCPError) -> [UInt8]? {
    var current = text
    var isReplaced = false
    for filter in filters {
      let buffer = BoundedBuffer(limit: core.limits.answer)
      var error = metis_error_v1.empty
      let code = current.withSlice { slice in
        buffer.withSink { sink in step(filter, slice, sink, &error) ?? METIS_FILTER_PASS }
      }
      switch code {
      case METIS_FILTER_PASS: break
      case METIS_FILTER_REPLACE:
        current = buffer.bytes
        isReplaced = true
      case METIS_FILTER_REJECT: throw .invalidRequest(error.message)
      case StrategyCalls.exceptionCode:
        throw .internalError(
          "Filter \(filter.generation.id) let an exception out: "
            + String(cString: metis_barrier_text()))
      default:
        throw .internalError(
          "Filter \(filter.generation.id) returned \(code); expected PASS, REPLACE or REJECT")
      }
    }
    return isReplaced ? current : nil
  }
}
