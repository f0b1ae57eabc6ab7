/// Replaces references in strings: `${NAME}` and `${NAME:-default}` by variables of the environment,
/// `${file:PATH}` by what a file holds. `$${` is a literal `${`; `${` that begins neither stays as
/// it is. Keys are not touched, and what was put in is not looked at again.
struct Substitution {
  let variable: (String) -> String?
  let report: ConfigReport
  /// What was looked up; nil where nobody asks.
  var sources: SubstitutionSources?

  /// How large a file of `${file:PATH}` may be, in bytes.
  static let greatestFile = 64 << 10

  /// `value` with every string in it substituted. `path` is its key path.
  func apply(to value: ConfigValue, path: String) -> ConfigValue {
    Self.isNeeded(value) ? replaced(value, path: path) : value
  }

  /// Whether a string in it may hold a reference: most values are spared the copy.
  private static func isNeeded(_ value: ConfigValue) -> Bool {
    switch value.content {
    case .string(let text): text.utf8.contains(UInt8(ascii: "$"))
    case .array(let elements): elements.contains(where: isNeeded)
    case .table(let entries): entries.contains { isNeeded($0.value) }
    default: false
    }
  }

  private func replaced(_ value: ConfigValue, path: String) -> ConfigValue {
    var value = value.replacingParts { entry in
      apply(to: entry.value, path: path.isEmpty ? entry.key : "\(path).\(entry.key)")
    } element: { index, element in
      apply(to: element, path: "\(path)[\(index)]")
    }
    if case .string(let text) = value.content, text.utf8.contains(UInt8(ascii: "$")) {
      let (result, used) = substitute(text, at: value.place, path: path)
      value.content = .string(result)
      value.isSubstituted = value.isSubstituted || used
    }
    return value
  }

  private func substitute(_ text: String, at place: ConfigPlace, path: String) -> (String, Bool) {
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    var used = false
    var position = 0
    while position < bytes.count {
      if bytes[position...].starts(with: "$${".utf8) {
        out += Array("${".utf8)
        position += 3
      } else if bytes[position...].starts(with: "${".utf8),
        let found = Self.reference(in: bytes, from: position + 2)
      {
        if let text = replacement(of: found, at: place, path: path) {
          out += Array(text.utf8)
          used = true
        }
        position = found.end
      } else {
        out.append(bytes[position])
        position += 1
      }
    }
    return (String(decoding: out, as: UTF8.self), used)
  }

  /// What stands between `${` and `}`.
  private struct Reference {
    enum Source {
      case variable(String, fallback: String?)
      case file(String)
    }

    var source: Source
    /// The offset after `}`.
    var end: Int
  }

  /// What takes the place of `reference`; nil, with an error, where there is nothing.
  private func replacement(of reference: Reference, at place: ConfigPlace, path: String) -> String?
  {
    switch reference.source {
    case .variable(let name, let fallback):
      let value = variable(name)
      sources?.variables[name] = .some(value)
      if let value, !(value.isEmpty && fallback != nil) { return value }
      if let fallback { return fallback }
      report.error(
        "the variable \(name) is not set", at: place, path: path,
        hint: "set it, give a default with ${\(name):-…}, or write $${ for a literal ${")
      return nil
    case .file(let name): return contents(name, at: place, path: path)
    }
  }

  /// The text of a file without the newline at its end.
  private func contents(_ name: String, at place: ConfigPlace, path: String) -> String? {
    let file = FilePath.normalized(FilePath.resolve(name, in: place.directory))
    sources?.files[file] = .some(nil)
    do {
      let contents = try FileContents(of: file, limit: Self.greatestFile)
      sources?.files[file] = .some(contents.identity)
      var bytes = contents.bytes[...]
      if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
      if contents.bytes.count > bytes.count, bytes.last == UInt8(ascii: "\r") {
        bytes.removeLast()
      }
      if let text = String(validating: bytes, as: UTF8.self) { return text }
      report.error("the file \(file) is not text in UTF-8", at: place, path: path)
    } catch {
      report.error(
        "the file \(file) cannot be read: \(error.message)", at: place, path: path,
        hint: "a relative path stands against \(place.directory); write $${ for a literal ${")
    }
    return nil
  }

  /// The reference whose contents begin at `start`, after `${`; nil where it is none.
  private static func reference(in bytes: [UInt8], from start: Int) -> Reference? {
    var end = start
    while end < bytes.count, isNameByte(bytes[end], first: end == start) { end += 1 }
    guard end > start, end < bytes.count else { return nil }
    let name = String(decoding: bytes[start..<end], as: UTF8.self)
    if bytes[end] == UInt8(ascii: "}") {
      return Reference(source: .variable(name, fallback: nil), end: end + 1)
    }
    guard bytes[end] == UInt8(ascii: ":"),
      let close = bytes[end...].firstIndex(of: UInt8(ascii: "}"))
    else { return nil }
    if bytes[end...].starts(with: ":-".utf8) {
      let fallback = String(decoding: bytes[(end + 2)..<close], as: UTF8.self)
      return Reference(source: .variable(name, fallback: fallback), end: close + 1)
    }
    let path = String(decoding: bytes[(end + 1)..<close], as: UTF8.self)
    guard name == "file", !path.isEmpty else { return nil }
    return Reference(source: .file(path), end: close + 1)
  }

  private static func isNameByte(_ byte: UInt8, first: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"):
      true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): !first
    default: false
    }
  }
}

/// What a substitution looked up: while it stays the same, so does the result. Used by one thread.
final class SubstitutionSources {
  /// The variables; nil for those that are not set.
  var variables: [String: String?] = [:]

  /// The files, absolute; nil for those whose next change may not show in their identity.
  var files: [String: FileIdentity?] = [:]

  /// Whether a look now would find the same.
  func isUnchanged(_ variable: (String) -> String?) -> Bool {
    if variables.isEmpty, files.isEmpty { return true }
    return variables.allSatisfy { variable($0.key) == $0.value }
      && files.allSatisfy { path, identity in
        identity != nil && FileIdentity(of: path) == identity
      }
  }
}

extension ConfigValue {
  /// The value with the references in its strings replaced (``Substitution``); `variable` nil for
  /// the process's own environment. Throws every variable that is not set and has no default, and
  /// every file that cannot be read, with its place.
  public func substituting(
    _ variable: ((String) -> String?)? = nil
  ) throws(ConfigErrors) -> ConfigValue {
    let report = ConfigReport()
    let result = Substitution(variable: variable ?? environmentVariable, report: report)
      .apply(to: self, path: "")
    let errors = report.errors(in: [place.file])
    guard errors.isEmpty else { throw ConfigErrors(errors: errors) }
    return result
  }
}
