extension PluginRegistry {
  /// Replaces the active generation of `id`, under load, without a lost call.
  ///
  /// Copies and verifies the library, loads it, calls `init`, has the adopter build what uses it,
  /// hands the state over, and publishes all of it in one store. Returns after that store; the old
  /// generation drains under ``advanceDrains(now:)``. Where anything before the store fails, the
  /// old generation serves on as it was, and the new one is taken down.
  func swap(_ id: String, _ request: SwapRequest = SwapRequest()) throws(PluginError)
    -> SwapOutcome
  {
    let record = try active(id)
    return try change(record) { () throws(PluginError) in
      try load(record.manifest, record: record, request: request)
    }
  }

  /// Returns to the previous generation: its private copy, its manifest and its signature become a
  /// new generation. The copy is used because the source may have been overwritten, and a new
  /// generation because the old one has been through `deinit`. A second rollback returns to
  /// where the first began.
  func rollback(_ id: String) throws(PluginError) -> SwapOutcome {
    let record = try active(id)
    guard let previous = record.previous else {
      throw PluginError(
        .noPrevious, "there is no earlier generation to return to: \(id) was not replaced yet",
        plugin: id)
    }
    return try change(record) { () throws(PluginError) in
      let bytes = try PluginStore.read(previous.path)
      return try load(
        bytes, from: previous.source,
        signature: previous.signatureBytes.isEmpty ? nil : previous.signatureBytes,
        signaturePath: previous.source + ".minisig", sha256: previous.sha256,
        manifest: previous.manifest, record: record)
    }
  }

  /// Replaces the active generation by one of the same library with `manifest`.
  func replaceManifest(
    of record: PluginRecord, with manifest: PluginManifest
  ) throws(PluginError) -> SwapOutcome {
    try change(record) { () throws(PluginError) in
      try load(manifest, record: record, request: SwapRequest())
    }
  }

  /// Loads and activates a plugin that is disabled or has failed. `name` is its id or its
  /// manifest's name.
  func enable(_ name: String) throws(PluginError) -> SwapOutcome {
    try enable(try record(name))
  }

  /// The same for a record.
  func enable(_ record: PluginRecord) throws(PluginError) -> SwapOutcome {
    guard record.current == nil else {
      throw PluginError(.wrongState, "\(record.label) is active already", plugin: record.id)
    }
    record.isDisabled = false
    return try change(record) { () throws(PluginError) in
      try load(record.manifest, record: record, request: SwapRequest())
    }
  }

  /// Takes a plugin out of use; its last generation drains. Refused while active plugins require
  /// it.
  func disable(_ name: String) throws(PluginError) {
    try disable(try record(name))
  }

  /// The same for a record.
  func disable(_ record: PluginRecord) throws(PluginError) {
    guard let outgoing = record.current else {
      // What failed or was not loaded stays away from the next scan as well.
      record.isDisabled = true
      record.failure = nil
      return
    }
    if let dependant = dependants(of: outgoing.id).first {
      throw PluginError(
        .required,
        "\(outgoing.id) cannot be disabled: \(dependant.id) requires it; disable that first",
        plugin: outgoing.id)
    }
    try announced(record) { () throws(PluginError) in
      let prepared = try adopter?.prepare(GenerationChange(outgoing: outgoing, incoming: nil))
      prepared?.commit()
      record.current = nil
      record.isDisabled = true
      record.failure = nil
      beginDrain(outgoing, of: record)
    }
  }

  /// The steps that swap, rollback and enable share.
  private func change(
    _ record: PluginRecord, load: () throws(PluginError) -> PluginGeneration
  ) throws(PluginError) -> SwapOutcome {
    let began = options.clock()
    let outgoing = record.current
    return try announced(record) { () throws(PluginError) in
      try checkMappedLimit()
      let incoming = try load()
      record.id = incoming.id
      let handover: SwapOutcome.Handover
      do throws(PluginError) {
        try requireActive(incoming)
        try checkDependants(incoming)
        handover = try activate(incoming, record: record, adopting: true)
      } catch {
        discard(incoming, of: record, because: error)
        throw error
      }
      return SwapOutcome(
        id: incoming.id, oldNumber: outgoing?.number, newNumber: incoming.number,
        oldVersion: outgoing?.descriptor.version, newVersion: incoming.descriptor.version,
        sha256: incoming.sha256, state: handover, duration: options.clock() - began)
    }
  }

  /// Asks the filters before `body` and tells them after it, whatever came of it.
  private func announced<Outcome>(
    _ record: PluginRecord, _ body: () throws(PluginError) -> Outcome
  ) throws(PluginError) -> Outcome {
    do throws(PluginError) {
      try beforeChange?(record.label)
      let outcome = try body()
      afterChange?(record.label, nil)
      return outcome
    } catch {
      let error = error.about(plugin: record.label)
      record.failure = error
      afterChange?(record.label, error)
      throw error
    }
  }

  /// An image that can never be unmapped costs memory until the process ends, so a host that swaps
  /// such plugins all day must be told before it runs out.
  private func checkMappedLimit() throws(PluginError) {
    let waiting = records.reduce(0) { sum, record in
      sum + record.draining.filter { !$0.generation.image.meta.isUnloadable }.count
    }
    guard mappedImages + waiting >= options.mappedLimit else { return }
    throw PluginError(
      .mappedLimit,
      "\(mappedImages + waiting) retired libraries stay mapped (\(mappedBytes) bytes), the limit "
        + "is \(options.mappedLimit): libraries with Swift in them cannot be unmapped; restart the "
        + "host to free them")
  }

  /// Active plugins that require `id`.
  func dependants(of id: String) -> [PluginGeneration] {
    records.compactMap(\.current).filter { generation in
      generation.id != id && generation.descriptor.requirements.contains { $0.id == id }
    }
  }

  /// What requires the old version must be content with the new one, and the new one must not
  /// require, however indirectly, what requires it.
  private func checkDependants(_ incoming: PluginGeneration) throws(PluginError) {
    for dependant in dependants(of: incoming.id) {
      for requirement in dependant.descriptor.requirements
      where requirement.id == incoming.id
        && !requirement.range.contains(incoming.descriptor.version)
      {
        throw PluginError(
          .required,
          "\(dependant.id) requires \(incoming.id) \(requirement.range); the new library has "
            + "version \(incoming.descriptor.version): replace \(dependant.id) first",
          plugin: incoming.id)
      }
    }
    let nodes = [incoming] + records.compactMap(\.current).filter { $0.id != incoming.id }
    let plan = DependencyOrder(
      nodes.map {
        DependencyOrder.Node(
          id: $0.id, version: $0.descriptor.version, requirements: $0.descriptor.requirements,
          file: $0.manifest.file)
      })
    if let error = plan.failures[0] { throw error }
  }

  /// The record of an id or of a manifest's name.
  func record(_ name: String) throws(PluginError) -> PluginRecord {
    if let record = records.first(where: { $0.id == name })
      ?? records.first(where: { $0.manifest.name == name })
    {
      return record
    }
    let known = records.map(\.label).joined(separator: ", ")
    throw PluginError(
      .unknownPlugin, "no plugin has the id \"\(name)\"; there are: \(known)", plugin: name)
  }

  private func active(_ id: String) throws(PluginError) -> PluginRecord {
    let record = try record(id)
    guard record.current != nil else {
      let reason =
        record.failure.map { "it failed: \($0.message)" }
        ?? (record.isDisabled ? "it is disabled" : "it was not loaded")
      throw PluginError(
        .wrongState, "\(id) is not active, \(reason); enable it instead", plugin: record.id)
    }
    return record
  }
}
