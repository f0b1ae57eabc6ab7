import Testing

@testable import MetisHost

@Suite struct VersionTests {
  /// The order of section 11.4 of Semantic Versioning 2.0.0.
  @Test func ordersAsTheSpecificationSays() throws {
    let texts = [
      "0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
      "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
    ]
    let versions = try texts.map { try #require(SemanticVersion($0)) }
    for (left, version) in versions.enumerated() {
      #expect(version.description == texts[left])
      for (right, other) in versions.enumerated() {
        #expect((version < other) == (left < right), "\(version) \(other)")
        #expect((version == other) == (left == right))
      }
    }
  }

  @Test func theBuildDoesNotCount() throws {
    let version = try #require(SemanticVersion("1.2.3+abc"))
    #expect(version == SemanticVersion(1, 2, 3))
    #expect(version.description == "1.2.3+abc")
  }

  @Test(arguments: [
    "", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "v1.2.3", "1.2.3-", "1.2.3-a..b", "1.2.3-01",
    "1.2.3+", "1.2.3+a..b", "1.2.3 ", "-1.2.3", "1.2.99999999999999999999", "1.2.3-ä", "1..3",
  ])
  func refuses(_ text: String) {
    #expect(SemanticVersion(text) == nil)
  }

  @Test(arguments: [
    ("*", ["0.0.1", "9.9.9", "1.0.0-rc.1"], []),
    ("1.2.3", ["1.2.3", "1.2.3+x"], ["1.2.4", "1.2.2", "1.2.3-rc.1"]),
    ("=1.2.3", ["1.2.3"], ["1.2.4"]),
    ("1.2", ["1.2.0", "1.2.9"], ["1.3.0", "1.1.9"]),
    ("1.x", ["1.0.0", "1.99.0"], ["2.0.0", "0.9.0"]),
    (">=1.2.0 <2.0.0", ["1.2.0", "1.99.99"], ["1.1.9", "2.0.0", "1.5.0-rc.1"]),
    (">= 1.2.0  < 2.0.0", ["1.2.0"], ["2.0.0"]),
    (">1.2.3", ["1.2.4", "2.0.0"], ["1.2.3"]),
    (">1.2", ["1.3.0"], ["1.2.9"]),
    ("<=1.2", ["1.2.9", "0.0.0"], ["1.3.0"]),
    ("<=1.2.3", ["1.2.3"], ["1.2.4"]),
    ("<1.2", ["1.1.9"], ["1.2.0"]),
    ("^1.2", ["1.2.0", "1.9.0"], ["1.1.0", "2.0.0"]),
    ("^1.2.3", ["1.2.3", "1.3.0"], ["1.2.2", "2.0.0"]),
    ("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0", "0.2.2"]),
    ("^0.0.3", ["0.0.3"], ["0.0.4", "0.0.2"]),
    ("^0", ["0.0.0", "0.9.0"], ["1.0.0"]),
    ("~1.2.3", ["1.2.3", "1.2.9"], ["1.3.0", "1.2.2"]),
    ("~1.2", ["1.2.0"], ["1.3.0"]),
    ("~1", ["1.9.0"], ["2.0.0"]),
    ("^1.0.0 || ^3.0.0", ["1.5.0", "3.1.0"], ["2.0.0", "4.0.0"]),
    (">=1.2.3-rc.1", ["1.2.3-rc.2", "1.2.3", "1.3.0"], ["1.3.0-rc.1", "1.2.3-alpha"]),
  ])
  func contains(_ range: String, _ inside: [String], _ outside: [String]) throws {
    let parsed = try #require(VersionRange(range))
    for text in inside {
      #expect(parsed.contains(try #require(SemanticVersion(text))), "\(range) has \(text)")
    }
    for text in outside {
      #expect(!parsed.contains(try #require(SemanticVersion(text))), "\(range) lacks \(text)")
    }
  }

  @Test(arguments: [
    "", " ", "||", "1.2.3 ||", ">=", ">= ", "newest", "^", "1.2.3 -", "=>1.2.3", "~>1.2", "1.2.3.4",
  ])
  func refusesRange(_ text: String) {
    #expect(VersionRange(text) == nil)
  }
}
