import CBarrier
import JSON
import MetisPluginAPI
import Synchronization

/// What the admin endpoint asks for. Control thread only.
extension Host: AdminOperations {
  func plugins() -> JSONValue { ["plugins": .array(registry.all.map { PluginReport.summary($0) })] }

  func plugin(_ id: String) throws(Problem) -> JSONValue {
    do {
      return PluginReport.full(try registry.status(id))
    } catch {
      throw Problem(error)
    }
  }

  func swap(
    _ id: String, path: String, signature: String?, sha256: String?
  ) throws(Problem) -> JSONValue {
    let request = SwapRequest(path: path, signature: signature, sha256: sha256)
    return try outcome { () throws(PluginError) in try registry.swap(id, request) }
  }

  func rollback(_ id: String) throws(Problem) -> JSONValue {
    try outcome { () throws(PluginError) in try registry.rollback(id) }
  }

  func enable(_ id: String) throws(Problem) -> JSONValue {
    try outcome { () throws(PluginError) in try registry.enable(id) }
  }

  func disable(_ id: String) throws(Problem) -> JSONValue {
    do {
      try registry.disable(id)
      return PluginReport.summary(try registry.status(id))
    } catch {
      throw Problem(error)
    }
  }

  private func outcome(
    _ change: () throws(PluginError) -> SwapOutcome
  ) throws(Problem) -> JSONValue {
    do {
      let outcome = try change()
      log.info(
        "plugin replaced",
        [
          "plugin": .string(outcome.id), "generation": .int(outcome.newNumber),
          "version": .string(outcome.newVersion.description),
        ])
      return PluginReport.outcome(outcome)
    } catch {
      log.warn("a change of a plugin was refused: \(error.description)")
      throw Problem(error)
    }
  }

  func reload() throws(Problem) -> JSONValue {
    do {
      return try reloadAll()
    } catch {
      throw error.problem
    }
  }

  func generations() -> JSONValue {
    let status = registry.status
    let list = registry.all.flatMap { plugin in
      plugin.generations.map { PluginReport.generation($0, of: plugin) }
    }
    return [
      "generations": .array(list),
      "mapped": [
        "images": JSONValue(status.mappedImages), "bytes": JSONValue(status.mappedBytes),
        "limit": JSONValue(status.mappedLimit),
      ],
      "draining": JSONValue(status.draining),
      "copies": [
        "bytes": JSONValue(status.bytesOnDisk), "directory": .string(status.storeDirectory),
      ],
    ]
  }

  func stats() -> JSONValue {
    [
      "configuration": JSONValue(Int(composition.snapshot.number)),
      "tools": JSONValue(composition.configuration.tools.count),
      "resources": JSONValue(composition.configuration.resources.count),
      "prompts": JSONValue(composition.configuration.prompts.count),
      "sessions": JSONValue(core.sessions.count), "loops": JSONValue(loopCount),
      "seed": .number(JSONNumber(Int64(seed & 0x7FFF_FFFF_FFFF_FFFF))),
      "calls": .object(
        JSONObject(
          composition.snapshot.targets.map { target in
            (
              target.kind == .tool ? target.name : "\(target.kind):\(target.name)",
              JSONValue(Int(target.ordinal.load(ordering: .relaxed)))
            )
          })),
      "plugins": JSONValue(registry.active.count),
      "uptime_seconds": JSONValue(Int((clock.monotonic - reloads.startedAt) / 1_000_000_000)),
      "requests": JSONValue(
        composition.snapshot.targets.reduce(0) {
          $0 + Int($1.ordinal.load(ordering: .relaxed))
        }),
      "reloads": [
        "active": JSONValue(reloads.succeeded), "unchanged": JSONValue(reloads.unchanged),
        "failed": JSONValue(reloads.failed),
      ],
      "resident_bytes": JSONValue(Host.residentBytes),
    ]
  }

