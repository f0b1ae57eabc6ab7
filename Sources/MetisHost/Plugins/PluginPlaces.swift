import MetisConfig

/// Where plugins come from and what is demanded of them, key by key: what the command line says, else
/// `[plugins]` of the configuration, else what was found. Settled when a host starts.
struct PluginPlaces: Sendable, Hashable {
  /// The directory of manifests; nil: there are no plugins.
  let directory: String?

  /// Directories in which libraries are searched after their manifest's, in this order.
  let librarySearchPath: [String]

  /// What is demanded of signatures.
  let signatures: PluginSettings.Signatures

  /// Files with the public keys that are trusted (minisign).
  let trustedKeys: [String]

  /// What `options` say over `settings`.
  init(_ options: HostOptions, _ settings: PluginSettings) {
    directory = options.plugins ?? settings.directory ?? options.installedPlugins
    let named = options.librarySearchPath
    librarySearchPath =
      (named.isEmpty ? settings.libraryPath : named) + options.installedLibraries
    signatures =
      options.signatures.flatMap(PluginSettings.Signatures.init(rawValue:))
      ?? settings.signatures ?? .off
    trustedKeys = options.trustedKeys.isEmpty ? settings.trustedKeys : options.trustedKeys
  }

  /// What a registry of these plugins needs. Throws for a key that cannot be read.
  func registryOptions() throws(StartError) -> PluginRegistry.Options {
    var registry = PluginRegistry.Options()
    registry.librarySearchPath = librarySearchPath
    registry.signatures = try policy()
    return registry
  }

  private func policy() throws(StartError) -> SignaturePolicy {
    if signatures == .off { return .off }
    var keys: [MinisignPublicKey] = []
    for file in trustedKeys {
      do throws(PluginError) {
        let bytes = try PluginStore.read(file)
        do throws(SigningError) {
          keys.append(try MinisignPublicKey(file: bytes))
        } catch {
          throw PluginError(.badSignature, error.message, file: file)
        }
      } catch {
        throw StartError(2, error.description)
      }
    }
    return signatures == .warn ? .warn(trusted: keys) : .require(trusted: keys)
  }
}
