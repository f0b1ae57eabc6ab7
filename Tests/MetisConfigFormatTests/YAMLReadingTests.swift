import JSON
import Testing

@testable import MetisConfig

@Suite struct YAMLReadingTests {
  @Test(arguments: [
    ("null", "null"), ("Null", "null"), ("NULL", "null"), ("~", "null"), ("", "null"),
    ("nUll", "\"nUll\""), ("true", "true"), ("True", "true"), ("TRUE", "true"),
    ("tRue", "\"tRue\""), ("false", "false"), ("False", "false"), ("FALSE", "false"),
    ("yes", "\"yes\""), ("no", "\"no\""), ("on", "\"on\""), ("off", "\"off\""), ("y", "\"y\""),
    ("0", "0"), ("-0", "0"), ("+12", "12"), ("-19", "-19"), ("0777", "777"), ("0o14", "12"),
    ("0o8", "\"0o8\""), ("0xFF", "255"), ("0xg", "\"0xg\""), ("-0x1", "\"-0x1\""),
    ("0b1", "\"0b1\""), ("1_000", "\"1_000\""), ("12:30:45", "\"12:30:45\""),
    ("9223372036854775807", "9223372036854775807"),
    ("18446744073709551616", "18446744073709551616"),
    ("0xFFFFFFFFFFFFFFFF", "18446744073709551615"), (".5", "0.5"), ("-.5", "-0.5"), ("1.", "1.0"),
    ("1.50", "1.50"), ("1e3", "1e3"), ("+1.5E+3", "1.5E+3"), ("1e-3", "1e-3"), ("00.5", "0.5"),
    ("1.2.3", "\"1.2.3\""), (".", "\".\""), ("-", nil), ("+", "\"+\""), ("1e", "\"1e\""),
    ("e3", "\"e3\""), ("--1", "\"--1\""), ("1 2", "\"1 2\""), ("2001-12-14", "\"2001-12-14\""),
    ("inf", "\"inf\""), ("nan", "\"nan\""), (".info", "\".info\""), ("'1'", "\"1\""),
    ("\"true\"", "\"true\""), ("! 12", "\"12\""), ("!!str 12", "\"12\""), ("!!int '12'", "12"),
    ("!!float 12", "12.0"), ("!!bool 'true'", "true"), ("!!null ''", "null"), ("!!str", "\"\""),
    ("!!seq [1]", "[1]"), ("!!map {a: 1}", "{\"a\":1}"), ("! [1]", "[1]"), ("!!int 0x10", "16"),
    (":x", "\":x\""), ("-x", "\"-x\""), ("a#b", "\"a#b\""), ("a b", "\"a b\""),
    ("http://x:1/y", "\"http://x:1/y\""), ("\"\\x41\\u00e9\\U0001F600\\/\"", "\"Aé😀/\""),
  ])
  func resolvesTheCoreSchema(_ text: String, _ expected: String?) throws {
    guard let expected else {
      #expect(complaint("k: \(text)") != nil)
      return
    }
    #expect(try json("k: \(text)\n") == "{\"k\":\(expected)}")
  }

  @Test(arguments: [
    (".inf", "found inf or nan, expected a finite number"),
    ("-.INF", "found inf or nan, expected a finite number"),
    (".NaN", "found inf or nan, expected a finite number"),
    ("0x1FFFFFFFFFFFFFFFF", "found an octal or hexadecimal integer of more than 64 bits"),
    ("!!int x", "found !!int before something else than an integer"),
    ("!!int 1.0", "found !!int before something else than an integer"),
    ("!!float x", "found !!float before something else than a finite number"),
    ("!!bool yes", "found !!bool before something else than true or false"),
    ("!!null x", "found !!null before something else than null"),
    ("!!str [a]", "found !!str before a list"), ("!!seq {a: 1}", "found !!seq before a table"),
    ("!!map x", "found !!map before a scalar"),
    ("!!binary aGk=", "found the tag !!binary, expected"),
    ("!!timestamp 2001-01-01", "found the tag !!timestamp, expected"),
    ("!env X", "found the tag !env, expected"), ("!!set {a}", "found the tag !!set, expected"),
    ("*x", "found an alias of an anchor that does not stand before it"),
    ("&x [*x]", "found an alias of the value that it stands in"),
  ])
  func refusesValues(_ text: String, _ message: String) {
    let found = complaint("k: \(text)\n") ?? "none"
    #expect(found.contains(message), "\(found)")
    #expect(found.hasPrefix("f:1:"))
  }

  @Test func knowsThePlacesOfKeysAndValues() throws {
    let text = "a: 1\nüb: {é: x, y: [p, q]}\nl:\n  - \"s\"\n  - k: |\n      t\n"
    let tree = try parsed(text)
    func at(_ place: ConfigPlace) -> String { "\(place.line):\(place.column)" }
    let entries = try #require(tree.table)
    #expect(entries.map { at($0.place) } == ["1:1", "2:1", "3:1"])
    #expect(entries.map { at($0.value.place) } == ["1:4", "2:5", "4:3"])
    let flow = try #require(entries[1].value.table)
    #expect(flow.map { at($0.place) } == ["2:6", "2:12"])
    #expect(flow[1].value.array?.map { at($0.place) } == ["2:16", "2:19"])
    let list = try #require(entries[2].value.array)
    #expect(list.map { at($0.place) } == ["4:5", "5:5"])
    #expect(list[1]["k"].map { at($0.place) } == "5:8")
    #expect(entries[1].value.isInline)
    #expect(!tree.isInline)
  }

