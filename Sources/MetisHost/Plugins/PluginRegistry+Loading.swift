import Glibc

extension PluginRegistry {
  /// Loads, orders, initialises and activates every plugin that was discovered and is enabled.
  /// Each failure stays with its plugin; the others load on.
  func loadAll() {
    var loaded: [(record: PluginRecord, generation: PluginGeneration)] = []
    for record in records
    where !record.isDisabled && record.current == nil && record.failure == nil {
      do {
        loaded.append((record, try load(record.manifest, record: record, request: SwapRequest())))
      } catch {
        record.failure = error
      }
    }
    // Plugins that are active already keep their place before those that are new.
    let active = records.compactMap { record in record.current.map { (record, $0) } }
    let all = active + loaded
    let plan = DependencyOrder(
      all.map { record, generation in
        DependencyOrder.Node(
          id: generation.id, version: generation.descriptor.version,
          requirements: generation.descriptor.requirements, file: record.manifest.file)
      })
    for (index, (record, generation)) in all.enumerated()
    where plan.failures[index]?.kind != .duplicateID {
      record.id = generation.id
    }
    for (index, error) in plan.failures where index >= active.count {
      let (record, generation) = all[index]
      record.failure = error
      discard(generation, of: record, because: error)
    }
    for index in plan.order where index >= active.count {
      let (record, generation) = all[index]
      do {
        try requireActive(generation)
        _ = try activate(generation, record: record, adopting: true)
      } catch {
        record.failure = error
        discard(generation, of: record, because: error)
      }
    }
  }

  /// Reads, checks, copies and maps a library. The generation is `loaded` when this returns; where
  /// it throws, nothing of it is left but perhaps an image that cannot be unmapped.
  func load(
    _ manifest: PluginManifest, record: PluginRecord, request: SwapRequest
  ) throws(PluginError) -> PluginGeneration {
    do {
      let source: String
      if let path = request.path {
        source = try find(path, manifest)
      } else {
        source = try libraryPath(manifest)
      }
      let bytes = try PluginStore.read(source)
      let signaturePath: String
      if let path = request.signature {
        signaturePath = path
      } else if request.path == nil, let path = manifest.signature {
        signaturePath = path.hasPrefix("/") ? path : "\(manifest.directory)/\(path)"
      } else {
        signaturePath = source + ".minisig"
      }
      var signature: [UInt8]?
      if options.signatures != .off, access(signaturePath, F_OK) == 0 {
        signature = try PluginStore.read(signaturePath, limit: MinisignText.limit)
      }
      let generation = try load(
        bytes, from: source, signature: signature, signaturePath: signaturePath,
        sha256: request.sha256, manifest: manifest, record: record)
      generation.followsManifest = request.path == nil
      return generation
    } catch {
      throw error.about(plugin: record.id, file: manifest.file)
    }
  }

