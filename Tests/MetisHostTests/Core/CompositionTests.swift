import JSON
import MetisConfig
import Testing

@testable import MetisHost

/// What a reload takes over from the composition before, and what goes.
@Suite struct CompositionTests {
  /// A reference that holds nothing.
  private struct Weak {
    weak var object: AnyObject?
  }

  /// The targets and instances that serve, by the names of the tools.
  private func serving(_ host: TestHost) -> [String: (target: Target, set: InstanceSet?)] {
    host.host.control.sync {
      let snapshot = host.host.composition.snapshot
      return Dictionary(
        uniqueKeysWithValues: zip(snapshot.targets, snapshot.instanceSets).map {
          ($0.name, (target: $0, set: $1))
        })
    }
  }

  /// The answer of `tools/list`.
  private func listed(_ host: TestHost) -> [JSONValue] {
    let answer = host.door.http(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{\#(TestHost.meta)}}}"#,
      TestHost.modernFields + [("Mcp-Method", "tools/list")]
    ).ended()
    return answer.result["tools"]?.array ?? []
  }

  private func tools(_ names: [String], changed: String? = nil) -> [TestHost.Tool] {
    names.map {
      TestHost.Tool(
        name: $0, strategy: "puppet", more: $0 == changed ? "title = \"Another\"" : "")
    }
  }

  @Test func onlyWhatChangedIsMadeAnew() throws {
    let names = (0..<30).map { "value-\($0)" }
    let host = try TestHost(tools: tools(names))
    let first = serving(host)
    // One changed, one gone, one new at the beginning, two that changed places.
    var moved = ["value-new"] + names.filter { $0 != "value-20" }
    moved.swapAt(5, 25)
    _ = try host.reload(tools: tools(moved, changed: "value-12")).get()
    let second = serving(host)
    #expect(second.count == first.count)
    for (name, now) in second {
      let isKept = name != "value-12" && name != "value-new"
      #expect((first[name]?.target === now.target) == isKept, "\(name)")
      #expect((first[name]?.set === now.set) == isKept, "\(name)")
      #expect(now.set?.target === now.target)
    }
    // A swap makes instances anew, and leaves the targets.
    _ = try host.swap("org.metis.test.puppet", by: "puppet").get()
    let third = serving(host)
    for (name, now) in third where name != "good" {
      #expect(second[name]?.target === now.target && second[name]?.set !== now.set)
    }
    #expect(host.call("value-3", #"{"a":1}"#).result["structuredContent"] == ["a": 1])
    host.stop()
  }

  @Test func othersSettingsOfTheServerAreOthersOfEachTarget() throws {
    let names = (0..<3).map { "value-\($0)" }
    let host = try TestHost(tools: tools(names))
    #expect(host.call("value-1", #"{"a":1}"#).result["structuredContent"] == ["a": 1])
    let first = serving(host)
    _ = try host.reload(
      tools: tools(names), extra: "[server.validation]\ninput = false\noutput = \"off\"\n"
    ).get()
    let second = serving(host)
    for (name, now) in second {
      #expect(first[name]?.target !== now.target)
      #expect(
        first[name]?.target.ordinal.load(ordering: .relaxed)
          == now.target.ordinal.load(ordering: .relaxed))
    }
    host.stop()
  }

  @Test func whatWasReplacedIsFreed() throws {
    let names = (0..<20).map { "value-\($0)" }
    let host = try TestHost(tools: tools(names))
    var gone: [Weak] = []
    for round in 0..<200 {
      // Some of the lists that are taken over were asked for, some were not.
      if round % 3 == 0 { #expect(!listed(host).isEmpty) }
      let changed = names[round % names.count]
      host.host.control.sync {
        let composition = host.host.composition
        let snapshot = composition.snapshot
        gone += [
          Weak(object: composition), Weak(object: snapshot), Weak(object: snapshot.encoded),
        ]
      }
      let before = serving(host)
      _ = try host.reload(tools: tools(names, changed: changed)).get()
      let after = serving(host)
      for (name, old) in before where after[name]?.target !== old.target {
        gone += [Weak(object: old.target), Weak(object: old.set)]
      }
    }
    #expect(gone.count > 200 * 4)
    #expect(!listed(host).isEmpty)
    #expect(
      eventually { gone.allSatisfy { $0.object == nil } }, "\(gone.count { $0.object != nil })")
    host.stop()
  }
}

/// Finding definitions in the configuration before.
@Suite struct DefinitionSearchTests {
  private func configuration(_ text: String) throws -> Configuration {
    let folder = try TemporaryFolder()
    try folder.write("metis.toml", text)
    return try Configuration.load([folder.path + "/metis.toml"])
  }

  private func tools(_ names: [String], stamps: [UInt64]? = nil) throws -> DefinitionRow {
    var found = try configuration(
      names.map { "[[tools]]\nname = \"\($0)\"\nmock.strategy = \"static\"\nmock.content = 1\n" }
        .joined() + "[[prompts]]\nname = \"a\"\nmock.strategy = \"static\"\nmock.content = \"x\"\n")
    for place in found.tools.indices {
      found.tools[place].stamp = stamps?[place] ?? 0
      found.tools[place].directory = "/"
    }
    found.prompts[0].stamp = 0
    found.prompts[0].directory = "/"
    return DefinitionRow(found)
  }

  @Test func findsWhatMovedCameAndWent() throws {
    let old = try tools(["a", "b", "c", "d", "e"])
    let new = try tools(["x", "a", "e", "c", "d", "y"])
    var search = DefinitionSearch(old)
    let found = new.indices.map { search.find($0, in: new) }
    // The prompt `a` is not the tool `a`.
    #expect(found.map { $0?.place } == [nil, 0, 4, 2, 3, nil, 5])
    #expect(found.compactMap { $0 }.allSatisfy { $0.isSame && $0.hasSameDefinition })
  }

  @Test func stampsDecideWhereThereAreAny() throws {
    let old = try tools(["a", "b", "c"], stamps: [1, 2, 3])
    let new = try tools(["a", "b", "c"], stamps: [1, 7, 3])
    var search = DefinitionSearch(old)
    let found = new.indices.map { search.find($0, in: new) }
    #expect(found.map { $0?.place } == [0, 1, 2, 3])
    // Another stamp says nothing by itself: the texts are equal here.
    #expect(found.allSatisfy { $0?.isSame == true })
    #expect(new.stamp(1) == 7 && new.stamp(3) == 0 && new.name(3) == "a")
    #expect(new.places(of: .prompt) == 3..<4 && new.places(of: .resource).isEmpty)
  }
}
