extension RevisionTraits {
  /// 2024-11-05: the first revision.
  static let november2024 = RevisionTraits(
    methods: legacyMethods,
    definitionMembers: [],
    structuredContent: .absent, progressMessage: false, audioContent: false,
    resourceLinks: false, lastModified: false, serverDescription: false, completions: false,
    tasks: .absent, resourceNotFound: -32002, inputFailuresAreResults: false)
}
