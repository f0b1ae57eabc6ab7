/// What a head must be beyond what llhttp holds to: one reading of its bytes, and only one
/// (RFC 9112, sections 2.2, 3, 5 and 6; section 11.2 names the attacks).
extension RequestParser {
  /// Checks the complete head and notes what its fields say. Nil where it is taken.
  mutating func checkHead() -> Refusal? {
    guard machine.pointee.http_major == 1, machine.pointee.http_minor <= 1 else { return .version }
    oldVersion = machine.pointee.http_minor == 0
    if let refusal = checkRequestLine() ?? checkTarget() ?? checkFieldLines() { return refusal }
    return checkFields()
  }

  /// The byte at `place`, or 0 where llhttp has not read so far: a head that is well formed ends
  /// before that.
  @inline(__always)
  private func byte(_ place: Int) -> UInt8 { place < readable ? base[place] : 0 }

  @inline(__always)
  private func isLineEnd(_ place: Int) -> Bool {
    byte(place) == 0x0d && byte(place + 1) == 0x0a
  }

  /// Method, target and version stand with exactly one space between.
  private func checkRequestLine() -> Refusal? {
    let end = target + targetCount
    guard target >= 2, targetCount > 0, byte(target - 1) == 0x20, byte(target - 2) != 0x20,
      byte(end) == 0x20, byte(end + 1) == 0x48, isLineEnd(end + 9)
    else { return .requestLine }
    return nil
  }

  /// Origin-form, or `*` for OPTIONS (RFC 9112, section 3.2).
  private func checkTarget() -> Refusal? {
    if byte(target) != 0x2f {
      let isOptions = target == 8 && byte(0) == 0x4f && byte(1) == 0x50
      guard isOptions, targetCount == 1, byte(target) == 0x2a else { return .targetForm }
    }
    for place in target..<target + targetCount where base[place] == 0x23 { return .targetFragment }
    return nil
  }

  /// Every line is one field: name, colon, spaces, value, CRLF, with nothing between.
  private mutating func checkFieldLines() -> Refusal? {
    if folded { return .fieldLine }
    var line = target + targetCount + 11
    for field in 0..<fieldCount {
      let place = fields[field]
      guard Int(place.name) == line, place.nameCount > 0, byte(place.nameEnd) == 0x3a else {
        return .fieldLine
      }
      var start = place.nameEnd + 1
      while byte(start) == 0x20 || byte(start) == 0x09 { start += 1 }
      var end = start
      if place.valueCount > 0 {
        // A value that is only white space may begin before `start`.
        guard Int(place.value) <= start || place.valueEnd <= start else { return .fieldLine }
        end = max(place.valueEnd, start)
        line = end
        while end > start, base[end - 1] == 0x20 || base[end - 1] == 0x09 { end -= 1 }
      } else {
        line = start
      }
      guard isLineEnd(line) else { return .fieldLine }
      line += 2
      fields[field].value = UInt32(truncatingIfNeeded: start)
      fields[field].valueCount = UInt32(truncatingIfNeeded: end - start)
    }
    guard isLineEnd(line) else { return .fieldLine }
    // A chunked body is decoded to the place where the head ends.
    body = line + 2
    return nil
  }

  /// The fields that decide on framing.
  private mutating func checkFields() -> Refusal? {
    var hosts = 0
    var lengths = 0
    var codings = 0
    var upgrades = false
    for field in 0..<fieldCount {
      let place = fields[field]
      switch place.nameCount {
      case 4 where isName(place, "host"):
        hosts += 1
        if !isHost(place) { return .hostInvalid }
      case 6 where isName(place, "expect"):
        if !isValue(place, "100-continue") { return .expectation }
        expectsContinue = !oldVersion
      case 7 where isName(place, "upgrade"): upgrades = true
      case 14 where isName(place, "content-length"):
        lengths += 1
        if !isNumber(place) { return .lengthInvalid }
      case 17 where isName(place, "transfer-encoding"):
        codings += 1
        if !isValue(place, "chunked") { return .codingUnknown }
      default: break
      }
    }
    if hosts > 1 { return .hostTwice }
    if hosts == 0, !oldVersion { return .hostMissing }
    if lengths > 1 { return .lengthTwice }
    if codings > 1 { return .codingTwice }
    if lengths > 0, codings > 0 { return .lengthBesideCoding }
    if codings > 0, oldVersion { return .codingInOldVersion }
    // What llhttp will do with the body is what the fields say.
    if (codings > 0) != chunked { return .codingUnknown }
    return upgrades ? checkUpgrade() : nil
  }

  @inline(__always)
  func isName(_ place: FieldPlace, _ name: StaticString) -> Bool {
    equals(base + Int(place.name), name)
  }

  func isValue(_ place: FieldPlace, _ value: StaticString) -> Bool {
    Int(place.valueCount) == value.utf8CodeUnitCount && equals(base + Int(place.value), value)
  }

  /// Compares with a text in lower case, without regard to ASCII case. Only letters, digits and
  /// `-` may stand in `text`: 0x20 is set in all of them.
  @inline(__always)
  func equals(_ bytes: UnsafePointer<UInt8>, _ text: StaticString) -> Bool {
    let expected = text.utf8Start
    for index in 0..<text.utf8CodeUnitCount {
      let byte = bytes[index]
      let isUpper = byte &- 0x41 < 26
      if (isUpper ? byte | 0x20 : byte) != expected[index] { return false }
    }
    return true
  }

  private func isNumber(_ place: FieldPlace) -> Bool {
    guard place.valueCount > 0 else { return false }
    for index in Int(place.value)..<place.valueEnd where base[index] &- 0x30 > 9 { return false }
    return true
  }

  /// The bytes of uri-host and port (RFC 3986, section 3.2.2): no user, no path, no space.
  private func isHost(_ place: FieldPlace) -> Bool {
    for index in Int(place.value)..<place.valueEnd {
      switch base[index] {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x3a, 0x5b, 0x5d, 0x5f, 0x7e, 0x25,
        0x21, 0x24, 0x26...0x2c, 0x3b, 0x3d:
        continue
      default: return false
      }
    }
    return true
  }
}
