import JSON
import MetisConfig
import MetisPluginAPI

extension PluginGeneration {
  /// Holds the manifest's [config] against the plugin's schema, which is known once `init` has
  /// returned: `init` has the table by then, as it stands.
  func checkManifest() throws(PluginError) {
    guard case .schema(let schema) = sections.entry(METIS_SECTION_PLUGIN, of: self) else {
      return try askManifest()
    }
    if schema.accepts(manifest.config) { return try askManifest() }
    let section = configSection
    let faults = SectionFaults.all(schema, section.value).map { $0.error(in: section).description }
    // The error's own text begins with the file.
    throw PluginError(.manifest, faults.joined(separator: "; "), plugin: id, file: manifest.file)
  }

  /// Has the plugin check the table itself.
  private func askManifest() throws(PluginError) {
    let section = configSection
    if let error = SectionCheck(active: []).ask(
      self, METIS_SECTION_PLUGIN, manifest.config, section)
    {
      throw PluginError(.manifest, error.description, plugin: id, file: manifest.file)
    }
  }

  /// The table with its places; without a manifest an empty one.
  private var configSection: ConfigSection {
    manifest.configSection.section
      ?? ConfigSection(
        ConfigValue(.table([]), at: ConfigPlace(file: manifest.file)), path: "config",
        directory: manifest.directory)
  }
}
