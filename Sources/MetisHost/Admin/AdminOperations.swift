import JSON

/// What the admin endpoint can ask of the host core. All functions run on the control thread.
protocol AdminOperations: AnyObject {
  /// All plugins: an array of objects with `id`, `version`, `state` and more.
  func plugins() -> JSONValue

  /// One plugin with its generations.
  func plugin(_ id: String) throws(Problem) -> JSONValue

  /// Replaces the plugin by the library at `path`. `signature` is the path of a minisign file,
  /// `sha256` the digest that the library must have, 64 hexadecimal digits.
  func swap(
    _ id: String, path: String, signature: String?, sha256: String?
  ) throws(Problem) -> JSONValue

  /// Goes back to the generation before the present one.
  func rollback(_ id: String) throws(Problem) -> JSONValue

  /// Loads a plugin that was disabled.
  func enable(_ id: String) throws(Problem) -> JSONValue

  /// Takes a plugin out of service.
  func disable(_ id: String) throws(Problem) -> JSONValue

  /// Reads the configuration again; all or nothing.
  func reload() throws(Problem) -> JSONValue

  /// Reads, checks or goes back to configurations.
  func config(_ request: ConfigRequest) throws(Problem) -> JSONValue

  /// What answers: the strategies of active plugins, and those that definitions ask for in vain.
  func strategies() -> JSONValue

  /// All generations that are mapped, with what keeps them.
  func generations() -> JSONValue

  /// Counters of the host.
  func stats() -> JSONValue

  /// The metrics in the text format of Prometheus.
  func metrics() -> [UInt8]

  /// Reads, verifies or clears the journal. `reply` is called once, from any thread.
  func journal(
    _ request: JournalRequest, reply: @escaping @Sendable (Result<JSONValue, Problem>) -> Void)

  /// Begins anew: an empty journal, calls that are numbered from 0, no state of plugins. `reply` is
  /// called once, from any thread.
  func reset(reply: @escaping @Sendable (Result<JSONValue, Problem>) -> Void)

  /// Asks a plugin's own endpoint (`metis.admin/1`), on a worker thread. `path` is what follows
  /// `/x/`, with the query where there is one. `reply` is called once, from any thread, with the
  /// HTTP status and a JSON text.
  func forward(
    _ id: String, verb: String, path: String, body: [UInt8],
    reply: @escaping @Sendable (Result<(status: Int, body: [UInt8]), Problem>) -> Void)
}

/// A request about configurations.
enum ConfigRequest: Sendable, Hashable {
  /// The one in force as one tree, secrets masked.
  case effective
  case status
  case history
  /// The one of this number.
  case entry(Int)
  case difference(from: ConfigSide, to: ConfigSide)
  /// Reads and builds what the files say, and publishes nothing.
  case validate
  case rollback(to: Int, isWriting: Bool)
}

/// What is compared.
enum ConfigSide: Sendable, Hashable {
  case number(Int)
  case inForce
  /// The files as they are.
  case disk

  /// Reads a number, or `disk`.
  init?(_ text: String) {
    if text == "disk" {
      self = .disk
    } else if let number = Int(text), number > 0 {
      self = .number(number)
    } else {
      return nil
    }
  }
}

/// An admin request that was understood and is allowed.
enum AdminOperation: Sendable, Hashable {
  case plugins
  case plugin(String)
  case swap(String, path: String, signature: String?, sha256: String?)
  case rollback(String)
  case enable(String)
  case disable(String)
  case reload
  case config(ConfigRequest)
  case strategies
  case generations
  case stats
  case metrics
  case journal(JournalRequest)
  case reset
  case forward(String, verb: String, path: String, body: [UInt8])

  /// Carries it out and calls `reply` once: before it returns, but for `forward`, `journal` and
  /// `reset`. `instance` is the path of the request. Control thread.
  func perform(
    on operations: some AdminOperations, instance: String,
    reply: @escaping @Sendable (AdminResponse) -> Void
  ) {
    if case .forward(let id, let verb, let path, let body) = self {
      operations.forward(id, verb: verb, path: path, body: body) { result in
        switch result {
        case .success(let answer):
          reply(
            AdminResponse(
              status: answer.status, contentType: "application/json", body: answer.body,
              fields: AdminResponse.commonFields))
        case .failure(let problem): reply(problem.response(instance: instance))
        }
      }
      return
    }
    let finish: @Sendable (Result<JSONValue, Problem>) -> Void = { result in
      switch result {
      case .success(let value): reply(AdminResponse(json: value))
      case .failure(let problem): reply(problem.response(instance: instance))
      }
    }
    switch self {
    case .journal(let request): return operations.journal(request, reply: finish)
    case .reset: return operations.reset(reply: finish)
    default: break
    }
    do {
      reply(try answer(from: operations))
    } catch {
      reply(error.response(instance: instance))
    }
  }

  private func answer(from operations: some AdminOperations) throws(Problem) -> AdminResponse {
    switch self {
    case .plugins: AdminResponse(json: operations.plugins())
    case .plugin(let id): AdminResponse(json: try operations.plugin(id))
    case .swap(let id, let path, let signature, let sha256):
      AdminResponse(
        json: try operations.swap(id, path: path, signature: signature, sha256: sha256))
    case .rollback(let id): AdminResponse(json: try operations.rollback(id))
    case .enable(let id): AdminResponse(json: try operations.enable(id))
    case .disable(let id): AdminResponse(json: try operations.disable(id))
    case .reload: AdminResponse(json: try operations.reload())
    case .config(let request): AdminResponse(json: try operations.config(request))
    case .strategies: AdminResponse(json: operations.strategies())
    case .generations: AdminResponse(json: operations.generations())
    case .stats: AdminResponse(json: operations.stats())
    case .metrics:
      AdminResponse(
        status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8",
        body: operations.metrics(), fields: AdminResponse.commonFields)
    case .forward, .journal, .reset:
      throw Problem(.failed, "this request has no answer at once")
    }
  }
}
