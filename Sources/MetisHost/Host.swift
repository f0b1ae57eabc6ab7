import Glibc
import JSON
import MCP
import MetisConfig
import MetisPluginAPI

/// The composition root: read this first.
///
/// A host is a registry of plugins, a composition (what the configuration and the plugins make
/// together) and its doors (transports). Everything here runs on the control thread; requests
/// never come here: they are served by `Loop` from the snapshot that was published last.
public final class Host: @unchecked Sendable {
  let options: HostOptions
  let log: Log
  let clock: any HostClock
  let control: ControlThread
  let services: HostServices
  let core: HostCore
  let registry: PluginRegistry
  let seed: UInt64
  /// What is known of configurations: the one in force, those before, the files.
  let reloads: ReloadState

  /// What is visible now.
  var composition: Composition
  /// Open doors, the draining ones included.
  var doors: [Door] = []
  var sockets: [String: ListeningSockets] = [:]
  var administration: Administration?
  var hooks: CoreHooks?
  /// What was replaced and waits for its last reader.
  var retiring: [Retiring] = []
  /// What generations made that were swapped out and still drain.
  var outgoing: [(generation: PluginGeneration, leftovers: Composition.Leftovers)] = []
  var isAdvancing = false
  let inlineThreads: Int
  let loopCount: Int
  private var finished: (@Sendable (Int32) -> Void)?
  private(set) var isStopping = false

  /// Something to run once nobody can see what was replaced.
  struct Retiring {
    let ticket: UInt64
    /// Whether the calls have ended as well.
    let isFree: () -> Bool
    let run: () -> Void
  }

  /// Where the MCP endpoint listens: nil over stdio.
  public private(set) var address: ListenAddress?
  /// Where the admin endpoint listens.
  public private(set) var adminAddress: ListenAddress?

  /// Builds a host and opens its doors. It serves when this returns.
  public static func start(_ options: HostOptions) throws(StartError) -> Host {
    let control: ControlThread
    let clock = SystemClock()
    do {
      control = try ControlThread(clock: clock)
    } catch {
      throw StartError(70, "the control thread does not start: \(error)")
    }
    return try control.sync { () throws(StartError) in
      let host = try Host(options, clock: clock, control: control)
      try host.open()
      return host
    }
  }

  private init(
    _ options: HostOptions, clock: any HostClock, control: ControlThread
  ) throws(StartError) {
    self.options = options
    self.clock = clock
    self.control = control
    let loader = ConfigLoader(
      ConfigInputs(
        options.configurations, environment: options.environment, settings: options.settings))
    let configuration: Configuration
    do {
      configuration = try loader.load()
    } catch {
      throw StartError(2, error.description, diagnostics: error.errors + error.warnings)
    }
    log = try Host.makeLog(options, configuration, clock)
    reloads = ReloadState(
      loader: loader, configuration: configuration,
      started: options.restartKeys(of: configuration), log: log, clock: clock)
    services = HostServices(log: log, clock: clock)
    seed = options.seed ?? UInt64.random(in: 0...UInt64(Int64.max))
    loopCount = options.threads ?? configuration.performance.loops ?? Host.cores
    // A transport that is being replaced has its old and its new loops at once.
    inlineThreads = loopCount * 2 + 1
    let transport = options.transport ?? configuration.transport.type
    let listenHost = options.host ?? configuration.server.host
    let sessions = SessionTable(
      identifiers: SystemIdentifiers(), idleLimit: 3_600_000_000_000, capacity: 100_000)
    core = HostCore(
      clock: clock, log: log, sessions: sessions,
      workers: WorkerPool(maximum: configuration.performance.workerThreads),
      hosts: HostPolicy(
        isLoopbackOnly: ListenAddress.tcp(host: listenHost, port: 0).isLoopback
          && transport != "stdio"),
      sealer: Sealer(secret: configuration.server.input.key.map { Array($0.utf8) }),
      journal: configuration.journal, endpoints: Endpoints(configuration.transport))
    let places = PluginPlaces(options, configuration.plugins)
    let registryOptions = try places.registryOptions()
    do {
      registry = try PluginRegistry(options: registryOptions, contexts: services)
    } catch {
      throw StartError(70, error.description)
    }
    for warning in configuration.warnings { log.warn(warning.description) }
    let hooks = CoreHooks()
    services.hooks = hooks
    Host.loadPlugins(registry, from: places.directory, log)
    do {
      composition = try Composition(
        configuration, active: registry.active, before: nil,
        context: Composition.Context(
          seed: seed, inlineThreads: inlineThreads, workers: core.workers.maximum, number: 1))
    } catch {
      let found = if case .configuration(let errors) = error { errors } else { [ConfigError]() }
      throw StartError(2, error.description, diagnostics: found)
    }
    _ = core.publish(composition.snapshot)
    for warning in composition.warnings { log.warn(warning) }
    hooks.host = self
    self.hooks = hooks
    registry.adopter = self
    registry.beforeChange = { [unowned self] id throws(PluginError) in
      try beforeReload(kind: "plugin", id: id)
    }
    registry.afterChange = { [unowned self] id, failure in
      afterReload(kind: "plugin", id: id, failure: failure?.message)
      tell(ofPlugin: id, failure: failure)
    }
    control.every(
      60_000_000_000, while: { true },
      perform: { [core, clock] in
        for session in core.sessions.expire(clock.monotonic) { core.end(session) }
        core.tasks.expire(clock.monotonic)
      })
    control.every(
      AdminEvents.keepAliveInterval, while: { true },
      perform: { [events = reloads.events] in events.keepAlive() })
  }

