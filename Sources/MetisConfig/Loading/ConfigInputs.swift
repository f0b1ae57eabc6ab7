/// Where a configuration comes from, in rising order of what counts: files and their overlays, then
/// single settings, then options of the command line.
///
/// Layers are laid over each other key by key; arrays of tables are appended, of everything else the
/// higher layer counts. A tool, resource or prompt that a lower layer has as well, by its name or
/// URI, is not a second one: it is laid over that one entry by entry, its arrays replaced. So is one
/// in a folder that a lower layer names. Within one file two of a name are an error.
public struct ConfigInputs: Sendable {
  /// A setting that stands in no file.
  public struct Setting: Sendable, Hashable {
    /// The key path: `server.port`.
    public var key: String

    /// Its value as text: a TOML value where it is one, else a string.
    public var value: String

    /// How the user gave it, for messages: `--set server.port=3001`, `--port 3001`; the value of a
    /// secret as stars.
    public var origin: String

    /// A setting.
    public init(key: String, value: String, origin: String) {
      self.key = key
      self.value = value
      self.origin = origin
      guard Self.isSecret(key, value) else { return }
      let given = origin.hasSuffix(value) ? String(origin.dropLast(value.count)) : "\(key)="
      self.origin = given + SecretText.stars
    }

    private static func isSecret(_ key: String, _ text: String) -> Bool {
      if text.isEmpty { return false }
      if SecretRules.isSecret(path: key) { return true }
      let value = SettingLayers.value(text, at: ConfigPlace(file: ""))
      return ConfigMasking.masked(value).toJSON() != value.toJSON()
    }
  }

  /// The files in the order in which they are laid over each other.
  public var files: [String]

  /// `METIS_ENV`: the overlay `NAME.<this>.toml` beside each file is laid over it; nil: none.
  public var environment: String?

  /// `--set` in their order, then options.
  public var settings: [Setting]

  /// Inputs.
  public init(_ files: [String], environment: String? = nil, settings: [Setting] = []) {
    self.files = files
    self.environment = environment
    self.settings = settings
  }
}
