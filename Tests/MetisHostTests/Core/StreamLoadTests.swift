import Foundation
import JSON
import Testing

@testable import MetisHost

/// Many streams at once, half of them with readers that are slow: everything arrives, in order and
/// once, and what waits is bounded.
@Suite struct StreamLoadTests {
  private static let streams = 1000
  private static let messages = 1000

  /// Resident bytes of the process.
  private static func resident() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    return Int(text.split(separator: " ")[1])! * 4096
  }

  @Test func aThousandStreamsOfAThousandMessages() throws {
    let host = try TestHost(
      plugins: ["streamer-async"],
      tools: [.init(name: "flood-\(StreamLoadTests.messages)", strategy: "streamer-async",
        timeout: 120_000)], loops: 2)
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
    let deadline = Date() + 120
    while exchanges.contains(where: { !$0.now.hasEnded }), Date() < deadline {
      for exchange in exchanges where exchange.now.wantsWritable { exchange.read() }
      peak = max(peak, try StreamLoadTests.resident())
      usleep(5000)
    }
    for (number, exchange) in exchanges.enumerated() {
      let count = exchange.now.counter
      #expect(count.messages == StreamLoadTests.messages + 1, "stream \(number)")
      #expect(count.isOrdered && exchange.now.hasEnded, "stream \(number)")
    }
    #expect(host.open() == Census())
    print("streams: \((peak - before) >> 20) MB more than \(before >> 20) MB at the peak")
    #expect(peak - before < 100 << 20)
    host.stop()
  }
}
