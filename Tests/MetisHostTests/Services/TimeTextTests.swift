import Foundation
import Testing

@testable import MetisHost

struct TimeTextTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
    (1_767_323_045_678, "2026-01-02T03:04:05.678Z", "Fri, 02 Jan 2026 03:04:05 GMT"),
    (951_782_399_999, "2000-02-28T23:59:59.999Z", "Mon, 28 Feb 2000 23:59:59 GMT"),
    (951_868_800_000, "2000-03-01T00:00:00.000Z", "Wed, 01 Mar 2000 00:00:00 GMT"),
    (1_709_164_800_001, "2024-02-29T00:00:00.001Z", "Thu, 29 Feb 2024 00:00:00 GMT"),
    (-1, "1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
    (784_111_777_000, "1994-11-06T08:49:37.000Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
  ])
  func knownTimes(milliseconds: Int, rfc3339: String, imf: String) {
    let wall = Int64(milliseconds) * 1_000_000
    #expect(TimeText.rfc3339(wall) == rfc3339)
    #expect(TimeText.imf(wall) == imf)
  }

  @Test func everyDayOfFourCenturiesMatchesGmtime() {
    // From 1900 to 2262, where Int64 nanoseconds end: every 3rd day and an odd second.
    var day = -25_567
    while day < 106_000 {
      let second = day * 86_400 + (day & 0xffff) % 86_400
      var time = time_t(second)
      var parts = tm()
      gmtime_r(&time, &parts)
      let ours = TimeText.parts(Int64(second) * 1_000_000_000)
      #expect(ours.year == Int(parts.tm_year) + 1900)
      #expect(ours.month == Int(parts.tm_mon) + 1)
      #expect(ours.day == Int(parts.tm_mday))
      #expect(ours.weekday == Int(parts.tm_wday))
      #expect(ours.hour == Int(parts.tm_hour) && ours.second == Int(parts.tm_sec))
      day += 3
    }
  }
}
