/// An ECMA-262 regular expression (22.2.1, with the flag `u` and the lenience that
/// ``Pattern/Dialect/ecma262`` names), checked and rewritten for PCRE2.
///
/// Everything that the two read differently is written out: classes by their ranges, escapes by
/// their code points, names of groups by their numbers.
struct ECMATranslation {
  /// That what stands from `output` on was made from what stands at `source`; bytes.
  struct Place {
    let output: Int
    let source: Int
  }

  /// The source for PCRE2.
  private(set) var output: [UInt8] = []

  /// Where parts of ``output`` come from, in order.
  private(set) var places: [Place] = []

  /// The numbers of the named groups.
  private(set) var names: [String: Int] = [:]

  /// The scalars of the source, and the byte at which each begins.
  let scalars: [Unicode.Scalar]
  private let offsets: [Int]
  var index = 0

  /// How many groups capture, known before the first reference is read.
  private var groupCount = 0

  init(_ source: String) throws(PatternError) {
    scalars = Array(source.unicodeScalars)
    var offset = 0
    offsets =
      scalars.map { scalar in
        defer { offset += UTF8.width(scalar) }
        return offset
      } + [source.utf8.count]
    output.reserveCapacity(source.utf8.count + 16)
    try findGroups()
    index = 0
    try disjunction()
  }

  // MARK: Reading

  var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  func peek(_ distance: Int) -> Unicode.Scalar? {
    index + distance < scalars.count ? scalars[index + distance] : nil
  }

