import JSON
import JSONRPC
import MCP
import MetisPluginAPI

/// Writing answers: the host's pieces are spliced around what came, without building a tree.
extension Loop {
  private static let resultHead: StaticString = #"{"jsonrpc":"2.0","id":"#
  private static let resultOpen: StaticString = #","result":"#

  // MARK: Results

  /// Answers with a result object that is valid JSON, noted in `members`.
  ///
  /// In the stateless era `resultType` goes first and the server's info into `_meta`.
  func answer(
    _ answerer: Call.Answerer, _ id: UnsafeRawBufferPointer, _ revision: ProtocolRevision,
    _ result: UnsafeRawBufferPointer, _ members: ResultMembers, isStreaming: Bool = false
  ) {
    // A line break between tokens would end the frame or the event.
    if isStreaming || answerer.isLine, result.contains(where: { $0 == 0x0A || $0 == 0x0D }) {
      return Framing.oneLine([UInt8](result)).withUnsafeBytes { line in
        guard let members = try? ResultMembers(scanning: line) else { return }
        answer(answerer, id, revision, line, members, isStreaming: isStreaming)
      }
    }
    var count = 0
    func add(_ text: StaticString) {
      parts[count] = metis_slice_v1(text)
      count += 1
    }
    func add(_ bytes: UnsafeRawBufferPointer) {
      parts[count] = metis_slice_v1(bytes)
      count += 1
    }
    add(Loop.resultHead)
    add(id)
    add(Loop.resultOpen)
    let encoded = snapshot._withUnsafeGuaranteedRef { Unmanaged.passUnretained($0.encoded) }
    encoded._withUnsafeGuaranteedRef { encoded in
      if RevisionTraits.isStateless(revision) {
        add(members.hasResultType ? "{" : #"{"resultType":"complete""#)
        if !members.hasResultType, !members.isEmpty { add(",") }
        // What stands between the braces of the result.
        let inner = result.betweenBraces
        if let meta = members.meta {
          let split = meta.start - inner.baseAddress! + 1
          add(UnsafeRawBufferPointer(rebasing: inner[..<split]))
          if !meta.namesServer {
            add(encoded.serverInfoMember)
            if !meta.isEmptyObject { add(",") }
          }
          add(UnsafeRawBufferPointer(rebasing: inner[split...]))
        } else {
          add(inner)
          add(encoded.serverInfoMeta)
        }
        add("}")
      } else {
        add(result)
      }
      add("}")
      send(answerer, status: 200, partCount: count, isStreaming: isStreaming)
    }
  }

  /// Answers with one of the encoded answers of the snapshot.
  func answerEncoded(
    _ method: Method, _ request: Request, _ pick: (EncodedAnswers) -> [UInt8]
  ) throws(MCPError) {
    let encoded = snapshot._withUnsafeGuaranteedRef { $0.encoded }
    answerOwn(request, try filtered(method, pick(encoded)))
  }

  /// A result of the host's own, as the filters leave it.
  func filtered(_ method: Method, _ result: [UInt8]) throws(MCPError) -> [UInt8] {
    if snapshot._withUnsafeGuaranteedRef({ $0.isUnfiltered }) { return result }
    // `withUnsafeBytes` throws any error: the typed one is carried out by hand.
    let outcome = result.withUnsafeBytes { bytes in
      Result { () throws(MCPError) in try runFilters(response: method, bytes) }
    }
    guard let replaced = try outcome.get() else { return result }
    let members = try? replaced.withUnsafeBytes { try ResultMembers(scanning: $0) }
    guard let members, members.meta.map({ $0.kind == .object }) ?? true else {
      throw .internalError("A filter replaced the result by something that is no result")
    }
    return replaced
  }

  /// Answers with a result that the host itself made.
  func answerOwn(_ request: Request, _ result: [UInt8]) {
    result.withUnsafeBytes { bytes in
      do {
        let members = try ResultMembers(scanning: bytes)
        answer(request.answerer, request.id, request.revision, bytes, members)
      } catch {
        answer(request, .internalError("The server's own answer is malformed: \(error)"))
      }
    }
  }

  /// `{}`: the answer of `ping`.
  func answerEmptyResult(_ request: Request) { answerOwn(request, Array("{}".utf8)) }

  /// The answer of `initialize`; `session` goes into `Mcp-Session-Id`.
  func answerInitialize(_ request: Request, _ session: String?) {
    note(.initialize, request, nil)
    noteEnd()
    let server = snapshot._withUnsafeGuaranteedRef { $0.encoded.server }
    let result = Array(server.initializeResult(request.revision).description.utf8)
    guard let session else { return answerOwn(request, result) }
    scratch.removeAll(keepingCapacity: true)
    result.withUnsafeBytes { MessageWriter.writeResult(id: request.id, result: $0, to: &scratch) }
    scratch.withUnsafeBytes { body in
      session.withSlice { id in
        parts[0] = metis_slice_v1(body)
        fields[1] = metis_field_v1(name: metis_slice_v1("mcp-session-id"), value: id)
        send(request.answerer, status: 200, partCount: 1, extraFields: 1)
      }
    }
  }

  // MARK: Errors

  /// Answers a request with an error. HTTP carries it with the error's own status in the stateless
  /// era, and with 200 in the handshake era, where a JSON-RPC answer is a success of HTTP.
  func answer(_ request: Request, _ error: MCPError) {
    note(request, error)
    answer(request.answerer, request.id, request.revision, error)
  }

  /// The same, for a call.
  func answer(
    _ answerer: Call.Answerer, _ id: UnsafeRawBufferPointer, _ revision: ProtocolRevision,
    _ error: MCPError, isStreaming: Bool = false
  ) {
    var body: [UInt8] = []
    MessageWriter.writeError(id: id, error.object, to: &body)
    body.withUnsafeBytes { bytes in
      parts[0] = metis_slice_v1(bytes)
      send(
        answerer, status: revision.isLegacy ? 200 : UInt32(error.status), partCount: 1,
        isStreaming: isStreaming)
    }
  }

  /// Refuses a message of HTTP before it became a request.
  func refuse(
    _ exchange: UInt64, _ error: MCPError, allow: StaticString? = nil, id: JSONSlice? = nil,
    extraFields: Int = 0
  ) {
    var body: [UInt8] = []
    MessageWriter.writeError(id: id?.bytes, error.object, to: &body)
    body.withUnsafeBytes { bytes in
      parts[0] = metis_slice_v1(bytes)
      if let allow {
        fields[1] = metis_field_v1(name: metis_slice_v1("allow"), value: metis_slice_v1(allow))
      }
      send(
        .exchange(exchange, isFrame: false), status: UInt32(error.status), partCount: 1,
        extraFields: allow == nil ? extraFields : 1)
    }
  }

  /// Answers a frame that is no request.
  func answerFrame(_ connection: UInt64, _ error: MCPError) {
    var body: [UInt8] = []
    MessageWriter.writeError(id: nil, error.object, to: &body)
    body.withUnsafeBytes { bytes in
      parts[0] = metis_slice_v1(bytes)
      send(.exchange(connection, isFrame: true), status: 200, partCount: 1)
    }
  }

  /// 202 with nothing: notifications and responses of a client.
  func accepted(_ exchange: UInt64) { answerEmpty(exchange, status: 202) }

  /// A status without a body.
  func answerEmpty(_ exchange: UInt64, status: UInt32) {
    var response = metis_response_v1()
    response.size = UInt32(MemoryLayout<metis_response_v1>.size)
    response.status = status
    _ = door.table.pointee.respond(door.instance, exchange, &response)
  }

  // MARK: Bytes

  /// Sends the first `partCount` of ``parts`` and ends the exchange. `fields[0]` is the content
  /// type; `extraFields` follow it. `isStreaming`: as the last message of the exchange's stream.
  func send(
    _ answerer: Call.Answerer, status: UInt32, partCount: Int, extraFields: Int = 0,
    isStreaming: Bool = false
  ) {
    switch answerer {
    case .exchange(let exchange, isFrame: false):
      if isStreaming {
        guard let stream = answering.removeValue(forKey: exchange) else { return }
        put(stream, .message(joined(partCount)), isAnswer: true)
        return end(stream)
      }
      fields[0] = Loop.jsonField
      _ = respond(exchange, status: status, partCount: partCount, fieldCount: 1 + extraFields)
    case .exchange(let exchange, isFrame: true):
      sendFrame(exchange, partCount)
    case .batch(let number, let place):
      answer(batch: number, place, joined(partCount))
    case .strategy, .task: break
    }
  }

  /// Sends the parts as one frame: at once where nothing waits before it.
  private func sendFrame(_ exchange: UInt64, _ partCount: Int) {
    guard let connection = connections[exchange] else { return }
    let stream = connection.stream
    if stream.form == .frame, stream.isIdle {
      switch respond(exchange, status: 200, partCount: partCount) {
      case METIS_BUSY: return pauseConnection(connection)
      case METIS_LIMIT: pauseConnection(connection)
      default: return
      }
    }
    if stream.byteCount > core.limits.answer {
      core.log(
        .warn,
        "A client does not read its answers: over \(core.limits.answer) bytes wait; the connection "
          + "is cut")
      return post(.run { $0.cut(exchange) })
    }
    put(stream, .message(joined(partCount)), isAnswer: true)
  }

  /// The parts as one text.
  private func joined(_ partCount: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity((0..<partCount).reduce(0) { $0 + parts[$1].count })
    for place in 0..<partCount { bytes.append(contentsOf: parts[place].raw) }
    return bytes
  }

  /// Answers an exchange, or sends a frame, by the parts. The fields before `fieldCount` are set.
  @inline(__always)
  func respond(
    _ exchange: UInt64, status: UInt32, partCount: Int, fieldCount: Int = 0
  ) -> Int32 {
    var response = metis_response_v1()
    response.size = UInt32(MemoryLayout<metis_response_v1>.size)
    response.status = status
    response.fields = UnsafePointer(fields)
    response.field_count = fieldCount
    response.parts = UnsafePointer(parts)
    response.part_count = partCount
    return door.table.pointee.respond(door.instance, exchange, &response)
  }

  static var jsonField: metis_field_v1 {
    metis_field_v1(
      name: metis_slice_v1("content-type"), value: metis_slice_v1("application/json"))
  }
}

extension UnsafeRawBufferPointer {
  /// What stands between the braces of an object's text, which white space may surround.
  fileprivate var betweenBraces: UnsafeRawBufferPointer {
    guard let start = baseAddress else { return self }
    var low = 0
    var high = count
    while low < high, self[low] <= 0x20 { low += 1 }
    while high > low, self[high - 1] <= 0x20 { high -= 1 }
    return UnsafeRawBufferPointer(start: start + low + 1, count: Swift.max(0, high - low - 2))
  }
}

extension JSONSlice {
  /// An object that says already who the server is: a result that was passed on.
  fileprivate var namesServer: Bool {
    (try? value)?["io.modelcontextprotocol/serverInfo"] != nil
  }

  /// An object without members.
  fileprivate var isEmptyObject: Bool {
    bytes.dropFirst().dropLast().allSatisfy { $0 <= 0x20 }
  }
}
