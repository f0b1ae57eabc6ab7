import JSON
import MCP

/// What loops write into their journals.
extension Loop {
  /// Notes a request that is about to be performed.
  @inline(__always)
  func note(_ method: Method, _ request: inout Request) {
    guard let journal else { return }
    request.entry = journal._withUnsafeGuaranteedRef {
      note($0, method.rawValue, JournalRing.Texts.none, request)
    }
  }

  @inline(__always)
  private func note(
    _ journal: JournalRing, _ method: UInt8, _ name: UnsafeRawBufferPointer, _ request: Request
  ) -> UInt64 {
    var texts = JournalRing.Texts()
    texts.name = name
    let parameters = request.parameters
    if let name = parameters.pointee.name {
      texts.target = name.raw
    } else if let uri = parameters.pointee.uri {
      texts.target = uri.raw
    } else if let task = parameters.pointee.taskID {
      texts.target = task.raw
    }
    if let arguments = parameters.pointee.arguments {
      texts.arguments = arguments.bytes
    } else if let argument = parameters.pointee.argument {
      texts.arguments = argument.bytes
    }
    if let client = parameters.pointee.meta.clientInfo ?? parameters.pointee.clientInfo {
      texts.client = client.bytes
    }
    var flags: JournalRing.Flags = []
    if request.answerer.isFrame { flags.insert(.frame) }
    if request.session == nil, request.principal.isEmpty {
      return journal.begin(method, request.revision.rawValue, flags, texts)
    }
    return noteSender(journal, method, flags, texts, request)
  }

  /// The same for a request of a session or of somebody who is known.
  @inline(never)
  private func noteSender(
    _ journal: JournalRing, _ method: UInt8, _ flags: JournalRing.Flags,
    _ given: JournalRing.Texts, _ request: Request
  ) -> UInt64 {
    var texts = given
    var id = request.session?.id ?? ""
    let client = request.session?.client ?? []
    return id.withUTF8 { id in
      client.withUnsafeBytes { client in
        request.principal.withUnsafeBytes { principal in
          texts.session = UnsafeRawBufferPointer(id)
          if texts.client.isEmpty { texts.client = client }
          texts.principal = principal
          return journal.begin(method, request.revision.rawValue, flags, texts)
        }
      }
    }
  }

  /// Notes that a request of the host's own has its answer.
  @inline(__always)
  func noteEnd(_ request: Request, _ outcome: JournalRing.Outcome = .ok) {
    guard request.entry != 0, let journal else { return }
    journal._withUnsafeGuaranteedRef { $0.end(request.entry, outcome, 0) }
  }

  /// Notes a request that is answered with an error, also one that never was performed.
  func note(_ request: Request, _ error: MCPError) {
    guard let journal = journal?.takeUnretainedValue() else { return }
    var entry = request.entry
    if entry == 0 {
      let known = Method(utf8: request.method)
      entry = note(
        journal, known?.rawValue ?? JournalRing.unknownMethod,
        known == nil ? request.method : JournalRing.Texts.none, request)
    }
    journal.end(entry, .error, Int32(clamping: error.code))
  }

  /// Notes the end of the call that a request opened.
  @inline(__always)
  func noteEnd(_ call: Call) {
    guard call.entry != 0, let journal else { return }
    journal._withUnsafeGuaranteedRef { $0.end(call.entry, call.noted, call.notedCode) }
  }
}