  mutating func pass(_ text: StaticString) -> Bool {
    var place = index
    for byte in UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount) {
      guard place < scalars.count, scalars[place].value == UInt32(byte) else { return false }
      place += 1
    }
    index = place
    return true
  }

  func error(_ message: String, at place: Int? = nil) -> PatternError {
    PatternError(.syntax, at: offsets[min(place ?? index, scalars.count)], message)
  }

  func unsupported(_ message: String, at place: Int) -> PatternError {
    PatternError(.unsupported, at: offsets[place], message)
  }

  /// The next scalar in words, for messages.
  var found: String { next.map { "'\($0)'" } ?? "the end" }

  // MARK: Writing

  mutating func emit(_ text: String) { output += Array(text.utf8) }

  mutating func emit(literal scalar: Unicode.Scalar) {
    let value = scalar.value
    if scalar.properties.isAlphabetic || value >= 0xa0 || (0x30...0x39).contains(value) {
      output += Array(String(scalar).utf8)
    } else if value > 0x20, value < 0x7f {
      output += [UInt8(ascii: "\\"), UInt8(value)]
    } else {
      emit("\\x{" + String(value, radix: 16) + "}")
    }
  }

  // MARK: Grammar

  /// Counts the groups and notes their names, since a reference may stand before its group.
  private mutating func findGroups() throws(PatternError) {
    var inClass = false
    while let scalar = next {
      index += 1
      switch scalar {
      case "\\": index += 1
      case "[": inClass = true
      case "]": inClass = false
      case "(" where !inClass:
        guard next == "?" else {
          groupCount += 1
          continue
        }
        guard peek(1) == "<", peek(2) != "=", peek(2) != "!" else { continue }
        index += 2
        groupCount += 1
        let place = index
        let name = try groupName()
        guard names.updateValue(groupCount, forKey: name) == nil else {
          throw error(
            "found a second group named \"\(name)\", expected a name of its own", at: place)
        }
      default: break
      }
    }
  }

  /// Reads a name and its `>`.
  mutating func groupName() throws(PatternError) -> String {
    let start = index
    var name = String.UnicodeScalarView()
    while let scalar = next, scalar != ">" {
      let properties = scalar.properties
      guard
        scalar == "$" || scalar == "_"
          || (name.isEmpty ? properties.isIDStart : properties.isIDContinue)
      else { throw error("found \(found), expected a letter, a digit, '_', '$' or '>'") }
      name.append(scalar)
      index += 1
    }
    guard next == ">", !name.isEmpty else {
      throw error("found \(found), expected the name of a group and '>'", at: start)
    }
    index += 1
    return String(name)
  }

  /// Reads all alternatives with the groups inside them, without recursion: `open` holds for each
  /// open group whether it may be repeated.
  private mutating func disjunction() throws(PatternError) {
    var open: [(start: Int, repeats: Bool)] = []
    var canRepeat = false
    while let scalar = next {
      places.append(Place(output: output.count, source: offsets[index]))
      let start = index
      index += 1
      switch scalar {
      case "|":
        emit("|")
        canRepeat = false
      case "(":
        guard open.count < 200 else {
          throw PatternError(.tooLarge, at: offsets[start], "groups stand more than 200 deep")
        }
        open.append((start, try group()))
        canRepeat = false
      case ")":
        guard let group = open.popLast() else {
          throw error("found ')' without its '('", at: start)
        }
        emit(")")
        canRepeat = group.repeats
      case "*", "+", "?":
        guard canRepeat else { throw error("found '\(scalar)' with nothing to repeat", at: start) }
        output.append(UInt8(scalar.value))
        if pass("?") { emit("?") }
        canRepeat = false
      case "{":
        if try quantifier(start, canRepeat) {
          canRepeat = false
        } else {
          emit("\\{")
          canRepeat = true
        }
      case "^":
        emit("^")
        canRepeat = false
      case "$":
        emit("$")
        canRepeat = false
      case ".":
        emit("[^\\n\\r\\x{2028}\\x{2029}]")
        canRepeat = true
      case "[":
        try characterClass(start)
        canRepeat = true
      case "\\":
        canRepeat = try escape(start)
      default:
        emit(literal: scalar)
        canRepeat = true
      }
    }
    if let group = open.last { throw error("found '(' without its ')'", at: group.start) }
  }

  /// Reads what follows a `(`; gives whether the group may be repeated. Lookaheads may (Annex B).
  private mutating func group() throws(PatternError) -> Bool {
    guard next == "?" else {
      emit("(")
      return true
    }
    if pass("?:") {
      emit("(?:")
    } else if pass("?=") {
      emit("(?=")
    } else if pass("?!") {
      emit("(?!")
    } else if pass("?<=") {
      emit("(?<=")
      return false
    } else if pass("?<!") {
      emit("(?<!")
      return false
    } else if pass("?<") {
      _ = try groupName()
      emit("(")
    } else if pass("?i:") {
      emit("(?i:")
    } else if pass("?-i:") {
      emit("(?-i:")
    } else {
      throw error("found '(?', expected '(?:', '(?=', '(?!', '(?<=', '(?<!' or '(?<name>'")
    }
    return true
  }

  /// Reads `{n}`, `{n,}` or `{n,m}` after its `{`; false, and nothing read, where it is none.
  private mutating func quantifier(_ start: Int, _ canRepeat: Bool) throws(PatternError) -> Bool {
    let saved = index
    guard let least = count() else { return false }
    var most: Int? = least
    if pass(",") { most = count() }
    guard pass("}") else {
      index = saved
      return false
    }
    guard canRepeat else { throw error("found a count with nothing to repeat", at: start) }
    if let most, most < least {
      throw error("found {\(least),\(most)}, expected the smaller count first", at: start)
    }
    guard max(least, most ?? 0) <= 65535 else {
      throw unsupported("found a count above 65535", at: start)
    }
    emit("{\(least)" + (most.map { $0 == least ? "" : ",\($0)" } ?? ",") + "}")
    if pass("?") { emit("?") }
    return true
  }

  private mutating func count() -> Int? {
    var value: Int?
    while let digit = next, ("0"..."9").contains(digit) {
      value = min((value ?? 0) * 10 + Int(digit.value - 0x30), 1 << 40)
      index += 1
    }
    return value
  }

  /// Reads what follows a `\` outside a class; gives whether it may be repeated.
  private mutating func escape(_ start: Int) throws(PatternError) -> Bool {
    switch next {
    case "b", "B":
      emit(next == "b" ? "\\b" : "\\B")
      index += 1
      return false
    case "k":
      index += 1
      guard pass("<") else { throw error("found \(found) after '\\k', expected '<name>'") }
      let place = index
      let name = try groupName()
      guard let number = names[name] else {
        throw error("found no group named \"\(name)\"", at: place)
      }
      emit("\\g{\(number)}")
    case .some(let digit) where ("1"..."9").contains(digit):
      let number = count() ?? 0
      guard number <= groupCount else {
        throw error(
          "found \\\(number), expected at most \(groupCount), the groups there are", at: start)
      }
      emit("\\g{\(number)}")
    default:
      switch try classAtom(start) {
      case .scalar(let scalar): emit(literal: scalar)
      // Half of a surrogate pair: no text in UTF-8 holds it.
      case .surrogate: emit("(?!)")
      case .set(let set): emit("[" + set + "]")
      case .property(let property): emit(property)
      }
    }
    return true
  }
}
