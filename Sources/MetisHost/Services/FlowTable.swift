import MetisPluginAPI

// metis.host.flow/1: waiting for a client that reads slowly.
extension ServiceTables {
  static var flowTable: metis_host_flow_v1 {
    metis_host_flow_v1(
      size: size(metis_host_flow_v1.self), reserved: 0,
      when_writable: { host, call, callback, user in
        guard let host, let callback else { return METIS_INVALID }
        return host.withContext { _ in
          Loop.whenWritable(call, Flow.Callback(function: callback, user: user))
        } ?? METIS_LATE
      })
  }
}
