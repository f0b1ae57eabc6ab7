import CBarrier
import MetisPluginAPI

/// The one place where a strategy is called.
enum StrategyCalls {
  /// What a call returns whose plugin let a C++ exception out.
  static let exceptionCode: Int32 = METIS_BARRIER_EXCEPTION

  /// Calls through the barrier, which turns a C++ exception into a code. [call-thread]
  @inline(__always)
  static func call(
    _ strategy: UnsafePointer<metis_strategy_v1>, _ instance: UnsafeMutableRawPointer?,
    _ request: inout metis_request_v1
  ) -> Int32 {
    metis_barrier_strategy_call(strategy.pointee.call, instance, &request, Replies.table)
  }

  /// Why a function of a plugin failed, in words.
  static func reason(_ code: Int32, _ error: metis_error_v1, of function: String) -> String {
    if code == exceptionCode {
      return "\(function) let an exception out: \(String(cString: metis_barrier_text()))"
    }
    let text = error.message
    return text.isEmpty ? "\(function) returned \(code) and gave no reason" : text
  }
}
