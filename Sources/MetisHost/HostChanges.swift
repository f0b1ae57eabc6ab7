import CBarrier
import JSON
import MetisConfig
import MetisPluginAPI
import Synchronization

/// Replacing what serves, for swaps of plugins (asked by the registry) and reloads: build, then one
/// store, then the old drains. Control thread only.
extension Host: GenerationAdopter {
  func prepare(_ change: GenerationChange) throws(PluginError) -> any PreparedChange {
    var active = registry.active
    if let outgoing = change.outgoing {
      if let incoming = change.incoming {
        active = active.map { $0 === outgoing ? incoming : $0 }
      } else {
        active.removeAll { $0 === outgoing }
      }
    } else if let incoming = change.incoming {
      active.append(incoming)
    }
    try checkDoors(change)
    let next: Composition
    do {
      next = try compose(composition.configuration, active)
    } catch {
      switch error {
      case .plugin(let error): throw error
      case .configuration(let errors):
        throw PluginError(
          .adoption, errors.map(\.description).joined(separator: "; "),
          plugin: change.incoming?.id)
      }
    }
    var opened: [Door] = []
    do throws(PluginError) {
      if let incoming = change.incoming, let outgoing = change.outgoing {
        for door in doors where door.generation === outgoing {
          let successor = try makeDoor(door.kind, incoming)
          opened.append(successor)
          // It accepts from now on, beside the old one: no connection finds nobody.
          try successor.start()
        }
      }
    } catch {
      next.abandon()
      for door in opened { door.destroy() }
      throw error
    }
    return PreparedSwap(host: self, next: next, opened: opened, outgoing: change.outgoing)
  }

  /// Transports that doors are made of can be replaced, not taken away.
  private func checkDoors(_ change: GenerationChange) throws(PluginError) {
    guard let outgoing = change.outgoing,
      let door = doors.first(where: { $0.generation === outgoing })
    else { return }
    guard let incoming = change.incoming else {
      throw PluginError(
        .required,
        "it carries the \(door.kind) endpoint, which would go with it; swap it instead, or stop "
          + "the host", plugin: outgoing.id)
    }
    guard incoming.transport != nil else {
      throw PluginError(
        .adoption,
        "the new library offers no \(METIS_TRANSPORT_V1), which the \(door.kind) "
          + "endpoint needs", plugin: outgoing.id)
    }
  }

  func compose(
    _ configuration: Configuration, _ active: [PluginGeneration], remakesInstances: Bool = false
  ) throws(CompositionError) -> Composition {
    try Composition(
      configuration, active: active, before: composition,
      context: Composition.Context(
        seed: seed, inlineThreads: inlineThreads, workers: core.workers.maximum,
        number: composition.snapshot.number + 1, remakesInstances: remakesInstances))
  }

  /// Publishes a composition; what the one before made and this one does not use is destroyed once
  /// nobody sees it. `leaving` is the generation that goes with this change: what it made waits for
  /// ``retire(_:)``.
  func publish(_ next: Composition, leaving: PluginGeneration? = nil) {
    let old = composition
    composition = next
    let replaced = core.publish(next.snapshot)
    core.journal.configure(next.configuration.journal)
    for warning in next.warnings where !old.warnings.contains(warning) { log.warn(warning) }
    var leftovers = old.leftovers(after: next)
    if let leaving {
      outgoing.append((leaving, leftovers.take(of: leaving)))
    }
    let rest = leftovers
    retiring.append(
      Retiring(
        ticket: grace(),
        isFree: { rest.sets.allSatisfy { $0.pending.load(ordering: .acquiring) == 0 } },
        run: {
          rest.destroy()
          withExtendedLifetime(replaced) {}
        }))
    scheduleAdvance()
    for change in next.snapshot.encoded.changes(since: old.snapshot.encoded) {
      core.subscriptions.publish(change)
    }
  }

  func grace() -> UInt64 { core.epochs.advance() }

  func hasPassed(_ ticket: UInt64) -> Bool { core.epochs.hasPassed(ticket) }

  func retire(_ generation: PluginGeneration) {
    // Snapshots that still name it go first, then what it made.
    advanceRetiring()
    for (_, leftovers) in outgoing.filter({ $0.generation === generation }) {
      leftovers.destroy()
    }
    outgoing.removeAll { $0.generation === generation }
  }

  /// Destroys what nobody sees any more.
  func advanceRetiring() {
    retiring.removeAll { entry in
      guard hasPassed(entry.ticket), entry.isFree() else { return false }
      entry.run()
      return true
    }
  }

  /// Looks every millisecond while something drains or waits for its last reader.
  func scheduleAdvance() {
    guard !isAdvancing else { return }
    isAdvancing = true
    control.every(
      1_000_000,
      while: { [self] in isAdvancing },
      perform: { [self] in
        advanceRetiring()
        let isDraining = registry.advanceDrains(now: clock.monotonic)
        isAdvancing = isDraining || !retiring.isEmpty
      })
  }

  // MARK: Filters of reloads

  func beforeReload(kind: String, id: String?) throws(PluginError) {
    let subject = Host.subject(kind: kind, id: id)
    for filter in composition.filters {
      guard let ask = filter.table.pointee.before_reload else { continue }
      var error = metis_error_v1.empty
      let code = subject.withSlice { metis_barrier_before_reload(ask, filter.instance, $0, &error) }
      guard code == METIS_FILTER_PASS else {
        throw PluginError(
          .rejected,
          "the filter \(filter.generation.id) refuses: "
            + StrategyCalls.reason(code, error, of: "before_reload"), plugin: id)
      }
    }
  }

  func afterReload(kind: String, id: String?, failure: String?) {
    let subject = Host.subject(
      kind: kind, id: id, outcome: failure == nil ? "active" : "failed", reason: failure)
    for filter in composition.filters {
      guard let tell = filter.table.pointee.after_reload else { continue }
      let code = subject.withSlice { metis_barrier_after_reload(tell, filter.instance, $0) }
      if code == StrategyCalls.exceptionCode {
        log.warn("the filter \(filter.generation.id) let an exception out of after_reload")
      }
    }
  }

  private static func subject(
    kind: String, id: String?, outcome: String? = nil, reason: String? = nil
  ) -> [UInt8] {
    var object: JSONObject = ["kind": .string(kind)]
    if let id { object["id"] = .string(id) }
    if let outcome { object["outcome"] = .string(outcome) }
    if let reason { object["reason"] = .string(reason) }
    return JSONValue.object(object).jsonBytes()
  }
}

/// A swap that is built and waits for its store.
private final class PreparedSwap: PreparedChange {
  private let host: Host
  private let next: Composition
  private let opened: [Door]
  private let outgoing: PluginGeneration?

  init(host: Host, next: Composition, opened: [Door], outgoing: PluginGeneration?) {
    self.host = host
    self.next = next
    self.opened = opened
    self.outgoing = outgoing
  }

  func commit() {
    host.commit(next, opened: opened, outgoing: outgoing)
  }

  func abandon() {
    next.abandon()
    for door in opened { door.destroy() }
  }
}

extension Host {
  fileprivate func commit(_ next: Composition, opened: [Door], outgoing: PluginGeneration?) {
    publish(next, leaving: outgoing)
    if let outgoing {
      let deadline = clock.monotonic + options.drainLimit
      for door in doors where door.generation === outgoing { retire(door, deadline: deadline) }
    }
    doors += opened
  }
}