  /// The same from bytes that were read already.
  func load(
    _ bytes: [UInt8], from source: String, signature: [UInt8]?, signaturePath: String,
    sha256 expected: String?, manifest: PluginManifest, record: PluginRecord
  ) throws(PluginError) -> PluginGeneration {
    var lifecycle = PluginLifecycle(foundAt: options.clock())
    guard manifest.isolation == .none else {
      throw PluginError(
        .isolation,
        "isolation = \"process\" is not available in this version of the host; expected \"none\", "
          + "which runs the plugin in the host's process as trusted code")
    }
    let digest = PluginStore.sha256(bytes)
    if let expected, expected.lowercased() != digest {
      throw PluginError(
        .digest,
        "the SHA-256 of \(source) is \(digest); expected \(expected.lowercased()): the file is not "
          + "the one that was meant")
    }
    let meta: PluginMeta
    do {
      meta = try bytes.withUnsafeBytes { buffer in
        Result { () throws(PluginError) in try ELFImage.meta(of: buffer) }
      }.get()
    } catch {
      throw PluginError(error.kind, "\(source): \(error.message)")
    }
    let state = try options.signatures.judge(bytes, signature: signature, path: signaturePath)
    advance(&lifecycle, to: .verified)

    let path = try store.write(bytes, sha256: digest)
    let stage = StagedLibrary(
      path: path, sha256: digest, byteCount: bytes.count, signature: state,
      signatureBytes: signature ?? [])
    let image: PluginImage
    do {
      image = try PluginLoader.load(path: path, meta: meta) {
        mappedImages += 1
        mappedBytes += bytes.count
      }
    } catch {
      store.remove(path)
      // The loader's texts name the private copy, which tells an operator nothing.
      throw PluginError(
        error.kind, error.message.replacing(path, with: source), plugin: error.plugin)
    }
    advance(&lifecycle, to: .loaded)
    let generation = PluginGeneration(
      number: record.lastNumber + 1, source: source, stage: stage, manifest: manifest,
      image: image, lifecycle: lifecycle)
    do {
      try checkIdentity(generation, record: record)
      try checkGrants(generation)
    } catch {
      discard(generation, of: record, because: error)
      throw error.about(plugin: generation.id)
    }
    switch state {
    case .unsigned, .invalid:
      report(.signature(id: generation.id, file: source, state: state))
    case .unchecked, .trusted: break
    }
    return generation
  }

  /// Initialises `incoming`, has it adopted and makes it the record's current generation. Where it
  /// throws, the generation that was current still is; the caller discards `incoming`.
  ///
  /// `adopting` false is for a change that the adopter need not know of.
  func activate(
    _ incoming: PluginGeneration, record: PluginRecord, adopting: Bool
  ) throws(PluginError) -> SwapOutcome.Handover {
    let outgoing = record.current
    let context = contexts.makeContext(
      id: incoming.id, grants: incoming.manifest.grants, secrets: incoming.manifest.secrets)
    try incoming.initialise(with: context)
    advance(&incoming.lifecycle, to: .initialised)

    let change = GenerationChange(outgoing: outgoing, incoming: incoming)
    let prepared: (any PreparedChange)?
    do {
      prepared = adopting ? try adopter?.prepare(change) : nil
    } catch {
      throw error.about(plugin: incoming.id, file: incoming.manifest.file)
    }
    let handover: SwapOutcome.Handover
    do {
      handover = try handState(from: outgoing, to: incoming)
    } catch {
      prepared?.abandon()
      throw error.about(plugin: incoming.id, file: incoming.manifest.file)
    }
    // Nothing fails from here on.
    prepared?.commit()
    advance(&incoming.lifecycle, to: .active)
    record.id = incoming.id
    record.manifest = incoming.manifest
    record.current = incoming
    record.lastNumber = incoming.number
    // Only now: a scan tries again what failed.
    if incoming.followsManifest { record.scannedDigest = incoming.sha256 }
    record.failure = nil
    record.isDisabled = false
    if let outgoing { beginDrain(outgoing, of: record) }
    return handover
  }

  private func handState(
    from outgoing: PluginGeneration?, to incoming: PluginGeneration
  ) throws(PluginError) -> SwapOutcome.Handover {
    guard let outgoing, let old = outgoing.state, let new = incoming.state else {
      return .notOffered
    }
    guard
      let state = try PluginCalls.save(old, plugin: outgoing.plugin, limit: options.stateLimit)
    else { return .notOffered }
    let isRestored = try PluginCalls.restore(
      new, plugin: incoming.plugin, revision: old.pointee.revision, state: state)
    return isRestored ? .restored : .fresh
  }

  /// Takes down a generation that never became active.
  func discard(
    _ generation: PluginGeneration, of record: PluginRecord, because error: PluginError
  ) {
    advance(&generation.lifecycle, to: .failed(reason: error.message))
    takeDown(generation, of: record)
    store.remove(generation.path)
  }

