extension RevisionTraits {
  /// 2026-07-28: no handshake, no sessions; each request tells its revision and capabilities.
  static let july2026 = RevisionTraits(
    methods: [
      .discover, .toolsList, .toolsCall, .resourcesList, .resourceTemplatesList, .resourcesRead,
      .promptsList, .promptsGet, .complete, .listen, .tasksGet, .tasksUpdate, .tasksCancel,
      .cancelled,
    ],
    definitionMembers: [.annotations, .title, .outputSchema, .meta, .icons], isStateless: true,
    structuredContent: .any, progressMessage: true, audioContent: true,
    resourceLinks: true, lastModified: true, serverDescription: true, completions: true,
    tasks: .extension, resourceNotFound: -32602, inputFailuresAreResults: true)
}
