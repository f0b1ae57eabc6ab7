import JSON
import MCP
import MetisPluginAPI

import struct MetisConfig.ServerSettings

/// Everything that a request needs to find its way, immutable: a reload or a swap makes a new one
/// and stores it in one step.
///
/// Readers hold an epoch slot instead of a reference (DESIGN: no reference counting on what two
/// loops share).
final class Snapshot: @unchecked Sendable {
  /// A target and what answers it now.
  struct Route {
    let target: Unmanaged<Target>
    /// Nil where nothing answers: the plugin is disabled or failed.
    let instances: Unmanaged<InstanceSet>?
  }

  /// An authentication plugin and its instance.
  struct Auth {
    let generation: PluginGeneration
    let table: UnsafePointer<metis_auth_v1>
    let instance: UnsafeMutableRawPointer?
  }

  /// A filter plugin and its instance.
  struct Filter {
    let generation: PluginGeneration
    let table: UnsafePointer<metis_filter_v1>
    let instance: UnsafeMutableRawPointer?
  }

  /// A resource that a URI leads to.
  struct ResourceRoute {
    let route: UnsafePointer<Route>
    /// The variables of a template as a JSON object; `{}` for a resource.
    let arguments: [UInt8]
  }

  let number: UInt64
  /// The settings that requests go by.
  let settings: ServerSettings
  /// The tools, then the resources and templates, then the prompts: each in the order of the
  /// configuration.
  let targets: [Target]
  let instanceSets: [InstanceSet?]
  let auths: [Auth]
  let filters: [Filter]
  /// Whether ``auths`` and ``filters`` are empty, without touching the arrays.
  let isOpen: Bool
  let isUnfiltered: Bool
  let encoded: EncodedAnswers

  /// The places of ``targets`` where resources and prompts begin.
  private let resourceStart: Int
  private let promptStart: Int
  private let tools: NameTable
  private let resources: NameTable
  private let prompts: NameTable
  private let routes: UnsafeMutablePointer<Route>
  /// The places of templates, the most specific first; of equal ones the first of the
  /// configuration.
  private let templates: [(template: URITemplate, place: Int)]

  /// `targets` in the order of their kinds.
  init(
    number: UInt64, settings: ServerSettings, targets: [Target], instanceSets: [InstanceSet?],
    auths: [Auth], filters: [Filter], encoded: EncodedAnswers
  ) {
    self.number = number
    self.settings = settings
    self.targets = targets
    self.instanceSets = instanceSets
    self.auths = auths
    self.filters = filters
    isOpen = auths.isEmpty
    isUnfiltered = filters.isEmpty
    self.encoded = encoded
    resourceStart = Snapshot.start(of: .resource, in: targets)
    promptStart = Snapshot.start(of: .prompt, in: targets)
    tools = NameTable(targets[..<resourceStart].map(\.name))
    resources = NameTable(targets[resourceStart..<promptStart].map(\.name))
    prompts = NameTable(targets[promptStart...].map(\.name))
    routes = .allocate(capacity: max(1, targets.count))
    for (place, target) in targets.enumerated() {
      (routes + place).initialize(
        to: Route(
          target: Unmanaged.passUnretained(target),
          instances: instanceSets[place].map { Unmanaged.passUnretained($0) }))
    }
    let found = (resourceStart..<promptStart).compactMap { place in
      targets[place].rules.template.map { (template: $0, place: place) }
    }
    templates = found.sorted { left, right in
      if left.template.isMoreSpecific(than: right.template) { return true }
      return !right.template.isMoreSpecific(than: left.template) && left.place < right.place
    }
  }

  deinit { routes.deallocate() }

  /// The route of a tool by its name; nil where there is none.
  @inline(__always)
  func route(_ name: UnsafeRawBufferPointer) -> UnsafePointer<Route>? {
    let place = tools.place(of: name)
    return place < 0 ? nil : UnsafePointer(routes + place)
  }

  /// The route of a prompt by its name; nil where there is none.
  func prompt(_ name: UnsafeRawBufferPointer) -> UnsafePointer<Route>? {
    let place = prompts.place(of: name)
    return place < 0 ? nil : UnsafePointer(routes + promptStart + place)
  }

  /// What a URI leads to: the resource of that URI, else the most specific template that matches;
  /// nil where there is none.
  func resource(_ uri: UnsafeRawBufferPointer) -> ResourceRoute? {
    let place = resources.place(of: uri)
    if place >= 0, targets[resourceStart + place].rules.template == nil {
      return ResourceRoute(
        route: UnsafePointer(routes + resourceStart + place), arguments: Array("{}".utf8))
    }
    for (template, place) in templates {
      guard let values = template.match(uri) else { continue }
      let object = JSONObject(values.map { ($0.name, JSONValue.string($0.value)) })
      return ResourceRoute(
        route: UnsafePointer(routes + place), arguments: JSONValue.object(object).jsonBytes())
    }
    return nil
  }

  /// The target of a URI or of the very text of a template; nil where there is none.
  func resourceTarget(_ uri: String) -> Target? {
    var uri = uri
    return uri.withUTF8 { bytes in
      let bytes = UnsafeRawBufferPointer(bytes)
      let place = resources.place(of: bytes)
      if place >= 0 { return targets[resourceStart + place] }
      return resource(bytes)?.route.pointee.target.takeUnretainedValue()
    }
  }

  /// The targets of one list, in its order; `targets` stand in the order of their kinds.
  static func targets(_ targets: [Target], of list: ListKind) -> ArraySlice<Target> {
    let resources = start(of: .resource, in: targets)
    let prompts = start(of: .prompt, in: targets)
    switch list {
    case .tools: return targets[..<resources]
    case .resources: return targets[resources..<prompts].filter { !$0.isTemplate }[...]
    case .resourceTemplates: return targets[resources..<prompts].filter(\.isTemplate)[...]
    case .prompts: return targets[prompts...]
    }
  }

  /// Where a kind begins in `targets`, by halves: the kinds stand in the order of their numbers.
  private static func start(of kind: Target.Kind, in targets: [Target]) -> Int {
    var (low, high) = (0, targets.count)
    while low < high {
      let middle = (low + high) / 2
      if targets[middle].kind.rawValue < kind.rawValue { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
