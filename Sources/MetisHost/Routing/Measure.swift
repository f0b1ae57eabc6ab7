import Glibc
import JSON
import MCP
public import MetisPluginAPI

import struct MetisConfig.ServerSettings

/// A host without sockets, threads and files, whose transport and strategy are tables of the
/// caller: what the benchmarks measure the request path with. Nothing that serves uses it.
///
/// The caller's transport receives the door of the host in `create`, as any transport does, and
/// brings messages in through it. One thread uses all of it.
public final class MeasuredHost {
  private let core: HostCore
  private let services: HostServices
  private let snapshot: Snapshot
  private let door: Door
  private let loop: Loop

  /// Builds a host with the tools `names`, all answered by the plugin that `table` and `descriptor`
  /// are. The plugin offers a strategy and a transport; both live as long as the process.
  public init(
    plugin table: metis_plugin_v1, tools names: [String]
  ) throws {
    let clock = SystemClock()
    let log = Log(clock: clock)
    services = HostServices(log: log, clock: clock)
    core = HostCore(
      clock: clock, log: log,
      sessions: SessionTable(identifiers: SystemIdentifiers(), idleLimit: .max, capacity: 1),
      workers: WorkerPool(maximum: 1), hosts: HostPolicy(isLoopbackOnly: true))
    let generation = try MeasuredHost.generation(table)
    try generation.initialise(
      with: services.makeContext(id: generation.id, grants: [], secrets: [:]))
    guard let strategy = generation.strategy else {
      throw PluginError(.adoption, "offers no strategy", plugin: generation.id)
    }
    let targets = names.map {
      Target(listing: .tool(ToolDefinition(name: $0)), seed: 1, timeout: 1_000_000_000)
    }
    let sets = try targets.map { target in
      InstanceSet(
        generation: generation, target: target, strategy: strategy,
        instances: [
          try MeasuredHost.instance(strategy, generation, target.name)
        ])
    }
    snapshot = Snapshot(
      number: 1, settings: ServerSettings(), targets: targets, instanceSets: sets, auths: [],
      filters: [],
      encoded: EncodedAnswers(
        server: ServerInfo(name: "metis", version: "0.1.0"),
        targets: targets))
    _ = core.publish(snapshot)
    door = try Door(
      kind: .mcp, generation: generation, core: core, administration: nil,
      config: Array("{}".utf8), directory: "/", listeners: [], loops: 1)
    guard let made = Loop(door: door, number: 0, core: core) else {
      throw PluginError(.adoption, "found no free loop")
    }
    loop = made
  }

  private static func generation(_ table: metis_plugin_v1) throws -> PluginGeneration {
    let descriptor = try PluginDescriptor(copying: table.descriptor)
    let meta = PluginMeta(
      abi: METIS_ABI_VERSION, flags: 0, containsSwift: true, needed: [])
    // The plugin is part of this program: there is no library that could be unmapped.
    let image = PluginImage(
      handle: UnsafeMutableRawPointer(mutating: UnsafeRawPointer(Replies.table)), meta: meta,
      table: table, descriptor: descriptor)
    return PluginGeneration(
      number: 1, source: "",
      stage: StagedLibrary(
        path: "", sha256: "", byteCount: 0, signature: .unchecked, signatureBytes: []),
      manifest: PluginManifest(bareLibrary: ""), image: image,
      lifecycle: PluginLifecycle(foundAt: 0))
  }

  private static func instance(
    _ strategy: UnsafePointer<metis_strategy_v1>, _ generation: PluginGeneration, _ name: String
  ) throws -> Instance {
    var error = metis_error_v1.empty
    var made: UnsafeMutableRawPointer?
    let code = name.withSlice { name in
      var setup = metis_instance_v1()
      setup.size = UInt32(MemoryLayout<metis_instance_v1>.size)
      setup.kind = METIS_KIND_TOOL
      setup.target = name
      setup.config = metis_slice_v1("{}")
      setup.definition = metis_slice_v1("{}")
      return strategy.pointee.create(generation.plugin, &setup, &error, &made)
    }
    guard code == METIS_OK else {
      throw PluginError(.adoption, "create failed: \(error.message)", plugin: generation.id)
    }
    return Instance(pointer: made)
  }

  /// Whether the router finds a tool of this name.
  public func hasRoute(_ name: UnsafeRawBufferPointer) -> Bool { snapshot.route(name) != nil }

  /// Calls a tool as a request does and answers by the transport: through the strategy's table,
  /// whose `call` ends by the table of replies.
  public func callThroughTables(_ name: UnsafeRawBufferPointer) {
    loop.entered {
      guard let route = snapshot.route(name) else { return }
      _ = try? loop.call(
        route, name: metis_slice_v1(name), arguments: metis_slice_v1("{}"),
        answerer: .exchange(1, isFrame: false), nesting: 0, deadline: .max
      ) { MeasuredHost.fill($0) }
    }
  }

  /// The same without an ABI: `strategy` is called as a function of this program and its answer,
  /// a whole result, is delivered where it returns.
  public func callDirectly(
    _ name: UnsafeRawBufferPointer,
    _ strategy: (UnsafeMutableRawPointer?, borrowing metis_request_v1) -> UnsafeRawBufferPointer
  ) {
    loop.entered {
      guard let route = snapshot.route(name), let instances = route.pointee.instances,
        let opened = loop.calls.open()
      else { return }
      opened._withUnsafeGuaranteedRef { call in
        let target = route.pointee.target
        call.answerer = .exchange(1, isFrame: false)
        call.target = target
        call.instances = instances
        call.nesting = 0
        let givenSeed = MeasuredHost.fill(call)
        let request = target._withUnsafeGuaranteedRef { target in
          let ordinal = target.ordinal.wrappingAdd(1, ordering: .relaxed).oldValue
          var request = metis_request_v1()
          request.size = UInt32(MemoryLayout<metis_request_v1>.size)
          request.kind = METIS_KIND_TOOL
          request.call = call.token
          request.target = metis_slice_v1(name)
          request.arguments = metis_slice_v1("{}")
          request.seed = givenSeed ?? target.callSeed(ordinal)
          request.ordinal = ordinal
          request.deadline = .max
          return request
        }
        instances._withUnsafeGuaranteedRef { instances in
          guard let instance = instances.acquire(hint: 0) else { return }
          let answer = strategy(instance._withUnsafeGuaranteedRef { $0.pointer }, request)
          instances.release(instance)
          _ = loop.finish(opened, call, shape: METIS_SHAPE_RESULT, answer)
        }
      }
    }
  }

  @inline(__always)
  private static func fill(_ call: Call) -> UInt64? {
    call.revision = .newest
    call.id = metis_slice_v1("7").raw
    call.session = nil
    return nil
  }
}
