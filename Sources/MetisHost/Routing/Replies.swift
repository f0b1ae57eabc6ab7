import JSON
import MCP
import MetisPluginAPI

/// The functions of `metis_reply_v1`: what a strategy calls to end its call and before.
///
/// One table for the process. Each function takes a token that may be long dead, from any thread.
enum Replies {
  /// Immortal.
  nonisolated(unsafe) static let table: UnsafePointer<metis_reply_v1> = {
    let table = UnsafeMutablePointer<metis_reply_v1>.allocate(capacity: 1)
    table.initialize(
      to: metis_reply_v1(
        size: UInt32(MemoryLayout<metis_reply_v1>.size), reserved: 0,
        complete: { Replies.complete($0, $1, $2, $3) },
        complete_owned: { Replies.completeOwned($0, $1, $2, $3, $4) },
        need_input: { Replies.needInput($0, $1, $2) },
        fail: { Replies.fail($0, $1, $2, $3) },
        emit: { Replies.emit($0, $1, $2) },
        reserve: { Replies.reserve($0, $1) },
        commit: { Replies.commit($0, $1) },
        context: { Replies.context($0) },
        cancelled: { token in
          guard let opened = CallDirectory.find(token) else { return true }
          return opened._withUnsafeGuaranteedRef {
            !$0.isOpen(token) || $0.cancellation.isCancelled
          }
        },
        on_cancel: { Replies.onCancel($0, $1, $2) }))
    return UnsafePointer(table)
  }()

  /// Ends a call with an outcome, from any thread; without effect after its end.
  static func end(_ token: UInt64, _ outcome: Call.Outcome) {
    guard let opened = CallDirectory.find(token) else { return }
    opened._withUnsafeGuaranteedRef { call in
      // Another thread of the strategy may have the call in hand: nothing goes before it is done.
      guard call.lending.withLock({ call.claim(token) }) else { return }
      hand(opened, call, token, outcome)
    }
  }

  /// Ends a call for its strategy; false where it has ended already, and the strategy has learnt of
  /// it now.
  @inline(__always)
  private static func claim(_ call: Call, _ token: UInt64, _ loop: Loop) -> Bool {
    if call.whileOpen(token, isLoop: loop.isCurrent, { call.claim(token) }) == true { return true }
    LateMemory.release(token)
    return false
  }

  /// A claimed call goes back to its loop.
  private static func hand(
    _ opened: Unmanaged<Call>, _ call: Call, _ token: UInt64, _ outcome: Call.Outcome
  ) {
    call.outcome = outcome
    call.table.owner?._withUnsafeGuaranteedRef { loop in
      if loop.isCurrent {
        loop.entered { loop.finish(opened, call) }
      } else {
        loop.post(.ended(opened, token: token))
      }
    }
  }

  private static func complete(
    _ token: UInt64, _ shape: UInt32, _ parts: UnsafePointer<metis_slice_v1>?, _ count: Int
  ) -> Int32 {
    guard let opened = CallDirectory.find(token) else { return METIS_LATE }
    return opened._withUnsafeGuaranteedRef { call in
      guard let owner = call.table.owner else { return METIS_LATE }
      return owner._withUnsafeGuaranteedRef { loop in
        guard claim(call, token, loop) else { return METIS_LATE }
        if count == 1, let parts, loop.isCurrent, call.buffer.count == 0,
          parts[0].count <= loop.core.limits.answer
        {
          return loop.entered { loop.finish(opened, call, shape: shape, parts[0].raw) }
        }
        if let parts, count > 0 {
          for index in 0..<count
          where !call.buffer.append(parts[index].raw, limit: loop.core.limits.answer) {
            hand(
              opened, call, token,
              .failed(.internalError(Endings.tooLarge(call, loop.core.limits.answer))))
            return METIS_LIMIT
          }
        }
        hand(opened, call, token, .completed(shape: shape))
        return METIS_OK
      }
    }
  }

