extension PluginRegistry {
  /// Lets `outgoing` end its calls. It becomes what a rollback returns to.
  func beginDrain(_ outgoing: PluginGeneration, of record: PluginRecord) {
    advance(&outgoing.lifecycle, to: .draining)
    // Without an adopter nobody else has seen the generation.
    let ticket = adopter?.grace() ?? 0
    record.draining.append(
      PluginRecord.Draining(generation: outgoing, ticket: ticket, since: options.clock()))
    let replaced = record.previous
    record.previous = PluginRecord.Previous(
      number: outgoing.number, version: outgoing.descriptor.version, path: outgoing.path,
      source: outgoing.source, sha256: outgoing.sha256, signatureBytes: outgoing.signatureBytes,
      manifest: outgoing.manifest)
    // One that still drains is unlinked when it retires.
    if let replaced, !record.draining.contains(where: { $0.generation.path == replaced.path }) {
      store.remove(replaced.path)
    }
  }

  /// Retires the generations whose last reader and last call are gone. Returns whether any still
  /// drains: the control thread calls this every millisecond while that is so.
  @discardableResult
  func advanceDrains(now: UInt64) -> Bool {
    var remains = false
    for record in records where !record.draining.isEmpty {
      var rest: [PluginRecord.Draining] = []
      for var draining in record.draining {
        let generation = draining.generation
        // The order counts: a reader that is still inside may yet begin a call.
        let isUnseen = adopter?.hasPassed(draining.ticket) ?? true
        if isUnseen, generation.calls.load(ordering: .acquiring) == 0 {
          retire(generation, of: record)
          continue
        }
        if !draining.isReported, now >= draining.since,
          now - draining.since >= options.drainLimit
        {
          draining.isReported = true
          report(
            .drainLimit(
              id: generation.id, number: generation.number,
              calls: generation.calls.load(ordering: .acquiring),
              seconds: (now - draining.since) / 1_000_000_000))
        }
        rest.append(draining)
      }
      record.draining = rest
      remains = remains || !rest.isEmpty
    }
    return remains
  }

  private func retire(_ generation: PluginGeneration, of record: PluginRecord) {
    adopter?.retire(generation)
    advance(&generation.lifecycle, to: .retired)
    let isMapped = takeDown(generation, of: record)
    if record.previous?.path != generation.path { store.remove(generation.path) }
    report(.retired(id: generation.id, number: generation.number, isMapped: isMapped))
  }

  /// Takes every plugin down, dependants before what they require, and removes the private copies.
  ///
  /// For the end of the host: the caller has stopped what uses plugins, so no reader is left. A
  /// generation that calls still hold is reported and left alone, as its code may yet run.
  func shutDown() {
    var rest = records.filter { $0.current != nil }
    while !rest.isEmpty {
      // Requirements of active plugins have no circles, so there is always one that none requires.
      let place = rest.firstIndex { record in
        !rest.contains { other in
          other !== record
            && other.current?.descriptor.requirements.contains { $0.id == record.id } == true
        }
      }
      let record = rest.remove(at: place ?? 0)
      guard let generation = record.current else { continue }
      record.current = nil
      advance(&generation.lifecycle, to: .draining)
      record.draining.append(
        PluginRecord.Draining(generation: generation, ticket: 0, since: options.clock()))
      retireWhatIsFree(record)
    }
    for record in records { retireWhatIsFree(record) }
    store.removeAll()
  }

  private func retireWhatIsFree(_ record: PluginRecord) {
    for draining in record.draining {
      let generation = draining.generation
      let calls = generation.calls.load(ordering: .acquiring)
      if calls == 0 {
        retire(generation, of: record)
        continue
      }
      let now = options.clock()
      if !draining.isReported {
        report(
          .drainLimit(
            id: generation.id, number: generation.number, calls: calls,
            seconds: (now - min(now, draining.since)) / 1_000_000_000))
      }
    }
    record.draining.removeAll { $0.generation.lifecycle.state == .retired }
  }
}
