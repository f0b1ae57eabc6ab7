import CPCRE2
import Glibc

/// PCRE2's code for "regular expression is too large".
private let tooLarge: Int32 = 120

/// A regular expression, compiled once to machine code by PCRE2 and searched for by any number of
/// threads at the same time.
///
///     let pattern = try Pattern(compiling: "^[a-z]+$")
///     let found = try pattern.matches(bytes)
///
/// Strings are Unicode text in UTF-8. A search never runs on without end: see ``PatternLimits``.
public final class Pattern: @unchecked Sendable {
  /// The language that a source is written in.
  public enum Dialect: UInt8, Sendable, Hashable {
    /// ECMA-262 with the flag `u`, as JSON Schema wants it: `\d`, `\w` and `\b` know ASCII only,
    /// `$` matches at the very end only, `\p{Letter}` knows long names. Escapes of punctuation that
    /// needs none and a `{` or `]` that means nothing else are taken as the character (Annex B).
    /// Groups keep what they captured in earlier rounds of a repetition, unlike in ECMA-262.
    case ecma262
    /// Perl's, as PCRE2 reads it, without `\C`.
    case perl
  }

  /// What the pattern was compiled from.
  public let source: String

  /// The language of ``source``.
  public let dialect: Dialect

  /// How many groups capture, the whole match not counted.
  public let captureCount: Int

  /// The numbers of the named groups.
  public let captureNames: [String: Int]

  let code: OpaquePointer
  let limits: PatternLimits
  let hasMachineCode: Bool

  /// The bounds of the quick attempt; read by all threads, changed by none.
  let quick: OpaquePointer

  /// Subjects up to this many bytes are searched in one go.
  static let quickBytes = 2048

  /// Steps that the quick attempt may take at each place of the subject: together with
  /// ``quickBytes`` a bound of 10 million, some tens of milliseconds.
  static let quickSteps: UInt32 = 5_000

  /// Compiles `source`. The error says what in it is wrong and at which byte.
  public init(
    compiling source: String, dialect: Dialect = .ecma262, limits: PatternLimits = PatternLimits()
  ) throws(PatternError) {
    let count = source.utf8.count
    guard count <= limits.sourceBytes else {
      throw PatternError(
        .tooLarge, at: limits.sourceBytes,
        "found \(count) bytes, expected at most \(limits.sourceBytes)")
    }
    var text = Array(source.utf8)
    var places: [ECMATranslation.Place] = []
    var names: [String: Int] = [:]
    var options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT
    if dialect == .ecma262 {
      let translation = try ECMATranslation(source)
      text = translation.output
      places = translation.places
      names = translation.names
      options |= PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF
    }
    var failure: Int32 = 0
    var offset = 0
    guard let code = pcre2_compile_8(text, text.count, options, &failure, &offset, nil) else {
      let place = places.last { $0.output <= offset }?.source ?? min(offset, count)
      throw PatternError(
        failure == tooLarge
          ? .tooLarge : dialect == .ecma262 ? .unsupported : .syntax,
        at: place, Self.message(failure))
    }
    guard let quick = pcre2_match_context_create_8(nil) else {
      pcre2_code_free_8(code)
      throw PatternError(.tooLarge, "found no memory for a compiled pattern")
    }
    pcre2_set_match_limit_8(quick, Self.quickSteps)
    pcre2_set_heap_limit_8(quick, limits.heapKiB)
    self.source = source
    self.dialect = dialect
    self.limits = limits
    self.code = code
    self.quick = quick
    hasMachineCode = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE) == 0
    var captures: UInt32 = 0
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &captures)
    captureCount = Int(captures)
    captureNames = dialect == .ecma262 ? names : Self.names(code)
  }

  deinit {
    pcre2_match_context_free_8(quick)
    pcre2_code_free_8(code)
  }

  /// Whether ECMA-262 allows `source`: its grammar only, so that what PCRE2 cannot express, such as
  /// `(?<=a+)b`, counts as valid too. Nil where it does; else what is wrong.
  public static func syntaxError(inECMA262 source: String) -> PatternError? {
    do throws(PatternError) {
      _ = try ECMATranslation(source)
      return nil
    } catch {
      return error
    }
  }

  private static func message(_ failure: Int32) -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
      let count = pcre2_get_error_message_8(failure, buffer.baseAddress, buffer.count)
      guard count > 0 else { return "PCRE2 refuses it with error \(failure)" }
      return String(decoding: buffer[..<Int(count)], as: UTF8.self)
    }
  }

  private static func names(_ code: OpaquePointer) -> [String: Int] {
    var count: UInt32 = 0
    var size: UInt32 = 0
    var table: UnsafePointer<UInt8>?
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMECOUNT), &count)
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMEENTRYSIZE), &size)
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table)
    guard let table else { return [:] }
    var names: [String: Int] = [:]
    for entry in 0..<Int(count) {
      let row = table + entry * Int(size)
      names[String(cString: row + 2)] = Int(row[0]) << 8 | Int(row[1])
    }
    return names
  }
}
