/// The time as IMF-fixdate (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
public enum HTTPDate {
  /// Bytes of a date.
  public static let count = 29

  /// Writes the date of `seconds` since 1970 (0001 to 9999) to `out`, which has room for `count`
  /// bytes.
  public static func write(_ seconds: Int64, to out: UnsafeMutablePointer<UInt8>) {
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let second = Int(seconds - days * 86_400)
    // Days to a date of the Gregorian calendar: years from March, so that the leap day is last.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
    let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    let weekday = Int(((days % 7) + 11) % 7)  // 1970-01-01 was a Thursday.

    let weekdays: StaticString = "SunMonTueWedThuFriSat"
    let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
    copy(weekdays, weekday * 3, to: out)
    out[3] = 0x2c
    out[4] = 0x20
    two(day, to: out + 5)
    out[7] = 0x20
    copy(months, (month - 1) * 3, to: out + 8)
    out[11] = 0x20
    two(year / 100, to: out + 12)
    two(year % 100, to: out + 14)
    out[16] = 0x20
    two(second / 3_600, to: out + 17)
    out[19] = 0x3a
    two(second / 60 % 60, to: out + 20)
    out[22] = 0x3a
    two(second % 60, to: out + 23)
    let zone: StaticString = " GMT"
    for index in 0..<4 { out[25 + index] = zone.utf8Start[index] }
  }

  private static func copy(
    _ text: StaticString, _ place: Int, to out: UnsafeMutablePointer<UInt8>
  ) {
    for index in 0..<3 { out[index] = text.utf8Start[place + index] }
  }

  private static func two(_ value: Int, to out: UnsafeMutablePointer<UInt8>) {
    out[0] = 0x30 + UInt8(truncatingIfNeeded: value / 10)
    out[1] = 0x30 + UInt8(truncatingIfNeeded: value % 10)
  }
}