  func metrics() -> [UInt8] { services.metrics.exposition() }

  func journal(
    _ request: JournalRequest, reply: @escaping @Sendable (Result<JSONValue, Problem>) -> Void
  ) {
    if case .clear = request {
      return core.journal.clear(control) { reply(.success(["cleared": true])) }
    }
    guard composition.configuration.journal.isEnabled else {
      return reply(
        .failure(
          Problem(
            .conflict, "the journal is off: remove enabled = false from [journal] and reload")))
    }
    core.journal.collect(control) { entries in
      reply(Result { () throws(Problem) in try request.answer(entries) })
    }
  }

  func reset(reply: @escaping @Sendable (Result<JSONValue, Problem>) -> Void) {
    for target in composition.snapshot.targets { target.ordinal.store(0, ordering: .relaxed) }
    services.state.removeAll()
    core.journal.clear(control) { reply(.success(["reset": true])) }
  }

  func forward(
    _ id: String, verb: String, path: String, body: [UInt8],
    reply: @escaping @Sendable (Result<(status: Int, body: [UInt8]), Problem>) -> Void
  ) {
    guard let generation = registry.generation(id) else {
      return reply(.failure(Problem(.notFound, "no active plugin has the id \"\(id)\"")))
    }
    guard let table = generation.admin else {
      return reply(
        .failure(Problem(.notFound, "\(id) has no endpoint of its own (\(METIS_ADMIN_V1))")))
    }
    generation.calls.wrappingAdd(1, ordering: .relaxed)
    let request = PluginAdminRequest(
      generation: generation, table: table, verb: verb, path: path, body: body)
    if !core.workers.submit({ _ in reply(request.run()) }) {
      generation.calls.wrappingSubtract(1, ordering: .releasing)
      reply(.failure(Problem(.unavailable, "all workers are busy; try again later")))
    }
  }
}

/// A request to a plugin's own admin endpoint, on its way to a worker.
private final class PluginAdminRequest: @unchecked Sendable {
  private let generation: PluginGeneration
  private let table: UnsafePointer<metis_admin_v1>
  private let verb: String
  private let path: String
  private let body: [UInt8]

  init(
    generation: PluginGeneration, table: UnsafePointer<metis_admin_v1>, verb: String,
    path: String, body: [UInt8]
  ) {
    self.generation = generation
    self.table = table
    self.verb = verb
    self.path = path
    self.body = body
  }

  /// Asks the plugin. [worker-thread]
  func run() -> Result<(status: Int, body: [UInt8]), Problem> {
    defer { generation.calls.wrappingSubtract(1, ordering: .releasing) }
    let buffer = BoundedBuffer(limit: 16 << 20)
    var status: UInt32 = 200
    var error = metis_error_v1.empty
    let code = verb.withSlice { verb in
      path.withSlice { path in
        body.withSlice { body in
          buffer.withSink { sink in
            metis_barrier_admin(
              table.pointee.handle, generation.plugin, verb, path, body, sink, &status, &error)
          }
        }
      }
    }
    guard code == METIS_OK else {
      let reason = StrategyCalls.reason(code, error, of: "handle")
      return .failure(Problem(.failed, "\(generation.id): \(reason)"))
    }
    let isJSON = buffer.bytes.isEmpty || (try? JSONValue(jsonBytes: buffer.bytes)) != nil
    guard isJSON, (200..<600).contains(status) else {
      return .failure(Problem(.failed, "\(generation.id) answered with something that is not JSON"))
    }
    return .success((Int(status), buffer.bytes))
  }
}

extension Problem {
  /// A failure of the registry as problem details.
  init(_ error: PluginError) {
    let slug: Slug =
      switch error.kind {
      case .unknownPlugin: .notFound
      case .wrongState, .required, .noPrevious, .mappedLimit, .rejected: .conflict
      case .store: .failed
      default: .invalid
      }
    self.init(slug, error.description)
  }
}
