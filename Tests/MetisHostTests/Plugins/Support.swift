import Foundation
import MetisPluginAPI
import Synchronization
import Testing

@testable import MetisHost

/// A folder that is removed with its value.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "metis-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    return path + "/" + name
  }
}

/// Runs a program and returns its status and what it wrote.
func run(_ program: String, _ arguments: [String], input: String = "") throws -> (Int32, String) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  let output = Pipe()
  let feed = Pipe()
  process.standardOutput = output
  process.standardError = output
  process.standardInput = feed
  try process.run()
  feed.fileHandleForWriting.write(Data(input.utf8))
  try feed.fileHandleForWriting.close()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}

/// The faulty plugins, built once for the whole run.
enum FaultyPlugins {
  private static let folder: Result<TemporaryFolder, any Error> = Result {
    let folder = try TemporaryFolder()
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let (status, output) = try run(
      "/bin/sh", [root.appendingPathComponent("FaultyPlugins/build.sh").path, folder.path])
    guard status == 0 else { throw BuildFailure(output: output) }
    // A global is never released: the folder goes when the process ends.
    atexit {
      if let folder = try? FaultyPlugins.folder.get() {
        try? FileManager.default.removeItem(atPath: folder.path)
      }
    }
    return folder
  }

  struct BuildFailure: Error { let output: String }

  static func path(_ name: String) throws -> String { try folder.get().path + "/\(name).so" }

  static func bytes(_ name: String) throws -> [UInt8] { try PluginStore.read(try path(name)) }
}

/// A host without services.
final class BareContexts: PluginContextProvider {
  final class Handle: PluginContextHandle {
    let table: UnsafeMutablePointer<metis_host_v1>
    private(set) var log: [String] = []
    var isInvalid: Bool { log.last == "invalidate" }

    init() {
      table = .allocate(capacity: 1)
      table.initialize(
        to: metis_host_v1(
          size: UInt32(MemoryLayout<metis_host_v1>.size), abi: METIS_ABI_VERSION, context: nil,
          service: { _, _ in nil }))
    }

    deinit { table.deallocate() }

    var hostTable: UnsafePointer<metis_host_v1> { UnsafePointer(table) }
    func endTimers() { log.append("endTimers") }
    func invalidate() { log.append("invalidate") }
  }

  private(set) var handles: [Handle] = []

  func makeContext(
    id: String, grants: Set<String>, secrets: [String: String]
  ) -> any PluginContextHandle {
    let handle = Handle()
    handles.append(handle)
    return handle
  }
}

/// Records what the registry asks, makes one strategy instance a generation, and lets a test hold
/// tickets back.
final class FakeAdopter: GenerationAdopter {
  private(set) var log: [String] = []
  var refusal: PluginError?
  var holdsTickets = false
  private(set) var instances: [ObjectIdentifier: UnsafeMutableRawPointer] = [:]
  private var tickets: UInt64 = 0
  private(set) var current: PluginGeneration?

  final class Change: PreparedChange {
    let adopter: FakeAdopter
    let change: GenerationChange
    init(_ adopter: FakeAdopter, _ change: GenerationChange) {
      self.adopter = adopter
      self.change = change
    }
    func commit() {
      adopter.log.append("commit")
      adopter.current = change.incoming
    }
    func abandon() {
      adopter.log.append("abandon")
      if let incoming = change.incoming { adopter.destroy(incoming) }
    }
  }

  func prepare(_ change: GenerationChange) throws(PluginError) -> any PreparedChange {
    log.append(
      "prepare \(change.outgoing.map { String($0.number) } ?? "-")→"
        + (change.incoming.map { String($0.number) } ?? "-"))
    if let refusal { throw refusal }
    if let incoming = change.incoming, let table = incoming.strategy {
      var setup = metis_instance_v1()
      setup.size = UInt32(MemoryLayout<metis_instance_v1>.size)
      var instance: UnsafeMutableRawPointer?
      let slot = ErrorSlot()
      guard table.pointee.create(incoming.plugin, &setup, slot.pointer, &instance) == METIS_OK
      else { throw PluginError(.adoption, slot.text(code: METIS_FAILED)) }
      instances[ObjectIdentifier(incoming)] = instance
    }
    return Change(self, change)
  }

  func grace() -> UInt64 {
    tickets += 1
    return tickets
  }

  func hasPassed(_ ticket: UInt64) -> Bool { !holdsTickets }

  func retire(_ generation: PluginGeneration) {
    log.append("retire \(generation.number)")
    destroy(generation)
  }

  func destroy(_ generation: PluginGeneration) {
    if let instance = instances.removeValue(forKey: ObjectIdentifier(generation)) {
      generation.strategy?.pointee.destroy(instance)
    }
  }

  /// One call on `generation`; the JSON that it answers.
  func call(_ generation: PluginGeneration) -> String? {
    guard let instance = instances[ObjectIdentifier(generation)] else { return nil }
    return Answers.call(generation, instance: instance)
  }

  func clearLog() { log = [] }
}

/// A reply table that keeps the first answer of each call.
enum Answers {
  private static let answers = Mutex<[UInt64: String]>([:])
  private static let numbers = Atomic<UInt64>(1)

  static func call(
    _ generation: PluginGeneration, instance: UnsafeMutableRawPointer
  ) -> String? {
    var reply = metis_reply_v1()
    reply.size = UInt32(MemoryLayout<metis_reply_v1>.size)
    reply.complete = { call, _, parts, count in
      var text: [UInt8] = []
      for index in 0..<count {
        if let part = parts?[index] {
          text += UnsafeBufferPointer(start: part.bytes, count: part.count)
        }
      }
      let answer = String(decoding: text, as: UTF8.self)
      return Answers.answers.withLock { answers in
        guard answers[call] == nil else { return METIS_LATE }
        answers[call] = answer
        return METIS_OK
      }
    }
    var request = metis_request_v1()
    request.size = UInt32(MemoryLayout<metis_request_v1>.size)
    request.call = numbers.add(1, ordering: .relaxed).newValue
    let number = request.call
    let code = generation.strategy?.pointee.call(instance, &request, &reply)
    guard code == METIS_OK else { return nil }
    return answers.withLock { $0.removeValue(forKey: number) }
  }
}
