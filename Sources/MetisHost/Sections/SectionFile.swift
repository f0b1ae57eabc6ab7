import Glibc
import MetisConfig

/// Files and folders that a section names.
enum SectionFile {
  /// `path` against `directory` unless it is absolute; without `.` and `..` and doubled slashes.
  static func absolute(_ path: String, in directory: String) -> String {
    var parts: [Substring] = []
    for part in (path.hasPrefix("/") ? path : "\(directory)/\(path)").split(separator: "/") {
      switch part {
      case ".": break
      case "..": _ = parts.popLast()
      default: parts.append(part)
      }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// `path` as the system has it: absolute, without links. As it is where it leads nowhere.
  static func resolved(_ path: String) -> String {
    guard let found = realpath(path, nil) else { return path }
    defer { free(found) }
    return String(cString: found)
  }

  /// What is wrong with the file, folder or pattern that `value` names; nil where all is well or it is
  /// no text.
  static func fault(
    _ annotation: SectionAnnotation, _ value: ConfigValue, in directory: String
  ) -> (message: String, hint: String?)? {
    guard let text = value.string, !text.isEmpty else { return nil }
    let path = absolute(text, in: directory)
    let shown = value.isSubstituted ? "the path from the environment" : value.shown
    switch annotation {
    case .file:
      switch kind(path) {
      case .file: return nil
      case .folder: return ("found the folder \(shown), expected a file", nil)
      case .missing(let reason):
        let hint = value.isSubstituted ? nil : neighbour(path) ?? "looked for \(path)"
        return ("found no file \(shown): \(reason)", hint)
      }
    case .directory:
      switch kind(path) {
      case .folder: return nil
      case .file: return ("found the file \(shown), expected a folder", nil)
      case .missing(let reason):
        let hint = value.isSubstituted ? nil : neighbour(path) ?? "looked for \(path)"
        return ("found no folder \(shown): \(reason)", hint)
      }
    case .glob:
      guard matches(text, in: directory).isEmpty else { return nil }
      return (
        "found no file that matches \(shown), expected at least one",
        value.isSubstituted ? nil : "looked in \(folder(of: text, in: directory))"
      )
    case .secret, .strategy: return nil
    }
  }

  private enum Kind {
    case file
    case folder
    /// The reason in the words of the system.
    case missing(String)
  }

  private static func kind(_ path: String) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .missing(String(cString: strerror(errno))) }
    return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }

  /// A file or folder beside the missing one whose name is nearly the same.
  private static func neighbour(_ path: String) -> String? {
    let leaf = path.split(separator: "/").last.map(String.init) ?? ""
    guard let names = directoryNames(FileNames.folder(of: path)) else {
      return nil
    }
    return nearest(to: leaf, among: names).map { "did you mean \"\($0)\"?" }
  }

  /// The files that a pattern matches, absolute and sorted; `*`, `?` and `[…]` as in a shell.
  static func matches(_ pattern: String, in directory: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    let special: Set<Character> = ["*", "?", "[", "\\"]
    let escaped = directory.map { special.contains($0) ? "\\\($0)" : String($0) }.joined()
    let whole = pattern.hasPrefix("/") ? pattern : "\(escaped)/\(pattern)"
    guard glob(whole, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { index in
      paths[index].map { absolute(String(cString: $0), in: "/") }
    }.filter { if case .file = kind($0) { true } else { false } }
  }

  /// The folder whose changes can change what a pattern matches: the part before its first special
  /// character.
  static func folder(of pattern: String, in directory: String) -> String {
    let plain = pattern.split(separator: "/", omittingEmptySubsequences: false)
      .prefix { part in !part.contains { "*?[\\".contains($0) } }
    let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
    // A pattern without special characters is one file.
    let folder = plain.count == parts.count ? plain.dropLast() : plain
    return absolute(folder.joined(separator: "/") + (folder == [""] ? "/" : ""), in: directory)
  }
}
