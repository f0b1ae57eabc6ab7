import Foundation
import MetisKit
import MetisPluginAPI

/// A call as the host sees it; its number is its address.
final class SimulatedCall: @unchecked Sendable {
  enum Ending: Equatable {
    case result(String)
    case value(String)
    case asks(String, state: String)
    case fail(Int32, String, String)
  }

  typealias Callback = @convention(c) (UnsafeMutableRawPointer?) -> Void

  let capabilities: String
  private let lock = NSLock()
  private var ends: [Ending] = []
  private var lines: [String] = []
  private var cancelWork: (callback: Callback?, user: UnsafeMutableRawPointer?)?
  private var writeWork: (callback: Callback?, user: UnsafeMutableRawPointer?)?
  private var wasCancelled = false
  private var contextBytes: [UInt8] = []

  /// After how many emissions the client is too slow; nil: never.
  var window: Int?
  /// How many emissions are refused before the first is taken.
  var refusals = 0
  /// What `emit` gives for a kind, instead of METIS_OK.
  var statuses: [UInt32: Int32] = [:]
  /// Whether `when_writable` calls at once.
  var isWritableAtOnce = false
  /// Whether what is emitted is kept for the test.
  var keepsLines = true
  private var taken = 0
  private var unread = 0
  private(set) var largestUnread = 0

  init(capabilities: String) {
    self.capabilities = capabilities
    contextBytes = Array(
      #"{"revision":"2026-07-28","transport":"http","capabilities":\#(capabilities)}"#.utf8)
    // The host never uses a number again: a test's calls stay until its process ends.
    _ = Unmanaged.passRetained(self)
  }

  var number: UInt64 { UInt64(UInt(bitPattern: Unmanaged.passUnretained(self).toOpaque())) }

  static func of(_ number: UInt64) -> SimulatedCall {
    Unmanaged<SimulatedCall>.fromOpaque(UnsafeRawPointer(bitPattern: UInt(number))!)
      .takeUnretainedValue()
  }

  // MARK: What a test sees

  /// How the call ended; nil unless it ended exactly once.
  var ending: Ending? { lock.withLock { ends.count == 1 ? ends[0] : nil } }
  var isOpen: Bool { lock.withLock { ends.isEmpty } }
  /// What was emitted, `1 {"progress":1}`.
  var emitted: [String] { lock.withLock { lines } }
  /// How many things were emitted.
  var emittedCount: Int { lock.withLock { taken } }
  /// The state that the call left.
  var state: String { if case .asks(_, let state)? = ending { state } else { "" } }
  /// The questions that the call asked.
  var questions: JSONValue {
    guard case .asks(let requests, _)? = ending else { return .null }
    return (try? JSONValue(json: requests)) ?? .null
  }
  /// The MCP result.
  var result: JSONValue {
    guard case .result(let text)? = ending else { return .null }
    return (try? JSONValue(json: text)) ?? .null
  }
  /// The text of the result's only block.
  var answer: String? { result["content"]?[0]?["text"]?.string }

  /// The client reads all that was sent.
  func read() {
    let work = lock.withLock {
      unread = 0
      defer { writeWork = nil }
      return writeWork
    }
    work?.callback?(work?.user)
  }

  /// The client goes away.
  func cancel() {
    let work = lock.withLock { () -> (callback: Callback?, user: UnsafeMutableRawPointer?)? in
      guard ends.isEmpty else { return nil }
      wasCancelled = true
      ends.append(.fail(-1, "cancelled", ""))
      defer { cancelWork = nil }
      return cancelWork
    }
    work?.callback?(work?.user)
    read()
  }

  var isWaitingForRoom: Bool { lock.withLock { writeWork != nil } }

  // MARK: What the strategy calls

  @discardableResult
  func end(_ ending: Ending) -> Int32 {
    let (isFirst, work) = lock.withLock {
      guard ends.isEmpty else { return (false, nil as (Callback?, UnsafeMutableRawPointer?)?) }
      ends.append(ending)
      cancelWork = nil
      defer { writeWork = nil }
      return (true, writeWork)
    }
    work?.0?(work?.1)
    return isFirst ? METIS_OK : METIS_LATE
  }

  private func emit(_ kind: UInt32, _ json: String) -> Int32 {
    lock.withLock {
      guard ends.isEmpty else { return METIS_LATE }
      guard (try? JSONValue(json: json)) != nil else { return METIS_INVALID }
      if let status = statuses[kind] { return status }
      if refusals > 0 {
        refusals -= 1
        return METIS_LIMIT
      }
      if keepsLines { lines.append("\(kind) \(json)") }
      taken += 1
      unread += 1
      largestUnread = max(largestUnread, unread)
      return unread >= window ?? .max ? METIS_BUSY : METIS_OK
    }
  }

  func whenWritable(_ callback: Callback?, _ user: UnsafeMutableRawPointer?) -> Int32 {
    let (status, runs) = lock.withLock { () -> (Int32, Bool) in
      guard ends.isEmpty else { return (METIS_LATE, false) }
      guard writeWork == nil else { return (METIS_LIMIT, false) }
      if isWritableAtOnce {
        unread = 0
        return (METIS_OK, true)
      }
      writeWork = (callback, user)
      return (METIS_OK, false)
    }
    if runs { callback?(user) }
    return status
  }

  private func needInput(_ requests: String, _ state: String) -> Int32 {
    guard let requests = try? JSONValue(json: requests),
      let declared = try? JSONValue(json: capabilities)
    else { return METIS_INVALID }
    let missing = Questions.undeclared(Questions.requiredCapabilities(requests), in: declared)
    guard missing.object?.isEmpty == true else { return METIS_UNSUPPORTED }
    return end(.asks(String(decoding: requests.encoded, as: UTF8.self), state: state))
  }

  private func onCancel(_ callback: Callback?, _ user: UnsafeMutableRawPointer?) -> Int32 {
    lock.withLock {
      guard ends.isEmpty else { return METIS_LATE }
      cancelWork = (callback, user)
      return METIS_OK
    }
  }

  static var table: metis_reply_v1 {
    metis_reply_v1(
      size: UInt32(MemoryLayout<metis_reply_v1>.size), reserved: 0,
      complete: { call, shape, parts, count in
        let json = (0..<count).map { text(parts![$0]) }.joined()
        return SimulatedCall.of(call).end(
          shape == METIS_SHAPE_RESULT ? .result(json) : .value(json))
      },
      complete_owned: { _, _, _, _, _ in METIS_UNSUPPORTED },
      need_input: { SimulatedCall.of($0).needInput(text($1), text($2)) },
      fail: { SimulatedCall.of($0).end(.fail($1, text($2), text($3))) },
      emit: { SimulatedCall.of($0).emit($1, text($2)) },
      reserve: { _, _ in nil },
      commit: { _, _ in METIS_LATE },
      context: { call in
        // Arrays of a class are stable while nobody changes them, and nobody does.
        let call = SimulatedCall.of(call)
        return call.contextBytes.withUnsafeBufferPointer {
          metis_slice_v1(bytes: $0.baseAddress, count: $0.count)
        }
      },
      cancelled: { call in
        let call = SimulatedCall.of(call)
        return call.lock.withLock { call.wasCancelled }
      },
      on_cancel: { SimulatedCall.of($0).onCancel($1, $2) })
  }
}
