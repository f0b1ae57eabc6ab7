import Glibc
import Testing

@testable import HTTPEngine

@Suite struct TimerWheelTests {
  private func fire(_ wheel: inout TimerWheel, _ now: UInt64) -> [UInt32] {
    var due: [UInt32] = []
    wheel.advance(to: now, into: &due)
    return due
  }

  @Test func firesInItsTickAndOnce() {
    var wheel = TimerWheel(now: 1_000, tick: 10, buckets: 8)
    wheel.set(3, at: 1_025)
    #expect(wheel.nextDue == 1_030)
    #expect(fire(&wheel, 1_029) == [])
    #expect(fire(&wheel, 1_030) == [3])
    #expect(fire(&wheel, 2_000) == [])
    #expect(wheel.count == 0 && wheel.nextDue == nil)
  }

  @Test func neverFiresEarlyHoweverFar() {
    var wheel = TimerWheel(now: 5, tick: 10, buckets: 8)
    for id in 0..<500 { wheel.set(UInt32(id), at: UInt64(id) * 7 + 6) }
    var fired: [UInt32: UInt64] = [:]
    for now in stride(from: UInt64(5), through: 3_600, by: 3) {
      if let due = wheel.nextDue { #expect(due + 13 > now) }
      for id in fire(&wheel, now) {
        #expect(fired[id] == nil)
        fired[id] = now
        let deadline = UInt64(id) * 7 + 6
        #expect(now >= deadline && now <= deadline + 13)
      }
    }
    #expect(fired.count == 500)
  }

  @Test func jumpsOverManyTurns() {
    var wheel = TimerWheel(now: 0, tick: 1, buckets: 4)
    wheel.set(1, at: 3)
    wheel.set(2, at: 1_000)
    wheel.set(3, at: 5_000)
    #expect(fire(&wheel, 4_000).sorted() == [1, 2])
    #expect(fire(&wheel, 5_000) == [3])
  }

  @Test func movesAndCancels() {
    var wheel = TimerWheel(now: 0, tick: 1, buckets: 16)
    wheel.set(1, at: 10)
    wheel.set(2, at: 10)
    wheel.set(1, at: 20)
    wheel.cancel(2)
    wheel.cancel(7)
    #expect(wheel.count == 1 && wheel.due(1) == 20 && wheel.due(2) == nil)
    #expect(fire(&wheel, 15) == [])
    #expect(fire(&wheel, 20) == [1])
  }

  @Test func setsWhatIsOverdueToTheNextTick() {
    var wheel = TimerWheel(now: 100, tick: 10, buckets: 8)
    wheel.set(1, at: 50)
    #expect(fire(&wheel, 100) == [])
    #expect(fire(&wheel, 110) == [1])
  }
}

@Suite struct FormatTests {
  private func date(_ seconds: Int64) -> String {
    var bytes = [UInt8](repeating: 0, count: HTTPDate.count)
    bytes.withUnsafeMutableBufferPointer { HTTPDate.write(seconds, to: $0.baseAddress!) }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func writesTheDateOfTheRFC() {
    #expect(date(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(date(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    #expect(date(951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
  }

  @Test func agreesWithTheCLibrary() {
    var second: Int64 = -30_000_000_000
    while second < 250_000_000_000 {
      var time = time_t(second)
      var parts = tm()
      gmtime_r(&time, &parts)
      var text = [CChar](repeating: 0, count: 40)
      strftime(&text, 40, "%a, %d %b %Y %H:%M:%S GMT", &parts)
      #expect(
        date(second)
          == String(decoding: text.prefix(29).map { UInt8(bitPattern: $0) }, as: UTF8.self))
      second += 86_400 * 97 + 12_345
    }
  }

  @Test func writesNumbers() {
    var bytes = [UInt8](repeating: 0, count: 20)
    for value in [0, 9, 10, 99, 100, 65_535, 1_000_000, UInt64(Int64.max), UInt64.max] {
      let count = bytes.withUnsafeMutableBufferPointer {
        DecimalText.write(value, to: $0.baseAddress!)
      }
      #expect(String(decoding: bytes[0..<count], as: UTF8.self) == "\(value)")
    }
    for value in [1, 15, 16, 255, 256, 65_536, 0x12ab_cdef] {
      let count = bytes.withUnsafeMutableBufferPointer {
        DecimalText.writeHex(value, to: $0.baseAddress!)
      }
      #expect(String(decoding: bytes[0..<count], as: UTF8.self) == String(value, radix: 16))
    }
  }

  @Test func packsNumbersOfExchanges() {
    let id = ExchangeID.make(generation: 1 << 39, loop: 63, slot: 262_143)
    #expect(ExchangeID.generation(id) == 1 << 39)
    #expect(ExchangeID.loop(id) == 63 && ExchangeID.slot(id) == 262_143)
  }
}

@Suite struct SettingsTests {
  private func read(_ json: String) throws(EngineError) -> EngineSettings {
    let bytes = Array(json.utf8)
    return try bytes.withUnsafeBytes { bytes in
      Result { () throws(EngineError) in try EngineSettings(json: bytes, directory: "/etc/x") }
    }.get()
  }

  private func message(_ json: String) -> String {
    do throws(EngineError) {
      _ = try read(json)
      return ""
    } catch {
      return error.message
    }
  }

  @Test func readsEveryKey() throws {
    for key in NumberKey.all where key.name != "stream_low_watermark" {
      let value = key.range.upperBound
      #expect(try read("{\"\(key.name)\": \(value)}")[keyPath: key.path] == value * key.unit)
    }
    let streams = try read(#"{"stream_high_watermark": 4096, "max_body_bytes": 10}"#)
    #expect(streams.streamLow == 1_024 && streams.streamLimit == 32_768)
    #expect(streams.messageLimit == 125)
    let tls = try read(#"{"tls":{"certificate":"c.pem","key":"/k.pem","min_version":"1.3"}}"#).tls
    #expect(tls?.certificate == "/etc/x/c.pem" && tls?.key == "/k.pem")
    #expect(tls?.minimumVersion == .tls13)
    #expect(try read("{}").tls == nil)
  }

  @Test func namesTheKeyOfAMistake() {
    #expect(message("[]").contains("object"))
    #expect(message("{").contains("JSON"))
    #expect(message(#"{"max_body": 1}"#).contains("'max_body'"))
    #expect(message(#"{"max_headers": 0}"#).contains("max_headers: found 0"))
    #expect(message(#"{"idle_timeout_ms": "1s"}"#).contains("idle_timeout_ms"))
    #expect(message(#"{"tls": {"certificate": "c"}}"#).contains("tls.key"))
    #expect(
      message(#"{"tls": {"certificate": "c", "key": "k", "min_version": "1.1"}}"#).contains("1.1"))
    #expect(message(#"{"tls": {"cert": "c"}}"#).contains("tls.cert"))
    #expect(
      message(#"{"stream_high_watermark": 2000, "stream_low_watermark": 2000}"#).contains("less"))
    #expect(message(#"{"stream_limit": 2000}"#).contains("stream_limit: found 2000"))
  }

  @Test func describesEveryKey() {
    let schema = EngineSettings.schema()
    for key in NumberKey.all { #expect(schema.contains("\"\(key.name)\"")) }
    #expect(schema.contains("\"additionalProperties\":false"))
  }
}
