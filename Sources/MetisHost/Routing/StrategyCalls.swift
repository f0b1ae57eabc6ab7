import MetisPluginAPI

#if canImport(CBarrier)
  import CBarrier
#endif

/// The one place where a strategy is called.
enum StrategyCalls {
  #if canImport(CBarrier)
    static let exceptionCode: Int32 = METIS_BARRIER_EXCEPTION
  #else
    static let exceptionCode = Int32.min
  #endif

  /// Calls through the barrier, which turns a C++ exception into a code. [call-thread]
  @inline(__always)
  static func call(
    _ strategy: UnsafePointer<metis_strategy_v1>, _ instance: UnsafeMutableRawPointer?,
    _ request: inout metis_request_v1
  ) -> Int32 {
    #if canImport(CBarrier)
      metis_barrier_strategy_call(strategy.pointee.call, instance, &request, Replies.table)
    #else
      strategy.pointee.call(instance, &request, Replies.table)
    #endif
  }
}