  @Test func keepsTextsOfBlocks() throws {
    let text =
      "a: |\n  x: 1\n   # y\n\n  z\nb: >-\n  p\n  q\n\n  r\nc: |+\n  s\n\nd: |2\n    t\ne: 'it''s'\n"
    #expect(
      try json(text)
        == #"{"a":"x: 1\n # y\n\nz\n","b":"p q\nr","c":"s\n\n","d":"  t\n","e":"it's"}"#)
  }

  @Test func takesKeysAsTheyAreWritten() throws {
    let text =
      "1: a\n1.50: b\ntrue: c\n~: d\n0x1: e\n\"\": f\n? g\n: h\n'<<': i\n!!str j: k\n&l m: *l\n"
    #expect(
      try json(text)
        == #"{"1":"a","1.50":"b","true":"c","~":"d","0x1":"e","":"f","g":"h","<<":"i","j":"k","#
        + #""m":"m"}"#)
  }

  @Test(arguments: [
    ("? [a]\n: b\n", "1:3", "found a list or a table as a key"),
    ("{a: b}: c\n", "1:1", "found a list or a table as a key"),
    ("? \n: b\n", "1:2", "found an empty key"),
    ("x: {? , a: 1}\n", "1:7", "found an empty key"),
    ("x: &a [1]\n*a : 2\n", "2:1", "found an alias as a key that stands for no string"),
    (
      "a: 1\nb: 2\na: 3\n", "3:1",
      "a: found this key a second time in its table; it stands first in line 1, column 1"
    ),
    ("x: {a: 1, \"a\": 2}\n", "1:11", "a: found this key a second time in its table"),
    ("- a\n- b\n", "1:1", "found an array, expected a table"),
    ("just a text\n", "1:1", "found a string, expected a table"),
    ("a: 1\n---\nb: 2\n", "2:1", "found a second document, expected one in a file"),
  ])
  func refusesShapes(_ text: String, _ place: String, _ message: String) {
    let found = complaint(text) ?? "none"
    #expect(found.hasPrefix("f:\(place): error: \(message)"), "\(found)")
  }

  @Test func findsDuplicatesAmongManyKeys() {
    let keys = (0..<40).map { "k\($0): 1\n" }.joined()
    #expect(
      complaint(keys + "k3: 2\nk39: 2\n")
        == """
        f:41:1: error: k3: found this key a second time in its table; it stands first in line 4, \
        column 1
        f:42:1: error: k39: found this key a second time in its table; it stands first in line 40, \
        column 1
        """)
  }

  @Test(arguments: ["", "\n", "# only a comment\n", "---\n", "--- # c\n", "---\n...\n", "\u{feff}"])
  func readsNothingAsAnEmptyTable(_ text: String) throws {
    #expect(try json(text) == "{}")
  }

  @Test func followsAliases() throws {
    let text = "a: &x {p: 1}\nb: *x\nc: [*x, &y 2, *y]\nd: &x 3\ne: *x\n"
    #expect(try json(text) == #"{"a":{"p":1},"b":{"p":1},"c":[{"p":1},2,2],"d":3,"e":3}"#)
    let tree = try parsed(text)
    // What stands behind an alias stands where it was written; the key stands at the alias.
    #expect(tree["b"]?["p"]?.place == ConfigPlace(file: "f", line: 1, column: 11))
    #expect(tree.table?[1].place == ConfigPlace(file: "f", line: 2, column: 1))
  }

  @Test func mergesTables() throws {
    let text = """
      base: &base {a: 1, b: 2}
      more: &more {b: 3, c: 4}
      one:
        x: 0
        <<: *base
        b: 9
      two: {<<: [*more, *base, {d: 5}], d: 6}
      three: {<<: {z: 1}}
      """
    #expect(
      try json(text)
        == #"{"base":{"a":1,"b":2},"more":{"b":3,"c":4},"one":{"x":0,"a":1,"b":9},"#
        + #""two":{"b":3,"c":4,"a":1,"d":6},"three":{"z":1}}"#)
    let merged = try parsed(text)["one"]?.table?[1]
    #expect(merged?.place == ConfigPlace(file: "f", line: 1, column: 14))
  }

  @Test(arguments: [
    ("a: {<<: 1}\n", "1:9", "found an integer after <<, expected a table or a list of tables"),
    ("a: {<<: [{b: 1}, 2]}\n", "1:18", "found an integer in the list of <<, expected tables"),
    ("a: {<<: {b: 1}, <<: {c: 1}}\n", "1:17", "<<: found this key a second time in its table"),
  ])
  func refusesMerges(_ text: String, _ place: String, _ message: String) {
    let found = complaint(text) ?? "none"
    #expect(found.hasPrefix("f:\(place): error: \(message)"), "\(found)")
  }

  @Test(arguments: ["yes", "Off", "y", "0777", "1_000", "0b1", "12:30:45", "1e3", "0o7", "="])
  func refusesWhatADocumentOfVersion11MeansOtherwise(_ value: String) throws {
    #expect(
      complaint("%YAML 1.1\n---\na: \(value)\n")
        == "f:3:4: error: found a value that YAML 1.1 reads otherwise than YAML 1.2 "
        + "(put it in quotes, or remove the directive %YAML 1.1)")
    #expect(complaint("%YAML 1.2\n---\na: \(value)\n") == nil)
    #expect(complaint("%YAML 1.1\n---\na: '\(value)'\nb: [true, 12, 1.5, x, 1.2.3]\n") == nil)
  }

  @Test func tellsAllErrorsOfValues() {
    let found = complaint("a: .inf\nb: !x y\nc: *d\na: 1\n") ?? ""
    #expect(found.split(separator: "\n").count == 4)
  }
}