  // MARK: Opening

  private func open() throws(StartError) {
    let transport = options.transport ?? composition.configuration.transport.type
    guard provider(transport) != nil else {
      throw StartError(
        3,
        "no active plugin provides the transport \"\(transport)\"; "
          + "look at the warnings above, and at --plugins or [plugins]")
    }
    // The admin endpoint first: who sees the MCP endpoint can rely on it.
    if let admin = options.admin { try openAdmin(admin) }
    let listens = provider(transport)?.transport?.pointee.flags ?? 0 & METIS_TRANSPORT_LISTENS
    if listens & METIS_TRANSPORT_LISTENS != 0 {
      let configuration = composition.configuration
      let wanted = ListenAddress.tcp(
        host: options.host ?? configuration.server.host,
        port: options.port ?? configuration.listenPort)
      let opened = try listen(wanted, loops: loopCount, as: "mcp")
      address = opened.address
    }
    do {
      doors.append(try makeDoor(.mcp, provider(transport)!))
      try doors.last!.start()
    } catch {
      throw StartError(3, error.description)
    }
    announce(transport)
    reloads.settle(composition.configuration, named: composition.references)
    watchFiles()
  }

  private func announce(_ transport: String) {
    if let adminAddress {
      let prefix = if case .unix = adminAddress { "" } else { "http://" }
      print(toStandardError: "admin \(prefix)\(adminAddress)")
    }
    if let address {
      print(toStandardError: "listening http://\(address)\(core.endpoints.streamable)")
    } else {
      print(toStandardError: "listening \(transport)")
    }
    log.info(
      "serving",
      ["tools": .int(composition.configuration.tools.count), "seed": .uint(seed)])
  }

  private func openAdmin(_ wanted: ListenAddress) throws(StartError) {
    guard provider("http") != nil else {
      log.warn("no admin endpoint: no active plugin provides the transport \"http\"")
      return
    }
    do {
      let file =
        options.adminTokenFile.map(AdminTokenFile.init(path:))
        ?? AdminTokenFile(variable: { getenv($0).map { String(cString: $0) } })
      guard let file else {
        throw AdminTokenError("no place for the admin token: set HOME or give --admin-token-file")
      }
      let token = try file.readOrCreate()
      let listenHost = if case .tcp(let host, _) = wanted { host } else { String?.none }
      administration = Administration(
        router: AdminRouter(token: token, hosts: AdminHosts(configured: listenHost)),
        control: control, operations: self, events: reloads.events)
      adminAddress = try listen(wanted, loops: 1, as: "admin").address
      doors.append(try makeDoor(.admin, provider("http")!))
      try doors.last!.start()
    } catch let error as StartError {
      guard !options.isAdminExplicit, error.exitCode == 4 else { throw error }
      log.warn("no admin endpoint: \(error.description); give --admin another place")
      administration = nil
    } catch {
      throw StartError(options.isAdminExplicit ? 2 : 3, "no admin endpoint: \(error)")
    }
  }

