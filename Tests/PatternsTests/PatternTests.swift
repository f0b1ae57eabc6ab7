import Foundation
import Testing

@testable import Patterns

/// What patterns find, and what each dialect means.
@Suite struct PatternTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var source: String
    var found: [String]
    var absent: [String]
    var testDescription: String { source }
  }

  static let cases = [
    Case(source: "^abc$", found: ["abc"], absent: ["abc\n", "xabc", ""]),
    Case(source: "b", found: ["abc"], absent: ["ac"]),
    Case(source: "", found: ["", "x"], absent: []),
    Case(
      source: #"^\d\w\s$"#, found: ["1a ", "1_\u{feff}", "1a\u{2028}"], absent: ["١a ", "1é "]),
    Case(source: #"^[\d\s]+$"#, found: ["1 2\u{a0}"], absent: ["a", "٢"]),
    Case(source: #"^[^\S]$"#, found: ["\u{2003}"], absent: ["a"]),
    Case(source: #"^\D\W\S$"#, found: ["aé_", "é.1"], absent: ["1é_", "aa_", "aé "]),
    Case(source: "^.$", found: ["a", "é", "😀"], absent: ["\n", "\r", "\u{2028}", "\u{2029}", ""]),
    Case(source: #"^\u{1F600}$"#, found: ["😀"], absent: ["a"]),
    Case(source: #"^\uD83D\uDE00$"#, found: ["😀"], absent: ["a"]),
    Case(source: #"\uD83D"#, found: [], absent: ["😀", "a"]),
    Case(source: #"^[\uD800-\uDFFF]$"#, found: [], absent: ["😀", "a"]),
    Case(source: #"^[^\uD800-\uDFFF]$"#, found: ["😀", "a"], absent: ["ab"]),
    Case(source: #"^[😀-😂]$"#, found: ["😁"], absent: ["a", "😅"]),
    Case(source: #"^\x41\u0042\cJ\0$"#, found: ["AB\n\0"], absent: ["AB"]),
    Case(source: #"^\p{Letter}\P{Lu}$"#, found: ["éa"], absent: ["1a", "éA"]),
    Case(source: #"^\p{Script=Greek}+$"#, found: ["αβγ"], absent: ["abc"]),
    Case(source: #"^\p{gc=Decimal_Number}$"#, found: ["৪"], absent: ["a"]),
    Case(source: #"^\p{L}[\p{Nd}_]$"#, found: ["a1", "é_"], absent: ["aa"]),
    Case(source: "^[]$", found: [], absent: ["", "a"]),
    Case(source: "^[^]$", found: ["a", "\n"], absent: ["", "ab"]),
    Case(source: "^[[]$", found: ["["], absent: ["]"]),
    Case(source: "^[[:alpha:]]$", found: [":]", "a]"], absent: ["a"]),
    Case(source: #"^[a\-z]$"#, found: ["a", "-", "z"], absent: ["b"]),
    Case(source: #"^[\w-.]+$"#, found: ["a-b.c"], absent: ["a b"]),
    Case(source: #"^[\b]$"#, found: ["\u{8}"], absent: ["b"]),
    Case(source: #"\bab\b"#, found: ["x ab y"], absent: ["xaby"]),
    Case(source: #"^(?<year>\d{4})-\k<year>$"#, found: ["2026-2026"], absent: ["2026-2025"]),
    Case(source: #"^(a)(b)?\2$"#, found: ["a", "abb"], absent: ["ab"]),
    Case(source: #"^\k<x>(?<x>a)$"#, found: ["a"], absent: ["aa"]),
    Case(source: "^(?=.*[0-9])(?!.*x).{3,5}?$", found: ["ab1"], absent: ["abc", "x12"]),
    Case(source: "(?<=€)1(?!2)", found: ["€1"], absent: ["$1", "€12"]),
    Case(source: "^a{,2}$", found: ["a{,2}"], absent: ["aa"]),
    Case(source: "^{x}$", found: ["{x}"], absent: ["x"]),
    Case(source: "^#\\.\\-\\_ \\/$", found: ["#.-_ /"], absent: ["#"]),
    Case(source: "^(?i:ab)c$", found: ["ABc"], absent: ["abC"]),
    Case(source: "^a{2}b{1,}c{0,1}$", found: ["aab", "aabbc"], absent: ["ab", "aabcc"]),
  ]

  @Test(arguments: cases) func finds(_ example: Case) throws {
    let pattern = try Pattern(compiling: example.source)
    for text in example.found { #expect(try pattern.matches(text), "\(text.debugDescription)") }
    for text in example.absent { #expect(try !pattern.matches(text), "\(text.debugDescription)") }
  }

  @Test(arguments: [
    ("(a", 0, "without its ')'"), ("ab)", 2, "without its '('"), ("[a", 0, "without its ']'"),
    ("a**", 2, "nothing to repeat"), ("é(*UTF)", 3, "nothing to repeat"), ("\\a", 0, "no escape"),
    ("\\Z", 0, "no escape"), ("(?P<n>a)", 1, "expected '(?:'"), ("(?i)a", 1, "expected '(?:'"),
    ("(?#c)", 1, "expected '(?:'"), ("a{2,1}", 1, "smaller count first"), ("\\", 0, "at the end"),
    ("\\2(a)", 0, "expected at most 1"), ("\\k<y>", 3, "no group named"),
    ("(?<x>a)(?<x>b)", 10, "second group"), ("[z-a]", 1, "stands before its start"),
    ("\\u{110000}", 0, "code point"), ("\\x4", 3, "hexadecimal"), ("\\p{}", 0, "without the name"),
    ("\\c1", 2, "letter from A to Z"), ("\\01", 0, "octal"),
  ]) func refuses(_ source: String, _ offset: Int, _ words: String) throws {
    let error = try #require(throws: PatternError.self) { try Pattern(compiling: source) }
    #expect(error.kind == .syntax)
    #expect(error.offset == offset)
    #expect(error.message.contains(words), "\(error)")
    #expect(error.description.contains("byte \(offset)"))
  }

  @Test func saysWhatItCannotExpress() throws {
    #expect(Pattern.syntaxError(inECMA262: "(?<=a+)b") == nil)
    #expect(Pattern.syntaxError(inECMA262: "(a") != nil)
    let lookbehind = try #require(throws: PatternError.self) {
      try Pattern(compiling: "(?<=a+)b")
    }
    #expect(lookbehind.kind == .unsupported)
    let count = try #require(throws: PatternError.self) { try Pattern(compiling: "a{70000}") }
    #expect(count.kind == .unsupported)
    let property = try #require(throws: PatternError.self) {
      try Pattern(compiling: "ab\\p{Nonsense}")
    }
    #expect(property.kind == .unsupported)
    #expect(property.offset == 2)
  }

  @Test func boundsSources() throws {
    for source in [
      String(repeating: "a", count: 20_000), String(repeating: "(", count: 300),
      "((((a{900}){900}){900}){900})",
    ] {
      let error = try #require(throws: PatternError.self) { try Pattern(compiling: source) }
      #expect(error.kind == .tooLarge, "\(error)")
    }
  }

  @Test func givesCaptures() throws {
    let pattern = try Pattern(compiling: "(?<word>[a-z]+)-(\\d+)?")
    #expect(pattern.captureCount == 2)
    #expect(pattern.captureNames == ["word": 1])
    #expect(try pattern.captures("é ab-12") == ["ab-12", "ab", "12"])
    #expect(try pattern.captures("é ab-") == ["ab-", "ab", nil])
    #expect(try pattern.captures("é") == nil)
    let bytes = Array("é ab-1".utf8)
    #expect(
      try bytes.withUnsafeBytes { try pattern.captures($0, isValidUTF8: true) }
        == [3..<7, 3..<5, 6..<7])
  }

  @Test func readsPerl() throws {
    let pattern = try Pattern(compiling: "(?P<a>x)++(?#c)\\h", dialect: .perl)
    #expect(pattern.captureNames == ["a": 1])
    #expect(try pattern.matches("xx\t"))
    let error = try #require(throws: PatternError.self) {
      try Pattern(compiling: "a\\C", dialect: .perl)
    }
    #expect(error.kind == .syntax)
  }
}
