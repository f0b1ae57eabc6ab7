import Foundation
import JSON
import Testing

@testable import MetisConfig

/// The official suite of TOML (toml-test), where it is at hand: METIS_TOML_SUITE names its folder,
/// else `../shared/vectors/toml` beside the package is taken.
private enum Suite {
  static let folder = Vectors.folder("toml", variable: "METIS_TOML_SUITE").appending(path: "tests")

  /// The documents of TOML 1.1, by their paths in ``folder``.
  static let files: [String] = {
    let list = try? String(
      contentsOf: folder.appending(path: "files-toml-1.1.0"), encoding: .utf8)
    return (list ?? "").split(separator: "\n").map(String.init).filter { $0.hasSuffix(".toml") }
  }()

  /// The faults that are known, with their causes. One that is mended must leave the list.
  static let faults: [String: String] = [:]

  static func bytes(_ file: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: file)))
  }

  /// What is wrong with a document that has to be read.
  static func faultOfValid(_ file: String) throws -> String? {
    let expected = try JSONValue(jsonBytes: bytes(file.dropLast(5) + ".json"))
    do {
      let document = try ConfigSource.readTOML(bytes(file), file: file)
      return difference(document.root, expected, document, "")
    } catch {
      return "refused: \(error)"
    }
  }

  /// What is wrong with a document that has to be refused.
  static func faultOfInvalid(_ file: String) throws -> String? {
    let bytes = try bytes(file)
    do {
      _ = try ConfigSource.readTOML(bytes, file: file)
      return "read"
    } catch {
      let isLocated = error.errors.allSatisfy { $0.line > 0 && $0.column > 0 }
      return isLocated ? nil : "refused without a place: \(error)"
    }
  }

  /// Where a value and the tagged JSON of the suite differ.
  static func difference(
    _ value: ConfigValue, _ expected: JSONValue, _ document: TOMLDocument, _ path: String
  ) -> String? {
    if let elements = expected.array {
      guard let found = value.array, found.count == elements.count else { return "\(path): array" }
      return zip(found, elements).enumerated().lazy
        .compactMap { difference($1.0, $1.1, document, "\(path)[\($0)]") }.first
    }
    if let type = expected["type"]?.string, let text = expected["value"]?.string {
      let found = tagged(value, document)
      return found.type == type && isSame(found.value, text, type)
        ? nil : "\(path): found \(found), expected \(type) \(text)"
    }
    guard let object = expected.object, let table = value.table, table.count == object.count else {
      return "\(path): table"
    }
    for entry in table {
      guard let member = object[entry.key] else { return "\(path).\(entry.key): not expected" }
      if let found = difference(entry.value, member, document, "\(path).\(entry.key)") {
        return found
      }
    }
    return nil
  }

  private static func tagged(
    _ value: ConfigValue, _ document: TOMLDocument
  ) -> (type: String, value: String) {
    switch value.content {
    case .null:
      let number = document.notFinite.first { $0.place == value.place }?.value
      return number.map { ("float", $0.description) } ?? ("nothing", "")
    case .bool(let value): return ("bool", "\(value)")
    case .string(let text): return ("string", text)
    case .datetime(let text): return (value.datetimeKind?.rawValue ?? "no date", text)
    case .number(let number):
      let text = number.description
      return (text.contains { ".eE".contains($0) } ? "float" : "integer", text)
    case .array, .table: return ("more", "")
    }
  }

  private static func isSame(_ found: String, _ expected: String, _ type: String) -> Bool {
    switch type {
    case "float":
      guard let left = Double(found), let right = Double(expected) else { return false }
      return left == right || (left.isNaN && right.isNaN)
    case "datetime", "datetime-local", "date-local", "time-local":
      return plain(found) == plain(expected)
    default: return found == expected
    }
  }

  /// A date without the freedoms that its form has: `Z` for no offset, no zeros behind a fraction.
  private static func plain(_ date: String) -> String {
    let date = date.uppercased().replacing(" ", with: "T").replacing("+00:00", with: "Z")
    return date.replacing(/(\.\d*?)0+(?=$|Z|[+-])/) { $0.1 }.replacing(/\.(?=$|Z|[+-])/, with: "")
  }
}

