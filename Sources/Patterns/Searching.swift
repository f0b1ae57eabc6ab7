import CPCRE2
import Glibc

extension Pattern {
  /// Whether the pattern is found anywhere in `subject`, text in UTF-8.
  ///
  /// `isValidUTF8` says that the caller has checked the encoding, as the content of a JSON string
  /// that was scanned is; the search is then free of that check. Any thread; no allocation unless
  /// the subject is long or the pattern backtracks much. Throws ``PatternError/Kind/searchLimit``
  /// where a bound was hit, and ``PatternError/Kind/invalidSubject``.
  public func matches(
    _ subject: UnsafeRawBufferPointer, isValidUTF8: Bool = false
  ) throws(PatternError) -> Bool {
    if isValidUTF8, hasMachineCode, subject.count <= Self.quickBytes,
      let block = ThreadMatchData.current()
    {
      let result = pcre2_jit_match_8(
        code, Self.address(subject), subject.count, 0, 0, block, quick)
      if result >= 0 { return true }
      if result == PCRE2_ERROR_NOMATCH { return false }
    }
    return try captures(subject, isValidUTF8: isValidUTF8) != nil
  }

  /// Whether the pattern is found anywhere in `subject`.
  public func matches(_ subject: String) throws(PatternError) -> Bool {
    var subject = subject
    return try subject.withUTF8 { utf8 in
      Result { () throws(PatternError) in
        try matches(UnsafeRawBufferPointer(utf8), isValidUTF8: true)
      }
    }.get()
  }

  /// Where the pattern is first found in `subject`: the ranges in bytes of the whole match and of
  /// each group, nil for a group that took no part. Nil where it is not found.
  ///
  /// Throws as ``matches(_:isValidUTF8:)`` does.
  public func captures(
    _ subject: UnsafeRawBufferPointer, isValidUTF8: Bool = false
  ) throws(PatternError) -> [Range<Int>?]? {
    guard let block = pcre2_match_data_create_from_pattern_8(code, nil),
      let context = pcre2_match_context_create_8(nil)
    else { throw PatternError(.searchLimit, "found no memory for a search") }
    defer {
      pcre2_match_context_free_8(context)
      pcre2_match_data_free_8(block)
    }
    pcre2_set_heap_limit_8(context, limits.heapKiB)
    var search = Search(pattern: self, subject: subject, block: block, context: context)
    return try search.run(isValidUTF8: isValidUTF8) ? search.ranges : nil
  }

  /// The texts of the whole match and of each group where the pattern is found in `subject`.
  public func captures(_ subject: String) throws(PatternError) -> [String?]? {
    var subject = subject
    let ranges = try subject.withUTF8 { utf8 in
      Result { () throws(PatternError) in
        try captures(UnsafeRawBufferPointer(utf8), isValidUTF8: true)
      }
    }.get()
    return ranges.map { ranges in
      let utf8 = Array(subject.utf8)
      return ranges.map { $0.map { String(decoding: utf8[$0], as: UTF8.self) } }
    }
  }

  /// The address of `subject`, or of a stand-in that is never read where it is empty.
  @inline(__always)
  static func address(_ subject: UnsafeRawBufferPointer) -> UnsafePointer<UInt8> {
    let base = subject.baseAddress ?? UnsafeRawPointer(bitPattern: 8).unsafelyUnwrapped
    return base.assumingMemoryBound(to: UInt8.self)
  }
}

/// One search in pieces of the subject, with the clock looked at between them.
///
/// PCRE2 bounds the steps of one attempt at one place, and scans of the kind `[^x]*x` count as no
/// step: a long subject could take a bound times its length. So places are tried in windows that are
/// smaller the longer the subject is; a window that hits its bound is tried place by place.
private struct Search {
  let pattern: Pattern
  let subject: UnsafeRawBufferPointer
  let block: OpaquePointer
  let context: OpaquePointer
  private var options: UInt32 = 0

  init(
    pattern: Pattern, subject: UnsafeRawBufferPointer, block: OpaquePointer, context: OpaquePointer
  ) {
    self.pattern = pattern
    self.subject = subject
    self.block = block
    self.context = context
  }

