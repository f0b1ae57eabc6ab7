/// Replaces `${NAME}` and `${NAME:-default}` in strings by variables of the environment. `$${` is a
/// literal `${`; `${` that is not followed by a name and `}` or `:-` stays as it is.
struct Substitution {
  let variable: (String) -> String?
  let report: ConfigReport

  /// `value` with every string in it substituted. `path` is its key path.
  func apply(to value: ConfigValue, path: String) -> ConfigValue {
    var value = value
    switch value.content {
    case .string(let text):
      guard text.utf8.contains(UInt8(ascii: "$")) else { break }
      let (result, used) = substitute(text, at: value.place, path: path)
      value.content = .string(result)
      value.isSubstituted = used
    case .array(let elements):
      value.content = .array(
        elements.enumerated().map { apply(to: $1, path: "\(path)[\($0)]") })
    case .table(let entries):
      value.content = .table(
        entries.map { entry in
          var entry = entry
          entry.value = apply(
            to: entry.value, path: path.isEmpty ? entry.key : "\(path).\(entry.key)")
          return entry
        })
    default: break
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
        if let value = variable(found.name), !(value.isEmpty && found.fallback != nil) {
          out += Array(value.utf8)
          used = true
        } else if let fallback = found.fallback {
          out += Array(fallback)
          used = true
        } else {
          report.error(
            "the variable \(found.name) is not set", at: place, path: path,
            hint: "set it, give a default with ${\(found.name):-…}, or write $${ for a literal ${")
        }
        position = found.end
      } else {
        out.append(bytes[position])
        position += 1
      }
    }
    return (String(decoding: out, as: UTF8.self), used)
  }

  private static func reference(
    in bytes: [UInt8], from start: Int
  ) -> (name: String, fallback: ArraySlice<UInt8>?, end: Int)? {
    var end = start
    while end < bytes.count, isNameByte(bytes[end], first: end == start) { end += 1 }
    guard end > start, end < bytes.count else { return nil }
    let name = String(decoding: bytes[start..<end], as: UTF8.self)
    if bytes[end] == UInt8(ascii: "}") { return (name, nil, end + 1) }
    guard bytes[end...].starts(with: ":-".utf8),
      let close = bytes[end...].firstIndex(of: UInt8(ascii: "}"))
    else { return nil }
    return (name, bytes[(end + 2)..<close], close + 1)
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

extension ConfigValue {
  /// The value with `${NAME}` and `${NAME:-default}` in its strings replaced by variables of the
  /// environment; `variable` nil for the process's own. Throws every variable that is not set and
  /// has no default, with its place.
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
