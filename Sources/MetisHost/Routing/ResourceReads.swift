import JSON
import MCP
import MetisPluginAPI

/// `resources/read`: from the URI to the strategy.
extension Loop {
  /// Finds the resource, or the most specific template that matches, and calls its strategy. The
  /// strategy gets the requested URI as its target and the variables of the template as arguments.
  func readResource(_ request: Request) throws(MCPError) {
    guard let slice = request.parameters.pointee.uri else {
      throw .invalidParams("params.uri is missing; expected a resource's URI")
    }
    let uri = Array(slice.decoded.utf8)
    let found = uri.withUnsafeBytes { bytes in
      snapshot._withUnsafeGuaranteedRef { $0.resource(bytes) }
    }
    guard let found else { throw .unknownResource(slice.decoded, request.revision) }
    // `withSlice` throws any error: the typed one is carried out by hand.
    try uri.withSlice { name in
      found.arguments.withSlice { arguments in
        Result { () throws(MCPError) in
          try call(found.route, request, name: name, arguments: arguments, requested: uri)
        }
      }
    }.get()
  }
}