  /// `deinit`, unmap where that is allowed, and account for what stays.
  /// Returns whether the image stays mapped.
  @discardableResult
  func takeDown(_ generation: PluginGeneration, of record: PluginRecord) -> Bool {
    if let failure = generation.deinitialise() { report(.failure(failure)) }
    let isUnmapped = PluginLoader.unload(generation.image, path: generation.path)
    if !isUnmapped {
      ImagePages.release(
        holding: unsafeBitCast(generation.image.table.query, to: UnsafeRawPointer.self))
      mappedImages += 1
      mappedBytes += generation.byteCount
    }
    record.remember(generation, isMapped: !isUnmapped)
    return !isUnmapped
  }

  /// The library of a manifest: absolute, beside the manifest, or in the search path.
  func libraryPath(_ manifest: PluginManifest) throws(PluginError) -> String {
    // A bare library is its own manifest.
    if manifest.file == manifest.library { return manifest.library }
    return try find(manifest.library, manifest)
  }

  private func find(
    _ library: String, _ manifest: PluginManifest
  ) throws(PluginError) -> String {
    if library.hasPrefix("/") { return library }
    let candidates = ([manifest.directory] + options.librarySearchPath).map { $0 + "/" + library }
    for candidate in candidates where access(candidate, F_OK) == 0 { return candidate }
    throw PluginError(
      .unreadable,
      "the library \(library) is in none of \(candidates.joined(separator: ", ")): put it there, "
        + "or give an absolute path")
  }

  /// The id must be the record's own and no other's.
  private func checkIdentity(
    _ generation: PluginGeneration, record: PluginRecord
  ) throws(PluginError) {
    if let id = record.id, id != generation.id {
      throw PluginError(
        .otherID,
        "\(generation.source) is the plugin \(generation.id); expected a version of \(id)",
        plugin: id)
    }
    // Two that are new are told apart by DependencyOrder, which sees both.
    if let other = records.first(where: { $0 !== record && $0.current?.id == generation.id }) {
      throw PluginError(
        .duplicateID,
        "the id \(generation.id) is taken by \(other.manifest.file), which is active; two plugins "
          + "cannot share an id: remove one of them")
    }
  }

  private func checkGrants(_ generation: PluginGeneration) throws(PluginError) {
    let missing = generation.descriptor.needs.filter { !generation.manifest.grants.contains($0) }
    guard !missing.isEmpty else { return }
    let list = missing.map { "\"\($0)\"" }.joined(separator: ", ")
    throw PluginError(
      .missingGrant,
      "the plugin needs \(list), which its manifest does not grant: add grants = [\(list)] to "
        + "\(generation.manifest.file) if you trust it with that")
  }

  /// Every plugin that `generation` requires must be active in a suitable version.
  func requireActive(_ generation: PluginGeneration) throws(PluginError) {
    for requirement in generation.descriptor.requirements {
      guard let other = records.first(where: { $0.id == requirement.id }) else {
        throw PluginError(
          .missingDependency,
          "\(generation.id) requires \(requirement.id) \(requirement.range), which is not there",
          plugin: generation.id)
      }
      guard let current = other.current else {
        throw PluginError(
          .failedDependency,
          "\(generation.id) requires \(requirement.id), which is not active: "
            + (other.failure?.message ?? "it is disabled"),
          plugin: generation.id)
      }
      guard requirement.range.contains(current.descriptor.version) else {
        throw PluginError(
          .unsuitableDependency,
          "\(generation.id) requires \(requirement.id) \(requirement.range); version "
            + "\(current.descriptor.version) is active",
          plugin: generation.id)
      }
    }
  }

  /// The registry itself makes every step, so an illegal one is a mistake in it.
  func advance(_ lifecycle: inout PluginLifecycle, to state: PluginLifecycle.State) {
    do {
      try lifecycle.advance(to: state, at: options.clock())
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
