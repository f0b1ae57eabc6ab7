/// Why a plugin, or a change of one, was refused.
///
/// A value that stays with the plugin it concerns: one bad plugin never stops the host or the
/// others. `message` says what was found, what was expected and what to do.
public struct PluginError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Each way in which a plugin can be refused.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The file or directory is not there, not readable, or too large.
    case unreadable
    /// The private copy could not be written.
    case store
    /// The manifest is malformed: syntax, an unknown key, a value of the wrong kind.
    case manifest
    /// The manifest asks for an isolation that this host does not offer.
    case isolation
    /// Not an ELF file.
    case notELF = "not-elf"
    /// The ELF file ends before its own tables say.
    case truncated
    /// An ELF file for another machine or word size, or not a shared object.
    case wrongMachine = "wrong-machine"
    /// No section `metis_meta`, or a malformed one: not a Metis plugin.
    case noMeta = "no-meta"
    /// Built for another major of the ABI.
    case abiMajor = "abi-major"
    /// Built for a newer minor of the ABI.
    case abiMinor = "abi-minor"
    /// No signature beside the library, and the policy requires one.
    case unsigned
    /// The signature is malformed, by an untrusted key, or does not fit the bytes.
    case badSignature = "bad-signature"
    /// The SHA-256 of the file is not the one that was asked for.
    case digest
    /// The dynamic loader refused the library.
    case loader
    /// The library has no symbol `metis_plugin_entry`.
    case noEntry = "no-entry"
    /// The entry returned a failure.
    case entryFailed = "entry-failed"
    /// A table of the plugin is too short, holds a null pointer, or is malformed.
    case badTable = "bad-table"
    /// The descriptor holds a malformed id, version, name or list.
    case badDescriptor = "bad-descriptor"
    /// Two plugins have the same id.
    case duplicateID = "duplicate-id"
    /// The file that was to replace a plugin has another id.
    case otherID = "other-id"
    /// A plugin that this one requires is not there.
    case missingDependency = "missing-dependency"
    /// A plugin that this one requires is there in an unsuitable version.
    case unsuitableDependency = "unsuitable-dependency"
    /// Plugins require each other in a circle.
    case dependencyCycle = "dependency-cycle"
    /// A plugin that this one requires has failed.
    case failedDependency = "failed-dependency"
    /// Other active plugins require this one as it is.
    case required
    /// A need that the manifest does not grant.
    case missingGrant = "missing-grant"
    /// `init` returned a failure.
    case initFailed = "init-failed"
    /// An exception of the plugin reached the boundary.
    case exception
    /// The state of the old generation could not be handed to the new one.
    case stateHandover = "state-handover"
    /// The host could not build what the change needs (instances, routes, transports).
    case adoption
    /// A filter refused the change.
    case rejected
    /// So many retired images stay mapped that only a restart helps.
    case mappedLimit = "mapped-limit"
    /// No plugin of that id or name.
    case unknownPlugin = "unknown-plugin"
    /// The plugin is not in a state in which this can be done.
    case wrongState = "wrong-state"
    /// There is no earlier generation to return to.
    case noPrevious = "no-previous"
  }

  /// What kind of failure it is.
  public var kind: Kind
  /// The plugin's id, where it is known by then.
  public var plugin: String?
  /// The manifest or library that the failure concerns.
  public var file: String?
  /// What was found, what was expected, what to do.
  public var message: String

  /// Makes an error; `plugin` and `file` may be added by whoever knows them.
  public init(_ kind: Kind, _ message: String, plugin: String? = nil, file: String? = nil) {
    self.kind = kind
    self.message = message
    self.plugin = plugin
    self.file = file
  }

  /// The last part of the `type` URI of a problem document (RFC 9457 section 3.1.1).
  public var problemType: String { "plugin-" + kind.rawValue }

  /// One line: file, plugin, message.
  public var description: String {
    var parts: [String] = []
    if let file { parts.append(file) }
    if let plugin { parts.append(plugin) }
    parts.append(message)
    return parts.joined(separator: ": ")
  }

  /// The same error with the plugin and the file where they are not known yet.
  func about(plugin: String? = nil, file: String? = nil) -> PluginError {
    PluginError(kind, message, plugin: self.plugin ?? plugin, file: self.file ?? file)
  }
}
