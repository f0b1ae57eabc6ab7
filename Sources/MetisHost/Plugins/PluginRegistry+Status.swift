extension PluginRegistry {
  /// The active generation of `id`; nil where there is none.
  func generation(_ id: String) -> PluginGeneration? {
    records.first { $0.id == id }?.current
  }

  /// Every active generation, in the order of the manifests.
  var active: [PluginGeneration] { records.compactMap(\.current) }

  /// Active plugins with a filter, in the order in which requests pass them.
  var filters: [PluginGeneration] { active.inFilterOrder }

  /// Every plugin, in the order of the manifests.
  var all: [PluginStatus] { records.map(status(of:)) }

  /// The plugin of an id or of a manifest's name.
  func status(_ name: String) throws(PluginError) -> PluginStatus {
    status(of: try record(name))
  }

  /// What the registry as a whole holds.
  var status: RegistryStatus {
    RegistryStatus(
      mappedImages: mappedImages, mappedBytes: mappedBytes, mappedLimit: options.mappedLimit,
      bytesOnDisk: store.bytesOnDisk, storeDirectory: store.directory,
      draining: records.reduce(0) { $0 + $1.draining.count })
  }

  private func status(of record: PluginRecord) -> PluginStatus {
    let state: PluginStatus.State
    if record.current != nil {
      state = .active
    } else if record.isDisabled {
      state = .disabled
    } else if record.failure != nil {
      state = .failed
    } else {
      state = .found
    }
    let live = [record.current].compactMap { $0 } + record.draining.map(\.generation).reversed()
    let generations =
      live.map { GenerationStatus($0, isMapped: true) } + record.history.reversed()
    return PluginStatus(
      id: record.id, name: record.manifest.name, file: record.manifest.file, state: state,
      descriptor: record.current?.descriptor, extensions: record.current?.tables.ids ?? [],
      grants: record.manifest.grants.sorted(), failure: record.failure,
      generations: generations,
      calls: generations.reduce(0) { $0 + $1.calls }, previous: record.previous?.number)
  }
}

extension [PluginGeneration] {
  /// Those with a filter, in the order in which requests pass them: by their manifests' `order`,
  /// then as they stand here.
  var inFilterOrder: [PluginGeneration] {
    filter { $0.filter != nil }.enumerated().sorted { left, right in
      (left.element.manifest.order, left.offset) < (right.element.manifest.order, right.offset)
    }.map(\.element)
  }
}
