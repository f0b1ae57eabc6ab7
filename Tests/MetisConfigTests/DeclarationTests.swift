import Foundation
import JSON
import Testing

@testable import MetisConfig

/// The declarations, and the checks that follow from them.
@Suite struct DeclarationTests {
  /// What is wrong at `path` in a document of JSON.
  private func found(_ document: String, at path: String, in folder: Folder) throws -> [ConfigError]
  {
    let file = try folder.write("metis.json", document)
    do {
      _ = try Configuration.load([file]) { _ in nil }
      return []
    } catch {
      return error.errors.filter { $0.keyPath == path }
    }
  }

  @Test func eachRangeIsRefusedBelowAndAbove() throws {
    let folder = try Folder()
    var count = 0
    for key in DeclaredKey.all {
      for (value, expected) in outside(key.declaration.kind) {
        let errors = try found(key.document(value), at: key.path, in: folder)
        #expect(errors.count == 1, "\(key.path) = \(value): \(errors)")
        #expect(errors.first?.message.contains(expected) == true, "\(key.path) = \(value)")
        #expect(errors.first?.line == 1)
        count += 1
      }
      for value in inside(key.declaration.kind) {
        let errors = try found(key.document(value), at: key.path, in: folder)
        #expect(
          !errors.contains { $0.message.hasPrefix("found \(value), expected a") },
          "\(key.path) = \(value)")
      }
    }
    #expect(count > 100)
  }

  /// Numbers just outside of a range, and what a message says is expected.
  private func outside(_ kind: KeyDeclaration.Kind) -> [(String, String)] {
    switch kind {
    case .integer(let range):
      [
        ("\(range.lowerBound - 1)", "expected an integer from \(range.lowerBound) to "),
        ("\(range.upperBound + 1)", "to \(range.upperBound)"), ("1.5", "expected an integer from"),
      ]
    case .unsigned: [("-1", "from 0 to"), ("18446744073709551616", "from 0 to")]
    case .number(let range, let isAbove):
      [
        ("\(isAbove ? range.lowerBound : range.lowerBound - 0.5)", "expected a number"),
        ("\(range.upperBound * 1.01)", "expected a number"),
      ]
    case .oneOf(let kinds): kinds.flatMap { outside($0) }
    default: []
    }
  }

  private func inside(_ kind: KeyDeclaration.Kind) -> [String] {
    switch kind {
    case .integer(let range): ["\(range.lowerBound)", "\(range.upperBound)"]
    case .unsigned: ["0", "18446744073709551615"]
    case .number(let range, let isAbove):
      ["\(isAbove ? range.upperBound / 2 : range.lowerBound)", "\(range.upperBound)"]
    default: []
    }
  }

  @Test func eachChoiceIsKnownAndTheNearestIsNamed() throws {
    let folder = try Folder()
    var count = 0
    for key in DeclaredKey.all {
      for choice in choices(key.declaration.kind) {
        let good = try found(key.document("\"\(choice)\""), at: key.path, in: folder)
        #expect(!good.contains { $0.message.contains("expected one of") }, "\(key.path)")
        let bad = try found(key.document("\"\(choice)x\""), at: key.path, in: folder)
        #expect(bad.count == 1, "\(key.path)")
        #expect(
          bad.first?.message.hasPrefix("found \"\(choice)x\", expected one of ") == true,
          "\(key.path)")
        #expect(bad.first?.hint == "did you mean \"\(choice)\"?", "\(key.path)")
        count += 1
      }
    }
    #expect(count > 50)
  }

  private func choices(_ kind: KeyDeclaration.Kind) -> [String] {
    switch kind {
    case .choice(let choices): choices
    case .oneOf(let kinds): kinds.flatMap { choices($0) }
    default: []
    }
  }

  @Test func eachUnknownKeyGetsTheNearest() throws {
    let folder = try Folder()
    let plain = { (text: String) in text.lowercased().filter { $0 != "_" } }
    var count = 0
    for key in DeclaredKey.all {
      switch key.table.others {
      case .plugin, .each(.any): continue
      default: break
      }
      let name = key.declaration.name
      let path = String(key.path.dropLast(name.count)) + name + "x"
      let errors = try found(key.document([(name + "x", "3")]), at: path, in: folder)
      #expect(errors.map(\.message) == ["unknown key"], "\(path)")
      let hint = errors.first?.hint ?? ""
      #expect(
        plain(hint) == plain("did you mean \"\(name)\"?"), "\(path): \(hint)")
      count += 1
    }
    #expect(count > 300)
  }

  @Test func otherUnknownKeysGetTheKnownOnes() throws {
    #expect(
      try errors("[server.tls]\nenabled = false\nzzzz = 1\n") == [
        "metis.toml:3:1: error: server.tls.zzzz: unknown key "
          + "(known here: cert_file, enabled, key_file, min_version)"
      ])
    #expect(
      try errors("[metrics]\nzzzz = 1\n").first?.contains(
        "known here: enabled, endpoint, port, type")
        == true)
    #expect(
      try errors("[auth]\nzzzz = 1\n").first?.contains("use and a table by the name of each plugin")
        == true)
  }

  @Test func eachKindIsRefusedForAnother() throws {
    let folder = try Folder()
    for key in DeclaredKey.all {
      guard let wrong = wrong(key.declaration.kind) else { continue }
      let errors = try found(key.document(wrong), at: key.path, in: folder)
      #expect(errors.count == 1, "\(key.path) = \(wrong): \(errors)")
      #expect(errors.first?.message.contains(", expected ") == true, "\(key.path): \(errors)")
    }
  }

  private func wrong(_ kind: KeyDeclaration.Kind) -> String? {
    switch kind {
    case .any: nil
    case .boolean, .integer, .unsigned, .number, .array, .tables, .table, .map, .section: "\"no\""
    case .text, .anyText, .path, .choice, .dateTime: "[]"
    case .oneOf: "null"
    }
  }

  #if DEBUG
    @Test func eachDecoderReadsWhatIsDeclared() throws {
      let folder = try Folder()
      let file = try folder.write("metis.json", FullDocument.table(.root))
      let asked = AskedKeys()
      AskedKeys.$current.withValue(asked) {
        _ = try? Configuration.load([file]) { _ in nil }
      }
      // Defaults are laid below definitions by their declarations alone; the version of a file is
      // read before it is merged with others.
      let elsewhere = ["defaults", "groups", "config_version"]
      for key in DeclaredKey.all where !key.isLater {
        if elsewhere.contains(String(key.path.prefix { $0 != "." })) { continue }
        // It is for editors alone.
        if key.declaration.name == "$schema" { continue }
        let own = key.table.path.isEmpty ? "" : key.table.path + "."
        #expect(asked.keys.contains(own + key.declaration.name), "nothing reads \(key.path)")
      }
    }
  #endif

  @Test func whatDefaultsHoldIsKnownToDefinitions() {
    for (defaults, definition) in [
      (TableDeclaration.toolDefaults, TableDeclaration.tool), (.resourceDefaults, .resource),
      (.promptDefaults, .prompt),
    ] {
      for key in defaults.keys {
        #expect(definition[key.name] != nil, "\(defaults.path).\(key.name)")
      }
    }
  }

  @Test func declarationsAreWhole() {
    for key in DeclaredKey.all {
      let declaration = key.declaration
      #expect(!declaration.summary.isEmpty && declaration.summary.last != ".", "\(key.path)")
      if let name = declaration.aliasOf { #expect(key.table[name] != nil, "\(key.path)") }
      #expect(key.table.keys.count { $0.name == declaration.name } == 1, "\(key.path)")
      // What is needed says what to add.
      if declaration.isRequired { #expect(declaration.example != nil, "\(key.path)") }
    }
  }

  @Test func examplesFitTheirDeclarations() throws {
    let folder = try Folder()
    for key in DeclaredKey.all {
      guard let example = key.declaration.example else { continue }
      let value = try ConfigSource.parse(
        Array("x = \(example)\n".utf8), as: "toml", file: "example")
      let report = ConfigReport()
      var check = DeclarationCheck(report)
      check.check(
        value, against: TableDeclaration("", "An example.", [renamed(key.declaration)]))
      #expect(report.errors(in: []).isEmpty, "\(key.path) = \(example)")
    }
    #expect(!folder.path.isEmpty)
  }

  private func renamed(_ key: KeyDeclaration) -> KeyDeclaration {
    var key = key
    key.name = "x"
    key.aliasOf = nil
    return key
  }
}