@Suite struct TOMLSuiteTests {
  @Test(.enabled(if: !Suite.files.isEmpty, "not run: the suite of TOML is not at hand"))
  func readsWhatIsValid() throws {
    let files = Suite.files.filter { $0.hasPrefix("valid/") }
    #expect(files.count > 200)
    for file in files {
      let fault = try Suite.faultOfValid(file)
      #expect((fault != nil) == (Suite.faults[file] != nil), "\(file): \(fault ?? "is mended")")
    }
  }

  @Test(.enabled(if: !Suite.files.isEmpty, "not run: the suite of TOML is not at hand"))
  func refusesWhatIsInvalid() throws {
    let files = Suite.files.filter { $0.hasPrefix("invalid/") }
    #expect(files.count > 400)
    for file in files {
      let fault = try Suite.faultOfInvalid(file)
      #expect((fault != nil) == (Suite.faults[file] != nil), "\(file): \(fault ?? "is mended")")
    }
  }
}

@Suite struct TOMLBoundaryTests {
  @Test(arguments: [
    ("a = 0x1p3", "f:1:5: error: not TOML: hexadecimal floating-point numbers are no TOML"),
    ("a = [1, 0x1.8p1]", "f:1:9: error: not TOML: hexadecimal floating-point numbers are no TOML"),
    ("a = inf", "f:1:5: error: found inf or nan, expected a finite number"),
    ("a = [-nan]", "f:1:6: error: found inf or nan, expected a finite number"),
  ])
  func namesNumbersThatAreNone(_ text: String, _ message: String) {
    #expect(complaint(text, as: .toml) == message)
  }

  @Test(arguments: ["a+b = 1", "ä = 1", "[ä]", "[[.a]]", "a = {ä = 1}"])
  func refusesBareKeysOfOtherCharacters(_ text: String) {
    #expect(complaint(text, as: .toml)?.hasPrefix("f:1:") == true)
  }

  @Test(arguments: ["a+b = 1", "ä = 1", "[t]\nkä = 1"])
  func tellsHowOtherKeysAreWritten(_ text: String) {
    #expect(
      complaint(text, as: .toml)?.hasSuffix(
        "(put a key of other characters than A-Z, a-z, 0-9, _ and - in quotes)") == true)
  }

  @Test func readsWhatLooksLikeWhatIsRefused() throws {
    let text = """
      a = "0x1p3" # 0x1p3
      b = '''0x1p3'''
      c = \"\"\"
      \\\"\"\" 0x1p3 \"\"\"\"\"
      "a.b.c" = [0x1, 0xFF, "{[("]
      "ä" = 1
      """
    let found = try json(text, as: .toml)
    let expected =
      #"{"a":"0x1p3","b":"0x1p3","c":"\"\"\" 0x1p3 \"\"","a.b.c":[1,255,"{[("],"ä":1}"#
    #expect(found == expected)
  }

  @Test func boundsDepthOfBracketsAndKeysTogether() throws {
    let deep = { (count: Int) in Array(repeating: "a", count: count).joined(separator: ".") }
    let good = [
      "\(deep(64)) = 1", "[\(deep(63))]",
      "a = " + String(repeating: "[", count: 63)
        + String(repeating: "]", count: 63),
    ]
    for text in good { #expect(complaint(text, as: .toml) == nil) }
    let bad = [
      "\(deep(65)) = 1", "[\(deep(64))]", "[[\(deep(63))]]",
      "a = " + String(repeating: "[", count: 64) + String(repeating: "]", count: 64),
      String(repeating: "a = {", count: 70) + String(repeating: "}", count: 70),
      String(repeating: "a={\(deep(60))=", count: 200) + "1" + String(repeating: "}", count: 200),
      "\(deep(20_000)) = 1", "[\(deep(20_000))]", "a = " + String(repeating: "[", count: 20_000),
    ]
    for text in bad {
      let found = complaint(text, as: .toml) ?? "none"
      #expect(found.contains("more than 64 deep; the limit is 64"), "\(found)")
      #expect(found.hasPrefix("f:1:"))
    }
  }
}
