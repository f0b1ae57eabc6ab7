extension Call {
  /// Calls another tool, resource or prompt on behalf of this call, with its principal and what is
  /// left of its deadline. `done` gets the MCP result, or the error of the target; it runs once:
  /// before this returns where the target is inline, else on a thread of the host.
  public func call(
    _ kind: Target.Kind, _ target: String, arguments: JSONValue = [:],
    done: @escaping @Sendable (Result<JSONValue, CallError>) -> Void
  ) throws {
    let services = host.services
    guard let service = services.call?.pointee.call else {
      throw HostError(METIS_UNSUPPORTED, "metis.host.call/1")
    }
    let box = Unmanaged.passRetained(InnerCall(done)).toOpaque()
    let status = metis_slice_v1.with(target) { target in
      metis_slice_v1.with(arguments.encoded) { arguments in
        service(services.context, id, kind.rawValue, target, arguments, InnerCall.finished, box)
      }
    }
    guard status == METIS_OK else {
      // The host runs `done` only for a call that it took.
      Unmanaged<InnerCall>.fromOpaque(box).release()
      throw HostError(status, "metis.host.call/1")
    }
  }
}

/// The closure of an inner call on its way through the host.
private final class InnerCall: Sendable {
  let done: @Sendable (Result<JSONValue, CallError>) -> Void

  init(_ done: @escaping @Sendable (Result<JSONValue, CallError>) -> Void) { self.done = done }

  static let finished: metis_call_done_v1 = { user, code, result in
    guard let user else { return }
    let call = Unmanaged<InnerCall>.fromOpaque(user).takeRetainedValue()
    guard code == 0 else {
      call.done(.failure(CallError(code: code, result.string)))
      return
    }
    do {
      call.done(.success(try JSONValue(parsing: result.buffer)))
    } catch {
      call.done(.failure(CallError("the inner call gave no JSON: \(error)")))
    }
  }
}
