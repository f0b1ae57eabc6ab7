import Glibc
import MetisPluginAPI
import Synchronization
import Testing

/// A host of one framed peer.
final class FrameHost: @unchecked Sendable {
  struct Events {
    var messages: [String] = []
    var ended = 0
    var drained = 0
    var polls = 0
    var results: [Int32] = []
    var writable = 0
  }

  let events = Mutex(Events())
  let table = UnsafeMutablePointer<metis_host_transport_v1>.allocate(capacity: 1)
  var transport: UnsafePointer<metis_transport_v1>?
  var instance: UnsafeMutableRawPointer?

  init() {
    table.initialize(
      to: metis_host_transport_v1(
        size: UInt32(MemoryLayout<metis_host_transport_v1>.size), reserved: 0,
        attach: { _, _ in METIS_OK }, detach: { _, _ in },
        receive: { context, _, message in
          guard let message = message?.pointee, message.kind == METIS_MESSAGE_FRAME else { return }
          let host = FrameHost.from(context)
          let text = String(message.body)
          if text == "flood" || text == "finish" { return host.run(text, message.exchange) }
          let result = host.send(text == "two lines" ? "a\nb" : "<" + text + ">", message.exchange)
          host.events.withLock {
            $0.messages.append(text)
            $0.results.append(result)
          }
        },
        closed: { _, _, _ in },
        writable: { context, _, _ in FrameHost.from(context).events.withLock { $0.writable += 1 } },
        poll: { context, _, _ in
          FrameHost.from(context).events.withLock { $0.polls += 1 }
          return UInt64.max
        },
        drained: { FrameHost.from($0).events.withLock { $0.drained += 1 } },
        ended: { FrameHost.from($0).events.withLock { $0.ended += 1 } }))
  }

  deinit { table.deallocate() }

  private static func from(_ context: UnsafeMutableRawPointer?) -> FrameHost {
    Unmanaged<FrameHost>.fromOpaque(context!).takeUnretainedValue()
  }

  /// `flood` sends lines of 8 KiB until one is not taken, whatever the transport says; `finish`
  /// closes.
  private func run(_ text: String, _ exchange: UInt64) {
    var results: [Int32] = []
    if text == "flood" {
      let line = String(repeating: "f", count: 8_191)
      while results.last != METIS_LIMIT { results.append(send(line, exchange)) }
    } else {
      results = [
        send("last", exchange), transport!.pointee.finish(instance, exchange),
        send("late", exchange), transport!.pointee.finish(instance, exchange),
      ]
    }
    events.withLock {
      $0.messages.append(text)
      $0.results += results
    }
  }

  func send(_ text: String, _ exchange: UInt64) -> Int32 {
    withSlice(text) { slice in
      withUnsafePointer(to: slice) { part in
        var head = metis_response_v1()
        head.parts = part
        head.part_count = 1
        return transport!.pointee.respond(instance, exchange, &head)
      }
    }
  }
}

