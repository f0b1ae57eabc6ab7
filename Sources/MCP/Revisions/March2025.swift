extension RevisionTraits {
  /// 2025-03-26: Streamable HTTP, tool annotations, audio, completions, `message` in progress notifications.
  static let march2025 = RevisionTraits(
    methods: legacyMethods,
    definitionMembers: [.annotations],
    structuredContent: .absent, progressMessage: true, audioContent: true,
    resourceLinks: false, lastModified: false, serverDescription: false, completions: true,
    tasks: .absent, resourceNotFound: -32002, inputFailuresAreResults: false)
}
