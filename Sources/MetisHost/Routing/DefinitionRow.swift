import MetisConfig

/// The definitions of a configuration in the order of the snapshot's targets: tools, then resources
/// and templates, then prompts. A view: it copies no definition, so that ten thousand are compared in a
/// few milliseconds.
struct DefinitionRow {
  private let configuration: Configuration
  private let common: TargetDefinition.Common
  private let resourceStart: Int
  private let promptStart: Int
  let count: Int
  /// Side by side, since the next configuration asks for all of them.
  private let stamps: [UInt64]

  init(_ configuration: Configuration) {
    self.configuration = configuration
    common = TargetDefinition.Common(configuration)
    resourceStart = configuration.tools.count
    promptStart = resourceStart + configuration.resources.count
    count = promptStart + configuration.prompts.count
    let (tools, resources) = (configuration.tools, configuration.resources)
    let prompts = configuration.prompts
    var stamps: [UInt64] = []
    stamps.reserveCapacity(count)
    // By places: a closure over the elements would copy them.
    for place in tools.indices { stamps.append(tools[place].value.stamp) }
    for place in resources.indices { stamps.append(resources[place].value.stamp) }
    for place in prompts.indices { stamps.append(prompts[place].value.stamp) }
    self.stamps = stamps
  }

  var indices: Range<Int> { 0..<count }

  /// The places of one kind.
  func places(of kind: Target.Kind) -> Range<Int> {
    switch kind {
    case .tool: 0..<resourceStart
    case .resource: resourceStart..<promptStart
    case .prompt: promptStart..<count
    }
  }

  func kind(_ place: Int) -> Target.Kind {
    place < resourceStart ? .tool : place < promptStart ? .resource : .prompt
  }

  /// The tool's or prompt's name, or the resource's URI.
  func name(_ place: Int) -> String {
    switch kind(place) {
    case .tool: configuration.tools[place].value.name
    case .resource: configuration.resources[place - resourceStart].value.uri
    case .prompt: configuration.prompts[place - promptStart].value.name
    }
  }

  /// Equal stamps, other than 0: the same definition.
  func stamp(_ place: Int) -> UInt64 { stamps[place] }

  /// The name of the strategy that answers.
  func strategy(_ place: Int) -> String {
    switch kind(place) {
    case .tool: configuration.tools[place].value.mock.strategy
    case .resource: configuration.resources[place - resourceStart].value.mock.strategy
    case .prompt: configuration.prompts[place - promptStart].value.mock.strategy
    }
  }

  /// What answers.
  func mock(_ place: Int) -> MockSettings {
    switch kind(place) {
    case .tool: configuration.tools[place].value.mock
    case .resource: configuration.resources[place - resourceStart].value.mock
    case .prompt: configuration.prompts[place - promptStart].value.mock
    }
  }

  func settings(_ place: Int) -> TargetDefinition.Settings {
    switch kind(place) {
    case .tool: common.settings(configuration.tools[place])
    case .resource: common.settings(configuration.resources[place - resourceStart])
    case .prompt: common.settings(configuration.prompts[place - promptStart])
    }
  }

  /// Everything about one definition.
  subscript(_ place: Int) -> TargetDefinition {
    switch kind(place) {
    case .tool: TargetDefinition(configuration.tools[place], common)
    case .resource: TargetDefinition(configuration.resources[place - resourceStart], common)
    case .prompt: TargetDefinition(configuration.prompts[place - promptStart], common)
    }
  }

  /// Whether the definition at `place` is the one at `other` of `row`: by their stamps, or member by
  /// member where nobody has stamped them.
  func isSame(_ place: Int, as other: Int, in row: DefinitionRow) -> Bool {
    let stamp = stamp(place)
    if stamp != 0, stamp == row.stamp(other) { return true }
    let (new, old) = (self[place], row[other])
    return new.definition == old.definition && new.directory == old.directory
      && new.mock.seed == old.mock.seed
  }
}

/// Finds the definitions of a configuration in the one before: a step beside it, since most stand
/// where they stood, and by their names from the first surprise on.
struct DefinitionSearch {
  /// A definition that goes by the same name in the configuration before.
  struct Found {
    let place: Int
    /// The definition itself is unchanged.
    let hasSameDefinition: Bool
    /// What the server's own settings make of it is unchanged as well.
    let isSame: Bool
  }

  private let old: DefinitionRow
  private var kind: Target.Kind?
  private var cursor = 0
  private var places: [TargetDefinition.Key: Int]?

  init(_ old: DefinitionRow) { self.old = old }

  /// The definition at `place` of `new`, to be asked in order.
  mutating func find(_ place: Int, in new: DefinitionRow) -> Found? {
    let kind = new.kind(place)
    if kind != self.kind {
      self.kind = kind
      cursor = old.places(of: kind).lowerBound
    }
    guard let found = self.place(of: place, kind, in: new) else { return nil }
    cursor = found + 1
    let hasSameDefinition = new.isSame(place, as: found, in: old)
    return Found(
      place: found, hasSameDefinition: hasSameDefinition,
      isSame: hasSameDefinition && new.settings(place) == old.settings(found))
  }

  private mutating func place(of place: Int, _ kind: Target.Kind, in new: DefinitionRow) -> Int? {
    if old.places(of: kind).contains(cursor) {
      let stamp = new.stamp(place)
      if stamp != 0, stamp == old.stamp(cursor) { return cursor }
      if new.name(place) == old.name(cursor) { return cursor }
    }
    if places == nil {
      places = Dictionary(
        old.indices.map { (TargetDefinition.Key(kind: old.kind($0), name: old.name($0)), $0) },
        uniquingKeysWith: { _, last in last })
    }
    return places?[TargetDefinition.Key(kind: kind, name: new.name(place))]
  }
}
