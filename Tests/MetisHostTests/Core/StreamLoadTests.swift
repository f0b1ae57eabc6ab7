import Foundation
import JSON
import Testing

@testable import MetisHost

/// Many streams at once, half of them with readers that are slow: everything arrives, in order and
/// once, and what waits is bounded.
@Suite struct StreamLoadTests {
  private static let streams = 1000
  private static let messages = 1000

  /// Nobody else's memory is measured: this suite was asked for by name.
  private static let isAlone = CommandLine.arguments.contains { $0.contains("StreamLoadTests") }

  /// Bytes that wait in the host, beyond the transport's queues.
  private static func waiting(_ host: TestHost) -> Int {
    let sum = Locked(0)
    let left = Locked(2)
    let counted = Gate()
    host.host.control.sync {
      for door in host.host.doors {
        door.onLoops { loop in
          let bytes = loop.streams.values.reduce(0) { $0 + $1.byteCount }
          sum.withLock { $0 += bytes }
          let isLast = left.withLock { left in
            left -= 1
            return left == 0
          }
          if isLast { counted.open() }
        }
      }
    }
    counted.wait()
    return sum.withLock { $0 }
  }

  /// Resident bytes of the process.
  private static func resident() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    return Int(text.split(separator: " ")[1])! * 4096
  }

  @Test func aThousandStreamsOfAThousandMessages() throws {
    let host = try TestHost(
      plugins: ["streamer-async"],
      tools: [
        .init(
          name: "flood-\(StreamLoadTests.messages)", strategy: "streamer-async",
          timeout: 300_000)
      ],
      // Other tests take the machine's time: nobody is late here.
      more: "[server.streams]\nstall_timeout_sec = 600", loops: 2)
    let before = try StreamLoadTests.resident()
    let name = "flood-\(StreamLoadTests.messages)"
    let exchanges = (0..<StreamLoadTests.streams).map { number in
      host.door.http(
        TestHost.body(name, id: "\(number)"),
        TestHost.modernFields + [("Mcp-Method", "tools/call"), ("Mcp-Name", name)],
        loop: number % 2,
        reader: TestReader(high: 16384, limit: 131_072, isCounting: true, isSlow: number % 2 == 1))
    }
    var peak = 0
    var waiting = 0
    let deadline = Date() + 240
    while exchanges.contains(where: { !$0.now.hasEnded }), Date() < deadline {
      for exchange in exchanges where exchange.now.wantsWritable { exchange.read() }
      peak = max(peak, try StreamLoadTests.resident())
      waiting = max(waiting, StreamLoadTests.waiting(host))
      usleep(5000)
    }
    for (number, exchange) in exchanges.enumerated() {
      let count = exchange.now.counter
      #expect(count.messages == StreamLoadTests.messages + 1, "stream \(number)")
      #expect(count.isOrdered && exchange.now.hasEnded, "stream \(number)")
    }
    #expect(host.open() == Census())
    // A producer that is told to wait has handed over no more than the message in its hand.
    #expect(waiting < StreamLoadTests.streams * 1024)
    if StreamLoadTests.isAlone { #expect(peak < 100 << 20, "\((peak - before) >> 20) MB more") }
    host.stop()
  }
}
