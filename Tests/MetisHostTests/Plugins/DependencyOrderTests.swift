import Testing

@testable import MetisHost

@Suite struct DependencyOrderTests {
  private func node(
    _ id: String, _ version: String = "1.0.0", _ requirements: [String: String] = [:]
  ) throws -> DependencyOrder.Node {
    DependencyOrder.Node(
      id: id, version: try #require(SemanticVersion(version)),
      requirements: try requirements.sorted { $0.key < $1.key }.map {
        PluginDescriptor.Requirement(id: $0.key, range: try #require(VersionRange($0.value)))
      }, file: "\(id).toml")
  }

  @Test func startsWhatIsRequiredFirstAndKeepsTheOrderOfFilesOtherwise() throws {
    let plan = DependencyOrder([
      try node("a", "1.0.0", ["c": "*"]), try node("b"), try node("c", "1.0.0", ["d": "^1"]),
      try node("d"),
    ])
    #expect(plan.failures.isEmpty)
    #expect(plan.order == [1, 3, 2, 0])
  }

  @Test func aMissingDependencyFailsOnlyWhoNeedsIt() throws {
    let plan = DependencyOrder([
      try node("a", "1.0.0", ["b": "*"]), try node("b", "1.0.0", ["nowhere": ">=1"]),
      try node("c"),
    ])
    #expect(plan.order == [2])
    #expect(plan.failures[1]?.kind == .missingDependency)
    #expect(
      plan.failures[1]?.message.contains("b requires nowhere >=1, which is not there") == true)
    #expect(plan.failures[0]?.kind == .failedDependency)
    #expect(plan.failures[0]?.message.contains("a requires b, which failed") == true)
  }

  @Test func anUnsuitableVersionSaysBoth() throws {
    let plan = DependencyOrder([try node("a", "1.0.0", ["b": "^2.0.0"]), try node("b", "1.4.0")])
    #expect(plan.order == [1])
    #expect(plan.failures[0]?.kind == .unsuitableDependency)
    #expect(
      plan.failures[0]?.message == "a requires b ^2.0.0; found 1.4.0 in b.toml")
  }

  @Test func aCycleIsPrintedAndFailsItsMembersAndTheirDependants() throws {
    let plan = DependencyOrder([
      try node("a", "1.0.0", ["b": "*"]), try node("b", "1.0.0", ["c": "*"]),
      try node("c", "1.0.0", ["a": "*"]), try node("d", "1.0.0", ["a": "*"]), try node("e"),
    ])
    #expect(plan.order == [4])
    #expect(plan.failures[0]?.message.hasSuffix("a → b → c → a") == true)
    #expect(plan.failures[1]?.message.hasSuffix("b → c → a → b") == true)
    #expect(plan.failures[2]?.kind == .dependencyCycle)
    #expect(plan.failures[3]?.kind == .failedDependency)
  }

  @Test func ofTwoWithOneIdTheFirstStays() throws {
    let plan = DependencyOrder([try node("a"), try node("b", "1.0.0", ["a": "*"]), try node("a")])
    #expect(plan.order == [0, 1])
    #expect(plan.failures[2]?.kind == .duplicateID)
    #expect(plan.failures[2]?.message.contains("a.toml, which comes first") == true)
  }
}
