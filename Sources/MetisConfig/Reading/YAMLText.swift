/// The bytes of a YAML file, checked before the parser sees them: what libyaml reads otherwise than
/// YAML 1.2 without a word, and what it reports without a line.
struct YAMLText {
  /// The bytes without a byte order mark.
  let bytes: UnsafeRawBufferPointer

  /// The last line, and the column behind its last scalar: where the text ends.
  private(set) var lastLine = 1
  private(set) var lastColumn = 1

  /// Why bytes are no text that YAML can be written in.
  struct Failure: Error {
    var line: Int
    var column: Int
    var message: String
    var hint: String?
  }

  /// Checks all of `raw`.
  init(_ raw: UnsafeRawBufferPointer) throws(Failure) {
    try Self.checkEncoding(raw)
    let hasMark = raw.starts(with: [0xef, 0xbb, 0xbf])
    bytes = UnsafeRawBufferPointer(rebasing: raw.dropFirst(hasMark ? 3 : 0))
    try scan()
  }

  private static func checkEncoding(_ raw: UnsafeRawBufferPointer) throws(Failure) {
    guard raw.count >= 2 else { return }
    let isMarked = (raw[0] == 0xfe && raw[1] == 0xff) || (raw[0] == 0xff && raw[1] == 0xfe)
    // The first character of a text is ASCII: half of it is zero in UTF-16.
    guard isMarked || raw[0] == 0 || raw[1] == 0 else { return }
    throw Failure(
      line: 1, column: 1, message: "found UTF-16 or UTF-32, expected UTF-8",
      hint: "save the file as UTF-8")
  }

  private mutating func scan() throws(Failure) {
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      if byte >= 0x20, byte < 0x7f {
        lastColumn += 1
        position += 1
      } else if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        let isPair =
          byte == UInt8(ascii: "\r") && position + 1 < bytes.count
          && bytes[position + 1] == UInt8(ascii: "\n")
        position += isPair ? 2 : 1
        lastLine += 1
        lastColumn = 1
      } else if byte == UInt8(ascii: "\t") {
        lastColumn += 1
        position += 1
      } else {
        position += try length(at: position)
        lastColumn += 1
      }
    }
  }

  /// The length of the scalar at `position`, which is no printable ASCII.
  private func length(at position: Int) throws(Failure) -> Int {
    let first = bytes[position]
    guard first >= 0x80 else {
      throw failure(
        "found the control character \(Self.name(UInt32(first)))", "write it as an escape in \"…\"")
    }
    let length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
    guard length > 0, position + length <= bytes.count else { throw invalid }
    var scalar = UInt32(first) & (0x7f >> UInt32(length))
    for byte in bytes[(position + 1)..<(position + length)] {
      guard byte & 0xc0 == 0x80 else { throw invalid }
      scalar = scalar << 6 | UInt32(byte & 0x3f)
    }
    let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x1_0000
    guard scalar >= least, Unicode.Scalar(scalar) != nil else { throw invalid }
    switch scalar {
    case 0x85, 0x2028, 0x2029:
      // YAML 1.1, and so libyaml, breaks lines there; YAML 1.2 and editors do not.
      throw failure(
        "found \(Self.name(scalar)), a line break in YAML 1.1 and none in YAML 1.2",
        "write it as \(scalar == 0x85 ? "\\N" : scalar == 0x2028 ? "\\L" : "\\P") in \"…\"")
    case 0x80..<0xa0, 0xfffe, 0xffff:
      throw failure(
        "found the control character \(Self.name(scalar))", "write it as an escape in \"…\"")
    case 0xfeff:
      throw failure(
        "found a byte order mark that is not at the start of the file", "remove it")
    default: return length
    }
  }

  private var invalid: Failure {
    failure("found bytes that are not UTF-8", "save the file as UTF-8")
  }

  private func failure(_ message: String, _ hint: String) -> Failure {
    Failure(line: lastLine, column: lastColumn, message: message, hint: hint)
  }

  private static func name(_ scalar: UInt32) -> String {
    let digits = String(scalar, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// The byte at a line and column, both from 1; nil behind the end.
  func byte(line: Int, column: Int) -> UInt8? {
    var position = 0
    var current = 1
    while current < line, position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\r"), position < bytes.count, bytes[position] == UInt8(ascii: "\n") {
        position += 1
      }
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { current += 1 }
    }
    var left = column - 1
    while left > 0, position < bytes.count {
      position += 1
      while position < bytes.count, bytes[position] & 0xc0 == 0x80 { position += 1 }
      left -= 1
    }
    return position < bytes.count && current == line ? bytes[position] : nil
  }
}