@Suite(.serialized, .timeLimit(.minutes(1))) struct StdioTests {
  /// An instance between two pipes.
  private final class Fixture {
    let plugin: LoadedPlugin
    let host = FrameHost()
    private(set) var input: Int32 = -1
    private(set) var output: Int32 = -1
    private var theirs: [Int32] = []

    init(limit: Int = 4096, input file: Int32? = nil) throws {
      plugin = try LoadedPlugin("StdioTransport")
      var toPlugin: [Int32] = [0, 0]
      var fromPlugin: [Int32] = [0, 0]
      try #require(pipe(&toPlugin) == 0 && pipe(&fromPlugin) == 0)
      input = toPlugin[1]
      output = fromPlugin[0]
      theirs = [toPlugin[0], fromPlugin[1]]
      let json =
        #"{"max_line_bytes": \#(limit), "input_fd": \#(file ?? toPlugin[0]), "output_fd": \#(fromPlugin[1])}"#
      let made = plugin.create(
        json, host: host.table, context: Unmanaged.passUnretained(host).toOpaque(),
        out: &host.instance)
      try #require(made.code == METIS_OK, "\(made.text)")
      host.transport = plugin.transport
      try #require(plugin.transport.pointee.start(host.instance, nil) == METIS_OK)
    }

    func write(_ text: String) {
      let bytes = Array(text.utf8)
      var place = 0
      while place < bytes.count {
        let count = bytes.withUnsafeBytes {
          Glibc.write(input, $0.baseAddress! + place, bytes.count - place)
        }
        if count <= 0 { return }
        place += count
      }
    }

    func closeInput() {
      close(input)
      input = -1
    }

    /// Reads `count` lines, or fewer where nothing comes for five seconds.
    func lines(_ count: Int) -> [String] {
      var bytes: [UInt8] = []
      var ends = 0
      while ends < count {
        var wait = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, 5_000) == 1 else { break }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let got = read(output, &buffer, buffer.count)
        if got <= 0 { break }
        bytes += buffer[0..<got]
        for byte in buffer[0..<got] where byte == 10 { ends += 1 }
      }
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    func stop() {
      plugin.transport.pointee.destroy(host.instance)
      for fd in theirs + [input, output] where fd >= 0 { close(fd) }
    }
  }

  @Test func describesItself() throws {
    let plugin = try LoadedPlugin("StdioTransport")
    #expect(String(plugin.descriptor.id) == "dev.metis.transport.stdio")
    #expect(String(plugin.descriptor.provides[0]) == "stdio")
    #expect(plugin.transport.pointee.flags == 0)
    let schema = String(plugin.config.pointee.schema(plugin.plugin, METIS_SECTION_TRANSPORT))
    #expect(schema.contains("max_line_bytes") && schema.hasSuffix("}}}"))
    var instance: UnsafeMutableRawPointer?
    let host = FrameHost()
    for (json, key) in [
      (#"{"max_line_bytes": 0}"#, "max_line_bytes"), (#"{"x": 0}"#, "'x'"),
      (#"{"input_fd": 99999}"#, "input_fd"),
    ] {
      let made = plugin.create(json, host: host.table, context: nil, out: &instance)
      #expect(made.code == METIS_INVALID && made.text.contains(key))
    }
  }

  @Test func framesLines() throws {
    let fixture = try Fixture()
    fixture.write("{\"a\":1}\n\n{\"b\":2}\r\nhal")
    #expect(fixture.lines(2) == ["<{\"a\":1}>", "<{\"b\":2}>"])
    fixture.write("f\ntwo lines\nlast")
    #expect(fixture.lines(1) == ["<half>"])
    #expect(fixture.host.events.withLock { $0.ended } == 0)
    fixture.closeInput()
    // A last line without its end counts, then the host is told.
    #expect(fixture.lines(1) == ["<last>"])
    #expect(eventually { fixture.host.events.withLock { $0.ended } == 1 })
    #expect(fixture.host.events.withLock { $0.results } == [0, 0, 0, METIS_INVALID, 0])
    // Answers still go out after the end of input.
    #expect(fixture.host.events.withLock { $0.messages.count } == 5)
    fixture.stop()
  }

  @Test func skipsLinesThatAreTooLong() throws {
    let fixture = try Fixture(limit: 100)
    let exact = String(repeating: "e", count: 100)
    fixture.write(String(repeating: "x", count: 101) + "\n" + exact + "\r\n")
    fixture.write(String(repeating: "y", count: 50_000) + "\nok\n")
    #expect(fixture.lines(2) == ["<\(exact)>", "<ok>"])
    fixture.stop()
  }

  @Test func carriesLargeMessagesBothWays() throws {
    let fixture = try Fixture(limit: 4 << 20)
    let large = String(repeating: "z", count: 3 << 20)
    let writer = JoinedThread { fixture.write(large + "\nsmall\n") }
    let lines = fixture.lines(2)
    writer.join()
    #expect(
      lines.count == 2 && lines[0].utf8.count == large.utf8.count + 2 && lines[1] == "<small>")
    fixture.stop()
  }

  @Test func endsWhileTheReaderIsStuck() throws {
    let fixture = try Fixture(limit: 4 << 20)
    fixture.write(String(repeating: String(repeating: "z", count: 1_000) + "\n", count: 60))
    fixture.write(String(repeating: String(repeating: "z", count: 1_000) + "\n", count: 60))
    usleep(100_000)
    fixture.stop()
    #expect(fixture.host.events.withLock { !$0.messages.isEmpty })
  }

  @Test func tellsWhenTheReaderIsGone() throws {
    let fixture = try Fixture()
    close(fixture.output)
    fixture.write("a\n")
    // The pipe's other reading end is gone: EPIPE, and no signal.
    #expect(eventually { fixture.host.events.withLock { $0.ended } == 1 })
    fixture.plugin.transport.pointee.destroy(fixture.host.instance)
  }

  @Test func readsAFile() throws {
    let path = "/tmp/metis-stdio-\(getpid())"
    let file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    try #require(file >= 0)
    unlink(path)
    _ = write(file, "one\ntwo", 7)
    lseek(file, 0, SEEK_SET)
    let fixture = try Fixture(input: file)
    #expect(fixture.lines(2) == ["<one>", "<two>"])
    #expect(eventually { fixture.host.events.withLock { $0.ended } == 1 })
    fixture.stop()
    close(file)
  }

  @Test func drainsAtTheEndOfALine() throws {
    let fixture = try Fixture()
    fixture.write("one\ntw")
    #expect(fixture.lines(1) == ["<one>"])
    usleep(50_000)
    fixture.plugin.transport.pointee.drain(fixture.host.instance, UInt64.max, 0)
    usleep(50_000)
    #expect(fixture.host.events.withLock { $0.drained } == 0)
    fixture.write("o\nthree\n")
    #expect(fixture.lines(1) == ["<two>"])
    #expect(eventually { fixture.host.events.withLock { $0.drained } == 1 })
    usleep(50_000)
    // What follows the line is left for a successor.
    #expect(fixture.host.events.withLock { $0.messages } == ["one", "two"])
    fixture.stop()
  }

  @Test func holdsBackForASlowReader() throws {
    let fixture = try Fixture(limit: 4 << 20)
    fixture.write("flood\n")
    #expect(eventually { fixture.host.events.withLock { !$0.results.isEmpty } })
    let results = fixture.host.events.withLock { $0.results }
    #expect(results.first == METIS_OK && results.last == METIS_LIMIT)
    // From the high watermark, 32 KiB, to the limit, 256 KiB.
    let busy = results.filter { $0 == METIS_BUSY }.count
    #expect(busy >= 27 && busy <= 29)
    #expect(fixture.host.events.withLock { $0.writable } == 0)
    let lines = fixture.lines(results.count - 1)
    #expect(lines.count == results.count - 1 && lines.allSatisfy { $0.utf8.count == 8_191 })
    #expect(eventually { fixture.host.events.withLock { $0.writable } == 1 })
    fixture.write("on\n")
    #expect(fixture.lines(1) == ["<on>"])
    #expect(fixture.host.events.withLock { $0.writable } == 1)
    fixture.stop()
  }

  /// Who sends and does not read is not read from: nothing is refused, lost or reordered.
  @Test func stopsReadingWhoDoesNotRead() throws {
    let fixture = try Fixture()
    let texts = (0..<2_000).map { "\($0)" + String(repeating: ".", count: 500) }
    let writer = JoinedThread { fixture.write(texts.joined(separator: "\n") + "\n") }
    usleep(200_000)
    #expect(fixture.host.events.withLock { $0.messages.count } < 400)
    let lines = fixture.lines(2_000)
    writer.join()
    let isInOrder = lines == texts.map { "<" + $0 + ">" }
    #expect(isInOrder)
    #expect(fixture.host.events.withLock { !$0.results.contains(METIS_LIMIT) })
    fixture.stop()
  }

  @Test func finishesInOrder() throws {
    let fixture = try Fixture()
    fixture.write("finish\nnever\n")
    #expect(fixture.lines(1) == ["last"])
    #expect(eventually { fixture.host.events.withLock { $0.ended } == 1 })
    #expect(
      fixture.host.events.withLock { $0.results } == [METIS_OK, METIS_OK, METIS_LATE, METIS_LATE])
    #expect(fixture.host.events.withLock { $0.messages } == ["finish"])
    fixture.stop()
  }

  @Test func checksItsWatermarks() throws {
    let plugin = try LoadedPlugin("StdioTransport")
    let host = FrameHost()
    var instance: UnsafeMutableRawPointer?
    for json in [
      #"{"stream_high_watermark": 2000, "stream_low_watermark": 2000}"#,
      #"{"stream_limit": 2000}"#,
    ] {
      let made = plugin.create(json, host: host.table, context: nil, out: &instance)
      #expect(made.code == METIS_INVALID && made.text.contains("stream_limit"))
    }
  }

  @Test func wakes() throws {
    let fixture = try Fixture()
    let before = fixture.host.events.withLock { $0.polls }
    fixture.plugin.transport.pointee.wake(fixture.host.instance, 0)
    #expect(eventually { fixture.host.events.withLock { $0.polls } > before })
    fixture.stop()
  }
}
