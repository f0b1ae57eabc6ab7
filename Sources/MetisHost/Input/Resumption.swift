import JSON
import JSONRPC
import MCP

/// What a call resumes with: the strategy's own state, and the client's answers.
struct Resumption {
  var state: [UInt8]
  /// A JSON object, never empty.
  var inputs: [UInt8]
}

extension Loop {
  /// What a request that is sent again brings (2026-07-28, multi round-trip requests).
  func resumption(_ method: Method, _ request: Request) throws(MCPError) -> Resumption? { nil }

  /// A client's answer to a request of the server (handshake era).
  func takeResponse(_ envelope: Envelope, _ session: Session?) {}
}
