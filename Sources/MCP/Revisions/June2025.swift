extension RevisionTraits {
  /// 2025-06-18: `structuredContent` with `outputSchema`, `title`, a wider `_meta`.
  static let june2025 = RevisionTraits(
    methods: legacyMethods, toolMembers: [.annotations, .title, .outputSchema, .meta],
    structuredContent: .objects, serverTitle: true, progressMessage: true)
}
