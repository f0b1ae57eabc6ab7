/// What is to be watched, as absolute paths. They need not exist.
struct WatchSet: Sendable, Hashable {
  /// Single files.
  var files: Set<String> = []
  /// Folders with all that is below them.
  var folders: Set<String> = []
}

/// What a ``FileWatcher`` noticed.
struct FileChanges: Sendable, Hashable {
  /// The files and folders of the ``WatchSet`` that changed, as they stand there.
  var roots: Set<String> = []
  /// What changed, for people: files of the set, and files in its folders.
  var paths: Set<String> = []
  /// Events were lost: anything may have changed.
  var isEverything = false
  /// Nothing was noticed, but more is watched than before, and it may have changed before that.
  var isPrecaution = false

  init() {}
}
