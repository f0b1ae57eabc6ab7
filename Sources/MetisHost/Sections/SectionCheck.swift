import CBarrier
import JSON
import MetisConfig
import MetisPluginAPI

/// Holds sections against what their plugins say of them: the schema, then what the schema's
/// annotations promise, then the plugin's own check. Control thread only.
struct SectionCheck {
  /// Who provides which strategy; the first of several by the order of manifests.
  let strategies: [String: PluginGeneration]
  /// The generations that serve, in the order of their manifests.
  let active: [PluginGeneration]

  /// `active` are the generations that serve, in the order of their manifests.
  init(active: [PluginGeneration]) {
    self.active = active
    var strategies: [String: PluginGeneration] = [:]
    for generation in active.reversed() where generation.strategy != nil {
      for name in generation.descriptor.provides { strategies[name] = generation }
    }
    self.strategies = strategies
  }

  /// What became of a section.
  struct Outcome {
    /// The section as the plugin is to receive it.
    var value: ConfigValue
    var errors: [ConfigError] = []

    /// The section as JSON text.
    var text: [UInt8] { value.toJSON().jsonBytes() }
  }

  /// How deep strategies may stand in each other.
  static let depth = 32

  /// Checks a section of `kind` (METIS_SECTION_…) of `generation`.
  func check(
    _ generation: PluginGeneration, _ kind: UInt32, _ section: ConfigSection, depth: Int = 0
  ) -> Outcome {
    var section = section
    var outcome = Outcome(value: section.value)
    // A schema that is none is told by SectionReferences; the section goes on to the plugin.
    if case .schema(let schema) = generation.sections.entry(kind, of: generation) {
      section.value = schema.converting(section.value)
      outcome.value = section.value
      if !schema.accepts(outcome.text) {
        outcome.errors += SectionFaults.all(schema, section.value).map { $0.error(in: section) }
      }
      follow(AnnotationWalk(schema).annotations(of: section.value), section, depth, &outcome)
    }
    guard outcome.errors.isEmpty else { return outcome }
    section.value = outcome.value
    if let error = ask(generation, kind, outcome.text, section) { outcome.errors.append(error) }
    return outcome
  }

  private func follow(
    _ annotations: [(annotation: SectionAnnotation, value: ConfigValue, path: [String])],
    _ section: ConfigSection, _ depth: Int, _ outcome: inout Outcome
  ) {
    for (annotation, value, path) in annotations {
      if annotation == .strategy {
        nested(value, path, section, depth, &outcome)
      } else if let fault = SectionFile.fault(annotation, value, in: section.directory) {
        outcome.errors.append(
          section.error(
            at: JSONPointer(tokens: path).description, message: fault.message, hint: fault.hint))
      }
    }
  }

  // MARK: Strategies in strategies

  /// Checks a table such as `mock` that stands in another strategy's section.
  private func nested(
    _ value: ConfigValue, _ path: [String], _ section: ConfigSection, _ depth: Int,
    _ outcome: inout Outcome
  ) {
    guard let mock = NestedStrategy(value, path, section) else { return }
    let pointer = JSONPointer(tokens: path + ["strategy"]).description
    guard depth < SectionCheck.depth else {
      outcome.errors.append(
        section.error(
          at: pointer, message: "found more than \(SectionCheck.depth) strategies in each other"))
      return
    }
    // One that is not installed is told by SectionReferences.
    guard let generation = strategies[mock.name] else { return }
    let inner = check(generation, METIS_SECTION_STRATEGY, mock.section, depth: depth + 1)
    outcome.errors += inner.errors
    outcome.value = outcome.value.replacing(path[...]) { mock.putting(inner.value, into: $0) }
  }

  /// What is said of a strategy that nobody provides.
  func notInstalled(_ name: String) -> String { "the strategy \"\(name)\" is not installed" }

  /// Which strategies there are, with the nearest first.
  func installed(_ name: String) -> String {
    let known = strategies.keys.sorted()
    if let near = nearest(to: name, among: known) { return "did you mean \"\(near)\"?" }
    return known.isEmpty
      ? "no plugin provides a strategy" : "installed: \(known.joined(separator: ", "))"
  }

  // MARK: The plugin's own check

