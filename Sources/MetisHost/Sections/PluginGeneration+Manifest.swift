import JSON
import MetisConfig
import MetisPluginAPI

extension PluginGeneration {
  /// Holds the manifest's [config] against the plugin's schema, which is known once `init` has
  /// returned: `init` has the table by then, as it stands.
  func checkManifest() throws(PluginError) {
    let section = configSection
    var faults: [ConfigError] = []
    if case .schema(let schema) = sections.entry(METIS_SECTION_PLUGIN, of: self) {
      if !schema.accepts(manifest.config) {
        faults = SectionFaults.all(schema, section.value).map { $0.error(in: section) }
      }
      for (annotation, value, path) in AnnotationWalk(schema).annotations(of: section.value) {
        guard let fault = SectionFile.fault(annotation, value, in: section.directory) else {
          continue
        }
        faults.append(
          section.error(
            at: JSONPointer(tokens: path).description, message: fault.message, hint: fault.hint))
      }
    }
    if faults.isEmpty,
      let error = SectionCheck(active: []).ask(
        self, METIS_SECTION_PLUGIN, manifest.config, section)
    {
      faults = [error]
    }
    guard !faults.isEmpty else { return }
    // The error names the file itself.
    let lines = faults.map { fault in
      let place = fault.line > 0 ? "\(fault.line):\(fault.column): " : ""
      return "\(place)\(fault.keyPath): \(fault.message)\(fault.hint.map { " (\($0))" } ?? "")"
    }
    throw PluginError(
      .manifest, lines.joined(separator: "; "), plugin: id, file: manifest.file)
  }

  /// The table with its places; without a manifest an empty one.
  var configSection: ConfigSection {
    manifest.configSection.section
      ?? ConfigSection(
        ConfigValue(.table([]), at: ConfigPlace(file: manifest.file)), path: "config",
        directory: manifest.directory)
  }
}
