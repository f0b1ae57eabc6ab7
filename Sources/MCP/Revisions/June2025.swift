extension RevisionTraits {
  /// 2025-06-18: `structuredContent` with `outputSchema`, links to resources, `title`, a wider `_meta`.
  static let june2025 = RevisionTraits(
    methods: legacyMethods,
    definitionMembers: [.annotations, .title, .outputSchema, .meta],
    structuredContent: .objects, progressMessage: true, audioContent: true,
    resourceLinks: true, lastModified: true, serverDescription: false, completions: true,
    tasks: .absent, resourceNotFound: -32002, inputFailuresAreResults: false)
}
