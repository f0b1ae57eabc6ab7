import MetisKit
import MetisPluginAPI
import Synchronization

/// A reply table as a host has it, that records what a plugin does with a call.
final class Recorder: Sendable {
  enum Ending: Equatable {
    case complete(UInt32, String)
    case needInput(String, String)
    case fail(Int32, String, String)
  }

  /// What `on_cancel` was given. The pointer is the plugin's and only goes back to it.
  struct CancelWork: @unchecked Sendable {
    let callback: @convention(c) (UnsafeMutableRawPointer?) -> Void
    let context: UnsafeMutableRawPointer?
  }

  struct Record {
    var endings: [Ending] = []
    var emitted: [String] = []
    var isCancelled = false
    /// Whether the host has ended the call: `fail` is then late.
    var isGone = false
    var needInputStatus = METIS_OK
    var completeStatus = METIS_OK
    /// What `emit` gives.
    var emitStatus = METIS_OK
    var cancelWork: CancelWork?
    var context = #"{"revision":"2026-07-28","client":{"name":"test"}}"#
  }

  /// The calls of the whole process by their number: the table's functions know no more.
  static let records = Mutex<[UInt64: Record]>([:])
  private static let next = Mutex<UInt64>(1)

  static func begin(_ change: (inout Record) -> Void = { _ in }) -> UInt64 {
    let call = next.withLock { number in
      number += 1
      return number
    }
    var record = Record()
    change(&record)
    let initial = record
    records.withLock { $0[call] = initial }
    return call
  }

  static func take(_ call: UInt64) -> Record {
    records.withLock { $0.removeValue(forKey: call) } ?? Record()
  }

  static func change<Result: Sendable>(
    _ call: UInt64, _ body: (inout sending Record) -> sending Result
  ) -> Result {
    records.withLock { records in
      var record = records[call] ?? Record()
      defer { records[call] = record }
      return body(&record)
    }
  }

  static func reply() -> metis_reply_v1 {
    metis_reply_v1(
      size: UInt32(MemoryLayout<metis_reply_v1>.size), reserved: 0,
      complete: { call, shape, parts, count in
        var text = ""
        for index in 0..<count { text += string(parts![index]) }
        let ending = Ending.complete(shape, text)
        return Recorder.change(call) { record in
          if record.completeStatus == METIS_OK { record.endings.append(ending) }
          return record.completeStatus
        }
      },
      complete_owned: { call, shape, body, release, owner in
        let ending = Ending.complete(shape, string(body))
        Recorder.change(call) { $0.endings.append(ending) }
        release?(owner)
        return METIS_OK
      },
      need_input: { call, requests, state in
        let ending = Ending.needInput(string(requests), string(state))
        return Recorder.change(call) { record in
          if record.needInputStatus == METIS_OK { record.endings.append(ending) }
          return record.needInputStatus
        }
      },
      fail: { call, code, message, data in
        let ending = Ending.fail(code, string(message), string(data))
        return Recorder.change(call) { record in
          guard !record.isGone else { return METIS_LATE }
          record.endings.append(ending)
          return METIS_OK
        }
      },
      emit: { call, kind, json in
        let line = "\(kind) \(string(json))"
        return Recorder.change(call) { record in
          record.emitted.append(line)
          return record.emitStatus
        }
      },
      reserve: { _, _ in nil },
      commit: { _, _ in METIS_LATE },
      context: { call in
        // Borrowed until the call ends: the test process keeps it for good.
        let bytes = Array(Recorder.change(call) { $0.context }.utf8)
        let storage = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = storage.initialize(from: bytes)
        return metis_slice_v1(bytes: UnsafePointer(storage.baseAddress), count: bytes.count)
      },
      cancelled: { call in Recorder.change(call) { $0.isCancelled } },
      on_cancel: { call, callback, context in
        guard let callback else { return METIS_INVALID }
        let work = CancelWork(callback: callback, context: context)
        return Recorder.change(call) { record in
          guard !record.isCancelled, record.endings.isEmpty else { return METIS_LATE }
          record.cancelWork = work
          return METIS_OK
        }
      })
  }
}

/// A copy of a slice's text.
func string(_ slice: metis_slice_v1) -> String {
  String(decoding: UnsafeBufferPointer(start: slice.bytes, count: slice.count), as: UTF8.self)
}

/// A slice of `text` for the time of `body`.
func withSlice<Result>(_ text: String, _ body: (metis_slice_v1) throws -> Result) rethrows -> Result
{
  var text = text
  return try text.withUTF8 {
    try body(metis_slice_v1(bytes: $0.baseAddress, count: $0.count))
  }
}
