/// Text of points in time, in UTC and without Foundation.
enum TimeText {
  /// A point in time by the parts of the proleptic Gregorian calendar.
  struct Parts: Equatable {
    var year: Int
    /// 1…12.
    var month: Int
    /// 1…31.
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
    var millisecond: Int
    /// 0 is Sunday.
    var weekday: Int
  }

  /// The parts of `wall`, nanoseconds since 1970-01-01T00:00:00Z.
  static func parts(_ wall: Int64) -> Parts {
    let milliseconds = floorDivide(Int(wall), 1_000_000)
    let seconds = floorDivide(milliseconds, 1000)
    let days = floorDivide(seconds, 86_400)
    let inDay = seconds - days * 86_400
    // Days to a date by eras of 400 years that begin on 1 March: leap days come last in a year.
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return Parts(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, hour: inDay / 3600,
      minute: inDay / 60 % 60, second: inDay % 60, millisecond: milliseconds - seconds * 1000,
      weekday: (days % 7 + 11) % 7)
  }

  /// Appends `2026-01-02T03:04:05.678Z` (RFC 3339, milliseconds): 24 bytes.
  static func appendRFC3339(_ wall: Int64, to bytes: inout [UInt8]) {
    let time = parts(wall)
    append(time.year, digits: 4, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    append(time.month, digits: 2, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    append(time.day, digits: 2, to: &bytes)
    bytes.append(UInt8(ascii: "T"))
    appendClock(time, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    append(time.millisecond, digits: 3, to: &bytes)
    bytes.append(UInt8(ascii: "Z"))
  }

  /// `2026-01-02T03:04:05.678Z` (RFC 3339, milliseconds).
  static func rfc3339(_ wall: Int64) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(24)
    appendRFC3339(wall, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends `Fri, 02 Jan 2026 03:04:05 GMT` (IMF-fixdate, RFC 9110 section 5.6.7): 29 bytes.
  static func appendIMF(_ wall: Int64, to bytes: inout [UInt8]) {
    let time = parts(wall)
    appendName(time.weekday, of: "SunMonTueWedThuFriSat", to: &bytes)
    bytes.append(UInt8(ascii: ","))
    bytes.append(UInt8(ascii: " "))
    append(time.day, digits: 2, to: &bytes)
    bytes.append(UInt8(ascii: " "))
    appendName(time.month - 1, of: "JanFebMarAprMayJunJulAugSepOctNovDec", to: &bytes)
    bytes.append(UInt8(ascii: " "))
    append(time.year, digits: 4, to: &bytes)
    bytes.append(UInt8(ascii: " "))
    appendClock(time, to: &bytes)
    bytes.append(contentsOf: " GMT".utf8)
  }

  /// `Fri, 02 Jan 2026 03:04:05 GMT` (IMF-fixdate, RFC 9110 section 5.6.7).
  static func imf(_ wall: Int64) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(29)
    appendIMF(wall, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func appendClock(_ time: Parts, to bytes: inout [UInt8]) {
    append(time.hour, digits: 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    append(time.minute, digits: 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    append(time.second, digits: 2, to: &bytes)
  }

  private static func append(_ number: Int, digits: Int, to bytes: inout [UInt8]) {
    var divisor = 1
    for _ in 1..<digits { divisor *= 10 }
    var rest = number
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest / divisor % 10))
      rest %= divisor
      divisor /= 10
    }
  }

  private static func appendName(_ index: Int, of names: StaticString, to bytes: inout [UInt8]) {
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: names.utf8Start + 3 * index, count: 3))
  }

  private static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }
}
