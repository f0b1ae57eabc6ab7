import JSON
import JSONRPC
import MCP
import MetisPluginAPI

/// A batch of 2025-03-26 whose answers are not all there. The loop's own.
///
/// The answers go out as one array in the order of their requests. Where a call of a batch that came
/// by HTTP says something before its answer, the answer of the exchange becomes a stream, with one
/// event for each answer as it comes.
final class OpenBatch {
  /// The exchange or the connection that it came on.
  let exchange: UInt64
  let isFrame: Bool
  let session: Session
  /// By the place of the request; nil: not there, or sent already.
  var answers: [[UInt8]?] = []
  /// How many answers are missing.
  var missing = 0
  /// All messages of the batch were taken.
  var isRead = false
  /// Once a call has made it one.
  var stream: MessageStream?

  init(_ exchange: UInt64, isFrame: Bool, session: Session) {
    self.exchange = exchange
    self.isFrame = isFrame
    self.session = session
  }
}

extension Loop {
  /// Takes a batch of a session of 2025-03-26, message by message.
  func receiveBatch(
    _ body: UnsafeRawBufferPointer, _ exchange: UInt64, isFrame: Bool, _ session: Session,
    _ principal: [UInt8]
  ) {
    let messages: Batch
    do {
      messages = try Batch(body, maximumCount: core.limits.batch, limits: core.limits.json)
    } catch {
      let refusal: MCPError =
        error.code == .parseError
        ? .parse(Loop.detail(error.message)) : .invalidRequest(error.message)
      return isFrame ? answerFrame(exchange, refusal) : refuse(exchange, refusal)
    }
    lastBatch += 1
    let number = lastBatch
    let batch = OpenBatch(exchange, isFrame: isFrame, session: session)
    batches[number] = batch
    for message in messages { take(message, batch, number, principal) }
    batch.isRead = true
    if batch.answers.isEmpty {
      batches.removeValue(forKey: number)
      if !isFrame { accepted(exchange) }
    } else {
      completeBatch(number, batch)
    }
  }

  private func take(
    _ message: JSONSlice, _ batch: OpenBatch, _ number: UInt64, _ principal: [UInt8]
  ) {
    let envelope: Envelope
    do throws(MCPError) {
      envelope = try decode(message.bytes)
    } catch {
      return refuse(error, nil, batch, number)
    }
    switch envelope.kind {
    case .notification: return takeNotification(envelope, parameters.pointee, batch.session)
    case .response, .errorResponse: return takeResponse(envelope, batch.session)
    case .request: break
    }
    guard let id = envelope.id, let method = envelope.method else { return }
    if Method(method) == .initialize {
      return refuse(
        .invalidRequest("initialize may not be part of a batch"), id.bytes, batch, number)
    }
    batch.answers.append(nil)
    batch.missing += 1
    var request = Request(
      answerer: .batch(number, place: batch.answers.count - 1), id: id.bytes,
      revision: batch.session.revision, parameters: parameters)
    request.session = batch.session
    request.principal = principal
    dispatchLegacy(request, method, envelope.params)
  }

  private func refuse(
    _ error: MCPError, _ id: UnsafeRawBufferPointer?, _ batch: OpenBatch, _ number: UInt64
  ) {
    var body: [UInt8] = []
    MessageWriter.writeError(id: id, error.object, to: &body)
    batch.answers.append(nil)
    batch.missing += 1
    answer(batch: number, batch.answers.count - 1, body)
  }

  /// One of the answers of a batch.
  func answer(batch number: UInt64, _ place: Int, _ text: [UInt8]) {
    guard let batch = batches[number] else { return }
    batch.missing -= 1
    if let stream = batch.stream {
      put(stream, .message(Framing.oneLine(text)), isAnswer: true)
    } else {
      batch.answers[place] = text
    }
    completeBatch(number, batch)
  }

  /// The answer of the exchange becomes a stream: the answers that are there go first.
  func beginStream(of batch: OpenBatch) -> MessageStream? {
    if let stream = batch.stream { return stream }
    guard let stream = beginAnswering(batch.exchange, batch.session) else { return nil }
    batch.stream = stream
    for (place, text) in batch.answers.enumerated() {
      guard let text else { continue }
      put(stream, .message(Framing.oneLine(text)), isAnswer: true)
      batch.answers[place] = nil
    }
    return stream
  }

  private func completeBatch(_ number: UInt64, _ batch: OpenBatch) {
    guard batch.isRead, batch.missing == 0 else { return }
    batches.removeValue(forKey: number)
    if let stream = batch.stream {
      answering.removeValue(forKey: batch.exchange)
      return end(stream)
    }
    var text: [UInt8] = [UInt8(ascii: "[")]
    text += Array(batch.answers.compactMap { $0 }.joined(separator: [UInt8(ascii: ",")]))
    text.append(UInt8(ascii: "]"))
    if batch.isFrame { text = Framing.oneLine(text) }
    text.withUnsafeBytes { bytes in
      parts[0] = metis_slice_v1(bytes)
      send(.exchange(batch.exchange, isFrame: batch.isFrame), status: 200, partCount: 1)
    }
  }

  /// A message without the prefix that the error adds.
  static func detail(_ message: String) -> String {
    let prefix = "Parse error: "
    return message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message
  }
}
