extension RevisionTraits {
  /// 2025-11-25: icons, descriptions of implementations, tasks.
  static let november2025 = RevisionTraits(
    methods: legacyMethods + [.tasksGet, .tasksResult, .tasksList, .tasksCancel, .taskStatus],
    definitionMembers: [.annotations, .title, .outputSchema, .meta, .icons, .execution],
    structuredContent: .objects, progressMessage: true, audioContent: true,
    resourceLinks: true, lastModified: true, serverDescription: true, completions: true,
    tasks: .capability, resourceNotFound: -32002, inputFailuresAreResults: true)
}
