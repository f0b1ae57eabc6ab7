import Foundation
import MetisPluginAPI
import Testing

@testable import MetisHost

struct CoreTableTests {
  private let test = TestServices()
  private let core = FakeCore()

  private func plugin() -> PluginView {
    test.services.hooks = core
    return PluginView(test.services)
  }

  @Test func call() {
    let plugin = plugin()
    let results = Locked<[String]>([])
    func call(
      _ kind: UInt32, _ target: [UInt8], _ arguments: String, parent: UInt64 = 1
    ) -> Int32 {
      withBytes(target) { target in
        metis_slice_v1.withText(arguments) {
          plugin.call.call(
            plugin.host, parent, kind, target, $0,
            { user, code, result in
              Unmanaged<Locked<[String]>>.fromOpaque(user!).takeUnretainedValue().withLock {
                $0.append("\(code) \(result.checkedText()!)")
              }
            }, Unmanaged.passUnretained(results).toOpaque())
        }
      }
    }
    let name = Array("weather".utf8)
    #expect(call(METIS_KIND_TOOL, name, " {\"a\": 1} ") == METIS_OK)
    #expect(call(METIS_KIND_PROMPT, name, "") == METIS_OK)
    #expect(call(METIS_KIND_TOOL, name, "{}", parent: 2) == METIS_LATE)
    #expect(call(0, name, "{}") == METIS_INVALID)
    #expect(call(4, name, "{}") == METIS_INVALID)
    #expect(call(METIS_KIND_TOOL, [], "{}") == METIS_INVALID)
    #expect(call(METIS_KIND_TOOL, [0xc3], "{}") == METIS_INVALID)
    #expect(call(METIS_KIND_TOOL, [UInt8](repeating: 65, count: 8193), "{}") == METIS_INVALID)
    for arguments in ["[]", "1", "{", "{\"a\":1}x"] {
      #expect(call(METIS_KIND_TOOL, name, arguments) == METIS_INVALID)
    }
    #expect(
      withBytes(name) {
        plugin.call.call(plugin.host, 1, METIS_KIND_TOOL, $0, nullSlice, { _, _, _ in }, nil)
      } == METIS_INVALID)
    #expect(
      withBytes(name) {
        plugin.call.call(plugin.host, 1, METIS_KIND_TOOL, $0, emptySlice, nil, nil)
      } == METIS_INVALID)
    #expect(
      core.events.withLock { $0 } == [
        "org.example.test calls 1 weather {\"a\": 1}", "org.example.test calls 3 weather {}",
      ])
    #expect(results.withLock { $0 } == ["0 {\"echo\":{\"a\": 1}}", "0 {\"echo\":{}}"])
  }

  @Test func notify() {
    let plugin = plugin()
    let notify = plugin.notify
    #expect(notify.list_changed(plugin.host, METIS_KIND_RESOURCE) == METIS_OK)
    #expect(notify.list_changed(plugin.host, 0) == METIS_INVALID)
    metis_slice_v1.withText("file:///a") {
      #expect(notify.resource_updated(plugin.host, $0) == METIS_OK)
    }
    #expect(notify.resource_updated(plugin.host, emptySlice) == METIS_INVALID)
    #expect(notify.resource_updated(plugin.host, nullSlice) == METIS_INVALID)
    #expect(withBytes([0xff]) { notify.resource_updated(plugin.host, $0) } == METIS_INVALID)
    #expect(core.events.withLock { $0 } == ["list 2", "updated file:///a"])
    test.services.hooks = nil
    #expect(notify.list_changed(plugin.host, METIS_KIND_TOOL) == METIS_UNSUPPORTED)
  }

  private func compile(
    _ plugin: PluginView, _ language: String, _ source: [UInt8]
  ) -> (code: Int32, program: UInt64, text: String) {
    var program: UInt64 = 0
    var error = metis_error_v1()
    error.size = UInt32(MemoryLayout<metis_error_v1>.size)
    let code = metis_slice_v1.withText(language) { language in
      withBytes(source) { source in
        metis_slice_v1.withText("greeting") { name in
          plugin.engine.compile(plugin.host, language, name, source, &error, &program)
        }
      }
    }
    let text = withUnsafeBytes(of: &error.text) {
      String(decoding: $0.prefix(Int(error.length)), as: UTF8.self)
    }
    return (code, program, text)
  }

  private func evaluate(_ plugin: PluginView, _ program: UInt64) -> (code: Int32, text: String) {
    collecting { sink in
      metis_slice_v1.withText("{}") {
        plugin.engine.evaluate(plugin.host, program, $0, 42, sink, nil)
      }
    }
  }

  @Test func engine() {
    let plugin = plugin()
    let other = PluginView(test.services, id: "org.example.other")
    let compiled = compile(plugin, "echo", Array("hello".utf8))
    #expect(compiled.code == METIS_OK && compiled.program != 0)
    #expect(core.holds.value == 1 && core.programs.value == 1)
    #expect(evaluate(plugin, compiled.program) == (METIS_OK, "hello {} 42"))
    #expect(evaluate(other, compiled.program) == (METIS_NOT_FOUND, ""))
    other.engine.release(other.host, compiled.program)
    #expect(evaluate(plugin, compiled.program).code == METIS_OK)
    #expect(
      plugin.engine.evaluate(plugin.host, compiled.program, emptySlice, 0, nil, nil)
        == METIS_INVALID)
    plugin.engine.release(plugin.host, compiled.program)
    plugin.engine.release(plugin.host, compiled.program)
    #expect(evaluate(plugin, compiled.program) == (METIS_NOT_FOUND, ""))
    #expect(core.holds.value == 0 && core.programs.value == 0)
    #expect(test.services.programs.count == 0)
  }

  @Test func engineErrors() {
    let plugin = plugin()
    let unknown = compile(plugin, "cobol", [])
    #expect(unknown.code == METIS_NOT_FOUND && unknown.text.contains("\"cobol\""))
    let bad = compile(plugin, "echo", Array("bad".utf8))
    #expect(bad.code == METIS_INVALID && bad.text == "line 1: \"bad\" is no program")
    let none = compile(plugin, "echo", Array("none".utf8))
    #expect(none.code == METIS_FAILED && none.text.contains("no program"))
    #expect(compile(plugin, "", []).code == METIS_INVALID)
    #expect(compile(plugin, "echo", [0xff]).code == METIS_INVALID)
    core.breakEngine()
    #expect(compile(plugin, "echo", Array("x".utf8)).code == METIS_UNSUPPORTED)
    #expect(core.holds.value == 0 && test.services.programs.count == 0)
    test.services.hooks = nil
    #expect(compile(plugin, "echo", []).code == METIS_UNSUPPORTED)
  }

  @Test func aProgramThatIsReleasedWhileItRunsEndsAfterwards() {
    let plugin = plugin()
    let program = compile(plugin, "echo", Array("x".utf8)).program
    let inside = Locked<[Int]>([])
    // The sink's `write` stands for another thread: it releases in the middle of `evaluate`.
    let write = { [core] in
      plugin.engine.release(plugin.host, program)
      inside.withLock { $0.append(core.programs.value) }
    }
    let code = withUnsafePointer(to: write) { place in
      var sink = metis_sink_v1(
        size: UInt32(MemoryLayout<metis_sink_v1>.size), reserved: 0,
        context: UnsafeMutableRawPointer(mutating: place),
        write: { context, _ in
          context!.assumingMemoryBound(to: (() -> Void).self).pointee()
          return METIS_OK
        })
      return plugin.engine.evaluate(plugin.host, program, emptySlice, 0, &sink, nil)
    }
    #expect(code == METIS_OK)
    #expect(inside.withLock { $0 } == [1])
    #expect(core.programs.value == 0 && core.holds.value == 0)
  }

  @Test func aProgramOfAContextThatEndsMeanwhileIsReleased() {
    let plugin = plugin()
    let engine = plugin.engine
    core.whenEngineIsSought.withLock { $0 = { [context = plugin.context] in context.invalidate() } }
    var program: UInt64 = 0
    let code = metis_slice_v1.withText("echo") {
      engine.compile(plugin.host, $0, $0, $0, nil, &program)
    }
    #expect(code == METIS_LATE)
    #expect(core.programs.value == 0 && core.holds.value == 0)
    #expect(test.services.programs.count == 0)
  }

  @Test func programsEndWithTheirPlugin() {
    let plugin = plugin()
    for _ in 0..<5 { #expect(compile(plugin, "echo", Array("x".utf8)).code == METIS_OK) }
    #expect(core.holds.value == 5)
    plugin.context.invalidate()
    #expect(core.holds.value == 0 && core.programs.value == 0)
    #expect(test.services.programs.count == 0)
  }

  @Test func programsOfAPluginAreBounded() {
    let plugin = plugin()
    for _ in 0..<EnginePrograms.limitPerContext {
      guard compile(plugin, "echo", [65]).code == METIS_OK else {
        Issue.record("refused early")
        break
      }
    }
    let refused = compile(plugin, "echo", [65])
    #expect(refused.code == METIS_LIMIT && refused.text.contains("10000 programs"))
    plugin.context.invalidate()
    #expect(core.holds.value == 0)
  }

  @Test func errorTextIsCutBetweenScalars() {
    var error = metis_error_v1()
    error.size = UInt32(MemoryLayout<metis_error_v1>.size)
    error.fill(METIS_FAILED, "a" + String(repeating: "é", count: 1000))
    #expect(error.code == METIS_FAILED && error.length == 1007)
    error.size = 8
    error.fill(METIS_LIMIT, "x")
    #expect(error.code == METIS_FAILED)
  }
}

extension metis_error_v1 {
  fileprivate mutating func fill(_ code: Int32, _ text: String) {
    withUnsafeMutablePointer(to: &self) { $0.fill(code, text) }
  }
}
