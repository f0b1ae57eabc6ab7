extension Call {
  /// Ends the call with JSON that is encoded already; the host copies it before this returns.
  @inlinable @inline(__always)
  public func complete(_ shape: Answer.Shape, _ json: UnsafeRawBufferPointer) {
    var part = metis_slice_v1(json)
    let status = reply.pointee.complete.unsafelyUnwrapped(id, shape.rawValue, &part, 1)
    if status == METIS_LIMIT { tooLarge(json.count) }
  }

  /// The host did not take the answer and the call is still open.
  @usableFromInline @inline(never)
  func tooLarge(_ count: Int) {
    fail(0, "the answer has \(count) bytes, which is more than the host takes; make it smaller")
  }

  /// Ends the call with a JSON-RPC error, or with 0 with a tool result that `isError`.
  @usableFromInline
  func fail(_ code: Int32, _ message: String, _ data: JSONValue? = nil) {
    metis_slice_v1.with(message) { message in
      metis_slice_v1.with(data?.encoded ?? []) { data in
        _ = reply.pointee.fail?(id, code, message, data)
      }
    }
  }

  /// Ends the call with what a strategy threw.
  @usableFromInline @inline(never)
  func fail(_ error: any Error) {
    if let error = error as? CallError {
      fail(error.code, error.message, error.data)
    } else {
      fail(0, String(describing: error))
    }
  }

  /// Ends the call.
  public func end(with answer: Answer) {
    switch answer {
    case .value(let value): complete(.value, value)
    case .text(let text): complete(.value, .string(text))
    case .result(let result): complete(.result, result)
    case .bytes(let bytes, let shape): bytes.withUnsafeBytes { complete(shape, $0) }
    case .error(let code, let message, let data): fail(code, message, data)
    case .toolError(let message): fail(0, message)
    case .needInput(let requests, let state): ask(requests, state)
    }
  }

  private func complete(_ shape: Answer.Shape, _ value: JSONValue) {
    value.encoded.withUnsafeBytes { complete(shape, $0) }
  }

  private func ask(_ requests: JSONValue, _ state: [UInt8]) {
    switch needInput(requests: requests, state: state) {
    case .asked, .late: break
    case .unsupported:
      fail(
        Questions.missingCapability(
          Questions.undeclared(
            Questions.requiredCapabilities(requests), in: (try? context)?["capabilities"])))
    case .refused(let status):
      fail(0, "the host refused the questions to the client (status \(status))")
    }
  }

  /// Ends the call with questions to the client, `{key:{"method":…,"params":{…}}}`, and a state that
  /// comes back with the answers. Where the client lacks the capability the call stays open, and has
  /// to be ended in another way; ``Answer/needInput(requests:state:)`` then ends it with -32021.
  public func needInput(requests: JSONValue, state: [UInt8] = []) -> Questions.Status {
    Questions.Status(
      metis_slice_v1.with(requests.encoded) { requests in
        metis_slice_v1.with(state) { reply.pointee.need_input?(id, requests, $0) }
      })
  }
}

extension JSONValue {
  /// The value as compact JSON text in UTF-8.
  public var encoded: [UInt8] {
    var writer = JSONWriter()
    writer.value(self)
    return writer.finish()
  }
}