  mutating func run(isValidUTF8: Bool) throws(PatternError) -> Bool {
    options = isValidUTF8 ? PCRE2_NO_UTF_CHECK : 0
    let begin = Self.now
    let deadline = begin &+ pattern.limits.nanoseconds
    let least = subject.count <= Pattern.quickBytes ? subject.count : 4_000_000 / subject.count
    var window = max(least, 1)
    var start = 0
    var before = begin
    while start <= subject.count {
      let end = boundary(start + window)
      let steps = min(UInt32(10_000_000 / (window + 1)), pattern.limits.steps)
      switch attempt(start, end, steps: steps) {
      case .found: return true
      case .absent: break
      case .limit:
        if try placeByPlace(start, end, deadline) { return true }
      case .invalid(let message): throw PatternError(.invalidSubject, message)
      }
      options |= PCRE2_NO_UTF_CHECK
      if end >= subject.count { return false }
      start = boundary(end + 1)
      let now = try check(deadline)
      // A new window looks at the subject afresh, so that many small ones cost much. Growth is
      // bounded, since the next places may be dearer than those before.
      if now &- before < 1_000_000 { window = min(window * 2, max(least, 1) * 64) }
      before = now
    }
    return false
  }

  private mutating func placeByPlace(
    _ first: Int, _ last: Int, _ deadline: UInt64
  ) throws(PatternError) -> Bool {
    var place = first
    while place <= last {
      switch attempt(place, place, steps: pattern.limits.steps) {
      case .found: return true
      case .absent: break
      case .limit:
        throw PatternError(
          .searchLimit,
          "the search takes more than \(pattern.limits.steps) steps at one place, or more than "
            + "\(pattern.limits.heapKiB) KiB; write the pattern without nested repetitions")
      case .invalid(let message): throw PatternError(.invalidSubject, message)
      }
      place = boundary(place + 1)
      _ = try check(deadline)
    }
    return false
  }

  private func check(_ deadline: UInt64) throws(PatternError) -> UInt64 {
    let now = Self.now
    guard now > deadline else { return now }
    throw PatternError(
      .searchLimit,
      "the search takes more than \(pattern.limits.nanoseconds / 1_000_000) ms in "
        + "\(subject.count) bytes; write the pattern without nested repetitions")
  }

  private enum Outcome {
    case found
    case absent
    case limit
    case invalid(String)
  }

  /// Tries the places from `first` to `last`.
  private func attempt(_ first: Int, _ last: Int, steps: UInt32) -> Outcome {
    pcre2_set_match_limit_8(context, steps)
    pcre2_set_offset_limit_8(context, last)
    let address = Pattern.address(subject)
    var result = pcre2_match_8(
      pattern.code, address, subject.count, first, options, block, context)
    if result == PCRE2_ERROR_JIT_STACKLIMIT {
      // Machine code backtracks on 32 KiB of the thread's stack; the interpreter on the heap.
      result = pcre2_match_8(
        pattern.code, address, subject.count, first, options | PCRE2_NO_JIT, block, context)
    }
    switch result {
    case 0...: return .found
    case PCRE2_ERROR_NOMATCH: return .absent
    case PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_HEAPLIMIT,
      PCRE2_ERROR_RECURSELOOP, PCRE2_ERROR_NOMEMORY, PCRE2_ERROR_JIT_STACKLIMIT:
      return .limit
    default: return .invalid("found a subject that is not UTF-8 (PCRE2 error \(result))")
    }
  }

  /// The first place at or after `place` that begins a character, or the end.
  private func boundary(_ place: Int) -> Int {
    var place = min(place, subject.count)
    while place < subject.count, subject[place] & 0xc0 == 0x80 { place += 1 }
    return place
  }

  var ranges: [Range<Int>?] {
    let pairs = Int(pcre2_get_ovector_count_8(block))
    guard let offsets = pcre2_get_ovector_pointer_8(block) else { return [] }
    return (0..<pairs).map { pair in
      let (start, end) = (offsets[2 * pair], offsets[2 * pair + 1])
      // -1 for a group that took no part; `\K` in a lookaround can put the start behind the end.
      guard start >= 0, start <= end else { return nil }
      return start..<end
    }
  }

  /// CLOCK_MONOTONIC, ns.
  private static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
