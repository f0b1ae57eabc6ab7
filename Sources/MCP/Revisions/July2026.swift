extension RevisionTraits {
  /// 2026-07-28: no handshake, no sessions; each request tells its revision and capabilities.
  static let july2026 = RevisionTraits(
    methods: [
      .discover, .toolsList, .toolsCall, .resourcesList, .resourceTemplatesList, .resourcesRead,
      .promptsList, .promptsGet, .complete, .listen, .tasksGet, .tasksUpdate, .tasksCancel,
      .cancelled,
    ],
    toolMembers: [.annotations, .title, .outputSchema, .meta, .icons], isStateless: true,
    structuredContent: .any, serverTitle: true, progressMessage: true)
}
