import JSON
import MCP

/// What loops write into their journals.
extension Loop {
  /// Notes a request that is about to be performed.
  @inline(__always)
  func note(_ method: Method, _ request: Request, _ params: JSONSlice?) {
    guard let journal else { return }
    journal._withUnsafeGuaranteedRef { journal in
      guard request.session == nil, request.principal.isEmpty, journal.keepsBodies,
        let params, params.count <= journal.greatestParams
      else {
        entry = noteAll(journal, method.rawValue, JournalRing.Texts.none, request, params)
        return
      }
      entry = journal.begin(
        method.rawValue, request.revision.rawValue, request.answerer.isFrame ? .frame : [],
        params: params.bytes)
    }
  }

  /// The same for a request of a session or of somebody who is known, and where the parameters are
  /// not kept.
  @inline(never)
  private func noteAll(
    _ journal: JournalRing, _ method: UInt8, _ name: UnsafeRawBufferPointer, _ request: Request,
    _ params: JSONSlice?
  ) -> UInt64 {
    var texts = JournalRing.Texts()
    texts.name = name
    if let params { texts.params = params.bytes }
    let parameters = request.parameters
    if !journal.keepsBodies || params == nil || texts.params.count > journal.greatestParams {
      let target = parameters.pointee.name ?? parameters.pointee.uri ?? parameters.pointee.taskID
      if let target { texts.target = target.raw }
      let info = parameters.pointee.meta.clientInfo ?? parameters.pointee.clientInfo
      if let info { texts.client = info.bytes }
    }
    var id = request.session?.id ?? ""
    let client = request.session?.client ?? []
    return id.withUTF8 { id in
      client.withUnsafeBytes { client in
        request.principal.withUnsafeBytes { principal in
          texts.session = UnsafeRawBufferPointer(id)
          if !client.isEmpty { texts.client = client }
          texts.principal = principal
          return journal.begin(
            method, request.revision.rawValue, request.answerer.isFrame ? .frame : [], texts)
        }
      }
    }
  }

  /// Takes the entry of the request in hand: whoever has it notes the end. 0: none.
  @inline(__always)
  func takeEntry() -> UInt64 {
    let taken = entry
    entry = 0
    return taken
  }

  /// Notes that the request in hand has its answer, where nobody took its entry.
  @inline(__always)
  func noteEnd(_ outcome: JournalRing.Outcome = .ok) {
    guard entry != 0, let journal else { return }
    journal._withUnsafeGuaranteedRef { $0.end(takeEntry(), outcome, 0) }
  }

  /// Notes a request that is answered with an error, also one that never was performed.
  func note(_ request: Request, _ error: MCPError) {
    guard let journal = journal?.takeUnretainedValue() else { return }
    var entry = takeEntry()
    if entry == 0 {
      let known = Method(utf8: request.method)
      entry = noteAll(
        journal, known?.rawValue ?? JournalRing.unknownMethod,
        known == nil ? request.method : JournalRing.Texts.none, request, nil)
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