  private static func completeOwned(
    _ token: UInt64, _ shape: UInt32, _ body: metis_slice_v1,
    _ release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?,
    _ owner: UnsafeMutableRawPointer?
  ) -> Int32 {
    guard let release else { return METIS_INVALID }
    guard let opened = CallDirectory.find(token),
      opened._withUnsafeGuaranteedRef({ call in
        call.table.owner?._withUnsafeGuaranteedRef { claim(call, token, $0) } ?? false
      })
    else {
      release(owner)
      return METIS_LATE
    }
    return opened._withUnsafeGuaranteedRef { call in
      let limit = call.table.owner?._withUnsafeGuaranteedRef { $0.core.limits.answer } ?? 0
      guard body.count <= limit else {
        release(owner)
        hand(opened, call, token, .failed(.internalError(Endings.tooLarge(call, limit))))
        return METIS_LIMIT
      }
      hand(
        opened, call, token,
        .owned(
          shape: shape, body: body, release: Call.Release(function: release, owner: owner)))
      return METIS_OK
    }
  }

  /// Ends a call with questions: see ``Loop/ask(_:_:_:)`` for what becomes of them.
  private static func needInput(
    _ token: UInt64, _ requests: metis_slice_v1, _ state: metis_slice_v1
  ) -> Int32 {
    guard let opened = CallDirectory.find(token) else { return METIS_LATE }
    return opened._withUnsafeGuaranteedRef { call in
      guard let owner = call.table.owner else { return METIS_LATE }
      return owner._withUnsafeGuaranteedRef { loop in
        guard let asker = call.whileOpen(token, isLoop: loop.isCurrent, { Asker(call) }) else {
          LateMemory.release(token)
          return METIS_LATE
        }
        let limit = loop.core.limits.answer
        let isWithin = requests.count <= limit && state.count <= limit - requests.count
        let verdict =
          isWithin
          ? asker.verdict(
            requests.raw, state: state.raw, loop.core.limits.json, loop.core.identifiers)
          : .invalid("it has more than \(limit) bytes, the limit")
        switch verdict {
        case .unsupported: return METIS_UNSUPPORTED
        case .asked(let asked):
          guard claim(call, token, loop) else { return METIS_LATE }
          hand(opened, call, token, .asked(asked))
          return METIS_OK
        case .invalid(let problem):
          guard claim(call, token, loop) else { return METIS_LATE }
          hand(
            opened, call, token, .failed(.internalError(Endings.badRequests(call, problem))))
          return isWithin ? METIS_INVALID : METIS_LIMIT
        }
      }
    }
  }

  private static func fail(
    _ token: UInt64, _ code: Int32, _ message: metis_slice_v1, _ data: metis_slice_v1
  ) -> Int32 {
    guard let opened = CallDirectory.find(token) else { return METIS_LATE }
    return opened._withUnsafeGuaranteedRef { call in
      guard let loop = call.table.owner,
        loop._withUnsafeGuaranteedRef({ claim(call, token, $0) })
      else { return METIS_LATE }
      let limit = loop._withUnsafeGuaranteedRef { $0.core.limits.answer }
      guard message.count <= limit, data.count <= limit else {
        hand(opened, call, token, .failed(.internalError(Endings.tooLarge(call, limit))))
        return METIS_LIMIT
      }
      guard code != 0 else {
        hand(opened, call, token, .refused(message.text))
        return METIS_OK
      }
      let isReserved = (-32768 ... -32000).contains(code)
      let isNamed = MCPError.strategyCodes.contains(Int(code))
      guard !isReserved || isNamed else {
        let detail = Endings.reservedCode(call, code, message.text)
        hand(opened, call, token, .failed(.internalError(detail)))
        return METIS_INVALID
      }
      let value = data.raw.isEmpty ? nil : try? JSONValue(parsing: data.raw)
      hand(
        opened, call, token,
        .failed(.strategy(code: Int(code), message: message.text, data: value)))
      return METIS_OK
    }
  }

  private static func emit(
    _ token: UInt64, _ kind: UInt32, _ json: metis_slice_v1
  ) -> Int32 {
    guard let opened = CallDirectory.find(token) else { return METIS_LATE }
    return opened._withUnsafeGuaranteedRef { call in
      guard call.isOpen(token), let owner = call.table.owner else { return METIS_LATE }
      guard (METIS_EMIT_PROGRESS...METIS_EMIT_NOTIFICATION).contains(kind) else {
        return METIS_UNSUPPORTED
      }
      guard let slice = try? JSONCursor.validate(json.raw), slice.kind == .object else {
        return METIS_INVALID
      }
      return owner._withUnsafeGuaranteedRef { loop in
        if loop.isCurrent {
          return loop.entered { loop.emit(call, kind, slice) }
        }
        if kind == METIS_EMIT_TASK {
          // What the loop would find is told here, since the strategy goes by it.
          let code = call.whileOpen(token, isLoop: false) { loop.canBecomeTask(call) }
          guard code == METIS_OK else { return code ?? METIS_LATE }
        }
        return loop.emitPosting(call, token, kind, json)
      }
    }
  }