  private func listen(
    _ address: ListenAddress, loops: Int, as name: String
  ) throws(StartError) -> ListeningSockets {
    do {
      let opened = try ListeningSockets(address, loops: loops)
      sockets[name] = opened
      return opened
    } catch {
      throw StartError(error.isInUse ? 4 : 2, error.description)
    }
  }

  /// The active transport that is known by `name`.
  func provider(_ name: String) -> PluginGeneration? {
    registry.active.first { $0.transport != nil && $0.descriptor.provides.contains(name) }
  }

  /// Makes a door of a generation for what comes in through it.
  func makeDoor(_ kind: Door.Kind, _ generation: PluginGeneration) throws(PluginError) -> Door {
    let section = composition.configuration.transport.section
    let loops = kind == .mcp && sockets["mcp"] != nil ? loopCount : 1
    let door = try Door(
      kind: kind, generation: generation, core: core, administration: administration,
      // The admin door has the transport's own defaults: limits of the MCP door are not for it.
      config: kind == .mcp ? generation.transportConfig(section) : Array("{}".utf8),
      directory: section.directory,
      listeners: sockets[kind == .mcp ? "mcp" : "admin"]?.listeners(loops: loops) ?? [],
      loops: loops)
    door.onEnded = { [weak self] in self?.stop() }
    return door
  }

  // MARK: The end

  /// Runs `body` with the exit code once the host has ended.
  public func whenFinished(_ body: @escaping @Sendable (Int32) -> Void) {
    control.sync {
      finished = body
      // The one peer of stdio may be gone before anybody waits for the end.
      if isStopping { finishWhenClosed() }
    }
  }

  /// Ends in order: no new connections, open requests come to their end within the limit, plugins
  /// are taken down. Returns at once. [any-thread]
  public func stop() {
    control.async { [self] in
      guard !isStopping else { return }
      isStopping = true
      log.info("stopping", ["limit_ms": .uint(options.drainLimit / 1_000_000)])
      unwatch()
      let deadline = clock.monotonic + options.drainLimit
      for door in doors { retire(door, deadline: deadline) }
      // Who knocks from now on is refused at once instead of waiting in a queue that nobody serves.
      for socket in sockets.values { socket.refuse() }
      finishWhenClosed()
    }
  }

  /// Lets a door drain and destroys it after that.
  func retire(_ door: Door, deadline: UInt64) {
    // The door is kept until it has drained; the closure goes with it.
    door.onDrained = { [self] in
      control.async { [self] in
        door.destroy()
        door.onDrained = {}
        doors.removeAll { $0 === door }
        if isStopping { finishWhenClosed() }
      }
    }
    door.drain(deadline: deadline, closesIdle: isStopping)
    if door.kind == .admin {
      door.onLoops { [events = reloads.events] in $0.finishEvents(events) }
    }
  }

  private func finishWhenClosed() {
    guard doors.isEmpty, let body = finished else { return }
    finished = nil
    for socket in sockets.values { socket.close() }
    _ = core.workers.shutdown(deadline: clock.monotonic + 1_000_000_000)
    advanceRetiring()
    composition.destroyAll()
    registry.shutDown()
    reloads.backup.finish()
    log.info("stopped")
    body(0)
  }
}

/// One line for whoever started the process: standard output may carry the protocol.
private func print(toStandardError line: String) {
  var text = line + "\n"
  text.withUTF8 { bytes in _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
}
