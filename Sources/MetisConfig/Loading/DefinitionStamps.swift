import Synchronization

/// Gives definitions their stamps: the one from before to a definition that is the same as before,
/// wherever in its file it stands, else a fresh one.
struct DefinitionStamps {
  /// What a definition was made from, as a hash, with its stamp.
  struct Mark {
    let contents: Int
    let stamp: UInt64
  }

  /// What was given out.
  private(set) var marks: [Mark] = []
  private let before: [Int: UInt64]

  /// The process's last stamp.
  private static let last = Atomic<UInt64>(0)

  /// `before`: those of the reading that this one follows.
  init(after before: [Mark]) {
    self.before = Dictionary(before.map { ($0.contents, $0.stamp) }) { first, _ in first }
  }

  /// The stamp of the definition that is made from `value`, with all that holds for it.
  mutating func stamp(
    of value: ConfigValue, kind: DefinitionKind, context: DefinitionContext
  ) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(kind)
    hasher.combine(context.contents)
    value.place.directory.hashBytes(into: &hasher)
    value.hashDirectories(otherThan: value.place.directory, into: &hasher)
    value.hashContents(into: &hasher)
    let contents = hasher.finalize()
    let stamp =
      before[contents] ?? Self.last.wrappingAdd(1, ordering: .relaxed).newValue
    marks.append(Mark(contents: contents, stamp: stamp))
    return stamp
  }
}

/// What holds for definitions beside their own text.
struct DefinitionContext {
  /// `[server.validation]`.
  let validation: ValidationSettings

  /// `[defaults]` and `[groups]`.
  let defaults: DefinitionDefaults

  /// `security.allow_plain_secrets`.
  let allowsPlainSecrets: Bool

  /// A hash of all that this was made from: the same one, the same context.
  let contents: Int

  /// The same with the places: warnings and errors of definitions may name them.
  let places: Int

  /// What `root`, the substituted tree of the settings, says for all definitions.
  init(_ root: ConfigValue, validation: ValidationSettings, report: ConfigReport) {
    self.validation = validation
    defaults = DefinitionDefaults(root, report: report)
    let allowed = root["security"]?["allow_plain_secrets"]
    if case .bool(true)? = allowed?.content {
      allowsPlainSecrets = true
    } else {
      allowsPlainSecrets = allowed?.isSubstituted == true && allowed?.string == "true"
    }
    var hasher = Hasher()
    let values = [root["server"]?["validation"], root["defaults"], root["groups"], allowed]
    for value in values {
      hasher.combine(value == nil)
      value?.hashContents(into: &hasher)
    }
    contents = hasher.finalize()
    for value in values { value?.hashPlaces(into: &hasher) }
    places = hasher.finalize()
  }
}