  private static func reserve(_ token: UInt64, _ count: Int) -> UnsafeMutablePointer<UInt8>? {
    guard let opened = CallDirectory.find(token) else { return nil }
    return opened._withUnsafeGuaranteedRef { call in
      guard let owner = call.table.owner else { return nil }
      return owner._withUnsafeGuaranteedRef { loop in
        let limit = loop.core.limits.answer
        let place = call.whileOpen(token, isLoop: loop.isCurrent) {
          call.buffer.reserve(count, limit: limit)
        }
        return (place ?? nil)?.assumingMemoryBound(to: UInt8.self)
      }
    }
  }

  private static func commit(_ token: UInt64, _ count: Int) -> Int32 {
    guard let opened = CallDirectory.find(token) else { return METIS_LATE }
    return opened._withUnsafeGuaranteedRef { call in
      guard let owner = call.table.owner else { return METIS_LATE }
      let isTaken = call.whileOpen(token, isLoop: owner._withUnsafeGuaranteedRef { $0.isCurrent }) {
        call.buffer.commit(count)
      }
      return isTaken.map { $0 ? METIS_OK : METIS_INVALID } ?? METIS_LATE
    }
  }

  private static func context(_ token: UInt64) -> metis_slice_v1 {
    let empty = metis_slice_v1(bytes: nil, count: 0)
    guard let opened = CallDirectory.find(token) else { return empty }
    return opened._withUnsafeGuaranteedRef { call in
      guard let owner = call.table.owner else { return empty }
      return call.whileOpen(token, isLoop: owner._withUnsafeGuaranteedRef { $0.isCurrent }) {
        if call.contextText.isEmpty { call.contextText = CallContext.text(call) }
        // The array is not changed again before the call ends, so its storage stays where it is.
        return call.contextText.withUnsafeBytes { metis_slice_v1($0) }
      } ?? empty
    }
  }

  private static func onCancel(
    _ token: UInt64, _ callback: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?,
    _ user: UnsafeMutableRawPointer?
  ) -> Int32 {
    guard let callback else { return METIS_INVALID }
    guard let opened = CallDirectory.find(token) else { return METIS_LATE }
    return opened._withUnsafeGuaranteedRef { call in
      call.cancellation.notify(callback, user, while: { call.isOpen(token) })
        ? METIS_OK : METIS_LATE
    }
  }
}

/// The JSON that `context()` gives.
enum CallContext {
  static func text(_ call: Call) -> [UInt8] {
    var writer = JSONWriter([UInt8]())
    writer.beginObject()
    writer.key("revision")
    writer.value(call.revision.name.description)
    if let session = call.session, !session.id.isEmpty {
      writer.key("session")
      writer.value(session.id)
    }
    if !call.principal.isEmpty {
      writer.key("principal")
      writer.raw(call.principal)
    }
    let meta = try? JSONValue(parsing: call.meta)
    let client = call.session.flatMap { $0.client.isEmpty ? nil : $0.client }
    if let client {
      writer.key("client")
      writer.raw(client)
    } else if let info = meta?["io.modelcontextprotocol/clientInfo"] {
      writer.key("client")
      writer.value(info)
    }
    let capabilities = call.session.flatMap { $0.capabilities.isEmpty ? nil : $0.capabilities }
    if let capabilities {
      writer.key("capabilities")
      writer.raw(capabilities)
    } else if let declared = meta?["io.modelcontextprotocol/clientCapabilities"] {
      writer.key("capabilities")
      writer.value(declared)
    }
    if let meta {
      writer.key("meta")
      writer.value(meta)
    }
    writer.key("transport")
    writer.value((call.session?.transport ?? .http).name.description)
    writer.endObject()
    return writer.finish()
  }
}
