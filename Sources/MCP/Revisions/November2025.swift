extension RevisionTraits {
  /// 2025-11-25: icons, descriptions of implementations.
  static let november2025 = RevisionTraits(
    methods: legacyMethods + [.tasksGet, .tasksResult, .tasksList, .tasksCancel, .taskStatus],
    toolMembers: [.annotations, .title, .outputSchema, .meta, .icons],
    structuredContent: .objects, serverTitle: true, progressMessage: true)
}
