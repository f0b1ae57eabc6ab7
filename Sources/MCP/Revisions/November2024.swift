extension RevisionTraits {
  /// 2024-11-05: the first revision.
  static let november2024 = RevisionTraits(
    methods: legacyMethods, toolMembers: [], structuredContent: .absent, serverTitle: false,
    progressMessage: false)
}
