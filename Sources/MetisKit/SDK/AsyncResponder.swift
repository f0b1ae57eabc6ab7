/// A strategy whose calls may end after `respond` has returned, from any thread: what waits for a
/// timer, another machine or the client itself holds no thread of the host.
///
///     struct Later: AsyncResponder {
///       static var descriptor: Descriptor {
///         Descriptor(id: "org.example.later", name: "Later", version: "1.0.0", provides: ["later"])
///       }
///
///       init(section: JSONValue, target: Target) {}
///
///       func respond(to call: OpenCall) throws {
///         try call.host.after(50_000_000) { call.end(with: .text("50 ms later")) }
///       }
///     }
///
/// One instance serves concurrent calls. `respond` runs on an event loop of a transport and must
/// not block.
public protocol AsyncResponder: Responder {
  /// Ends the call, now or later. An error that is thrown ends it as one that ``Strategy/answer(_:)``
  /// throws.
  func respond(to call: OpenCall) throws
}

extension AsyncResponder {
  /// One instance serves concurrent calls, which end when they end.
  public static var options: StrategyOptions { [.reentrant, .asynchronous] }

  /// Copies the call and hands it on.
  public func respond(to call: borrowing Call) throws {
    let call = call.open()
    do { try respond(to: call) } catch { call.fail(CallError(any: error)) }
  }
}

extension Call {
  /// A copy that outlives `respond`, for a ``Responder`` with ``StrategyOptions/asynchronous``. The call
  /// is ended through the copy from then on.
  public func open() -> OpenCall { OpenCall(request.pointee, reply.pointee, host) }
}

extension CallError {
  /// Any error as one that ends a call: its description as a tool result with `isError`.
  public init(any error: any Error) {
    self = error as? CallError ?? CallError(String(describing: error))
  }
}
