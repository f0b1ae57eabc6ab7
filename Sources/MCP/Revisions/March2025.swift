extension RevisionTraits {
  /// 2025-03-26: Streamable HTTP, tool annotations, `message` in progress notifications.
  static let march2025 = RevisionTraits(
    methods: legacyMethods, toolMembers: [.annotations], structuredContent: .absent,
    serverTitle: false, progressMessage: true)
}