  /// Has the plugin check a section by `metis.config/1`, where it offers that.
  func ask(
    _ generation: PluginGeneration, _ kind: UInt32, _ text: [UInt8], _ section: ConfigSection
  ) -> ConfigError? {
    guard let check = generation.config?.pointee.check else { return nil }
    var error = metis_error_v1.empty
    let pointer = BoundedBuffer(limit: 4096)
    let code = text.withSlice { text in
      pointer.withSink { metis_barrier_check(check, generation.plugin, kind, text, $0, &error) }
    }
    guard code != METIS_OK else { return nil }
    let reason = StrategyCalls.reason(code, error, of: "check")
    return section.refusal(
      of: generation, reason, at: String(decoding: pointer.bytes, as: UTF8.self))
  }
}

extension ConfigSection {
  /// What a plugin says against the section. Without a pointer the beginning of the text may say
  /// where: a path of keys such as `steps.3.text: …`.
  func refusal(
    of generation: PluginGeneration, _ reason: String, at pointer: String = ""
  ) -> ConfigError {
    var pointer = pointer
    var text = reason
    if let end = reason.ranges(of: ": ").first {
      let tokens = reason[..<end.lowerBound].split(separator: ".").map(String.init)
      let path = JSONPointer(tokens: tokens).description
      if !tokens.isEmpty, pointer.isEmpty || pointer == path, value.value(at: tokens) != nil {
        // The place says as much.
        pointer = path
        text = String(reason[end.upperBound...])
      }
    }
    return error(at: pointer, message: "\(generation.id): \(text)")
  }
}

/// A table such as `mock` in another strategy's section: `strategy` and what that receives.
struct NestedStrategy {
  /// The strategy's name.
  let name: String
  /// What it receives: its own table, or what stands beside `strategy`.
  let section: ConfigSection

  /// The keys of a mock that are the host's.
  private static let common = ["strategy", "seed", "timeout_ms"]

  /// nil where `value` names no strategy.
  init?(_ value: ConfigValue, _ path: [String], _ outer: ConfigSection) {
    guard let entries = value.table, let name = value["strategy"]?.string, !name.isEmpty else {
      return nil
    }
    self.name = name
    var own = value[name]?.table ?? []
    let ownTable = own.isEmpty ? nil : ConfigSection.OwnTable(name, own)
    own += entries.filter { entry in
      !NestedStrategy.common.contains(entry.key)
        && !(entry.key == name && entry.value.table != nil)
        && !own.contains { $0.key == entry.key }
    }
    var table = value
    table.content = .table(own)
    let place = outer.error(at: JSONPointer(tokens: path).description, message: "")
    section = ConfigSection(
      table, path: place.keyPath, directory: outer.directory, own: ownTable)
  }

  /// The table `outer` with the members of the section as `checked` has them.
  func putting(_ checked: ConfigValue, into outer: ConfigValue) -> ConfigValue {
    guard let entries = outer.table else { return outer }
    var outer = outer
    outer.content = .table(
      entries.map { entry in
        var entry = entry
        if entry.key == name, let own = entry.value.table {
          entry.value.content = .table(own.map { merged($0, checked) })
        } else if !NestedStrategy.common.contains(entry.key) {
          entry = merged(entry, checked)
        }
        return entry
      })
    return outer
  }

  private func merged(_ entry: ConfigEntry, _ checked: ConfigValue) -> ConfigEntry {
    var entry = entry
    if let value = checked[entry.key] { entry.value = value }
    return entry
  }
}

extension ConfigValue {
  /// The value with what stands at `path` replaced.
  func replacing(_ path: ArraySlice<String>, _ change: (ConfigValue) -> ConfigValue) -> ConfigValue
  {
    guard let token = path.first else { return change(self) }
    var value = self
    switch content {
    case .table(var entries):
      if let index = entries.firstIndex(where: { $0.key == token }) {
        entries[index].value = entries[index].value.replacing(path.dropFirst(), change)
      }
      value.content = .table(entries)
    case .array(var elements):
      if let index = Int(token), elements.indices.contains(index) {
        elements[index] = elements[index].replacing(path.dropFirst(), change)
      }
      value.content = .array(elements)
    default: break
    }
    return value
  }
}
