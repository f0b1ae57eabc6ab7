import JSON
import MCP
import Testing

/// Names on the wire: revisions, methods, levels.
@Suite struct NameTests {
  @Test(arguments: [
    (ProtocolRevision.november2024, "2024-11-05"), (.march2025, "2025-03-26"),
    (.june2025, "2025-06-18"), (.november2025, "2025-11-25"), (.july2026, "2026-07-28"),
  ])
  func revision(_ revision: ProtocolRevision, _ name: String) {
    #expect(revision.name.description == name)
    #expect(ProtocolRevision(utf8: bytes(name)) == revision)
    #expect(revision.isLegacy == (revision != .july2026))
    #expect(RevisionTraits.isStateless(revision) == !revision.isLegacy)
  }

  @Test func revisionsAreInOrder() {
    #expect(ProtocolRevision.allCases.count == 5)
    #expect(ProtocolRevision.allCases == ProtocolRevision.allCases.sorted())
    #expect(ProtocolRevision.newest == .july2026)
    #expect(ProtocolRevision.newestLegacy == .november2025)
  }

  @Test(arguments: [
    "", "2026-07-2", "2026-07-288", "2026-07-29", "2026-07-27", "2016-07-28", "2026/07/28",
    "2025-07-28", "2024-11-06", "2025-03-25", "2025-06-19", "2025-11-24", "2023-11-05",
    "DRAFT-2026", "0000000000",
  ])
  func unknownRevision(_ name: String) { #expect(ProtocolRevision(utf8: bytes(name)) == nil) }

  /// One byte changed anywhere is another name.
  @Test(arguments: ProtocolRevision.allCases)
  func nearRevision(_ revision: ProtocolRevision) {
    let name = Array(revision.name.description.utf8)
    for place in name.indices {
      var changed = name
      changed[place] ^= 0x40
      let found = changed.withUnsafeBytes { ProtocolRevision(utf8: $0) }
      #expect(found == nil, "byte \(place)")
    }
  }

  @Test(arguments: [
    (Method.initialize, "initialize"), (.ping, "ping"), (.discover, "server/discover"),
    (.toolsList, "tools/list"), (.toolsCall, "tools/call"),
    (.resourcesList, "resources/list"), (.resourceTemplatesList, "resources/templates/list"),
    (.resourcesRead, "resources/read"), (.resourcesSubscribe, "resources/subscribe"),
    (.resourcesUnsubscribe, "resources/unsubscribe"), (.promptsList, "prompts/list"),
    (.promptsGet, "prompts/get"), (.complete, "completion/complete"),
    (.setLevel, "logging/setLevel"), (.listen, "subscriptions/listen"),
    (.tasksGet, "tasks/get"), (.tasksResult, "tasks/result"), (.tasksList, "tasks/list"),
    (.tasksCancel, "tasks/cancel"), (.tasksUpdate, "tasks/update"),
    (.initialized, "notifications/initialized"), (.cancelled, "notifications/cancelled"),
    (.progress, "notifications/progress"),
    (.rootsListChanged, "notifications/roots/list_changed"),
    (.taskStatus, "notifications/tasks/status"),
  ])
  func method(_ method: Method, _ name: String) {
    #expect(method.name.description == name)
    #expect(Method(utf8: bytes(name)) == method)
  }

  @Test func eachMethodHasANameOfItsOwn() {
    #expect(Set(Method.allCases.map(\.name.description)).count == Method.allCases.count)
  }

  @Test(arguments: [
    "", "Ping", "PING", "pong", "pin", "pings", "tools/List", "tools/lisT", "tools/calls",
    "tools-call", "initialise", "initializ", "initializee", "server/discove", "server/Discover",
    "notifications/initialize", "notifications/cancelle", "notifications/canceled",
    "notifications/progressx", "resources/lisT", "prompts/gets", "sampling/createMessage",
    "tools/xist", "tasks/call", "tasks/xancel", "resources/xead", "xompletion/complete",
  ])
  func unknownMethod(_ name: String) { #expect(Method(utf8: bytes(name)) == nil) }

  @Test(arguments: Method.allCases)
  func nearMethod(_ method: Method) {
    let name = Array(method.name.description.utf8)
    for place in name.indices {
      var changed = name
      changed[place] ^= 0x20
      let found = changed.withUnsafeBytes { Method(utf8: $0) }
      #expect(found == nil, "byte \(place)")
    }
  }

  /// `tools\/call` is what encoders write that escape every slash.
  @Test func escapedMethod() throws {
    for (text, expected) in [
      (#""tools\/call""#, Method?.some(.toolsCall)), (#""tools/call""#, .toolsCall),
      (#""pin\u0067""#, .ping), (#""server\/discove\u0072""#, .discover),
      (#""tools\\/call""#, nil), (#""tools\/calls""#, nil), (#""pong""#, nil),
    ] {
      let slice = try JSONCursor.validate(bytes(text))
      let string = try #require(slice.string)
      #expect(Method(string) == expected, "\(text)")
    }
  }

  @Test(arguments: [
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency",
  ])
  func level(_ name: String) throws {
    let slice = try JSONCursor.validate(bytes("\"\(name)\""))
    let string = try #require(slice.string)
    let level = try #require(LogLevel(string))
    #expect(level.name.description == name)
  }

  @Test func levelsAreInOrder() {
    #expect(LogLevel.allCases == LogLevel.allCases.sorted())
    #expect(LogLevel.debug < .emergency && LogLevel.error < .critical)
  }

  @Test(arguments: ["", "Debug", "warn", "fatal", "errors", "emergenc"])
  func unknownLevel(_ name: String) throws {
    let slice = try JSONCursor.validate(bytes("\"\(name)\""))
    let string = try #require(slice.string)
    #expect(LogLevel(string) == nil)
  }
}

/// What differs between revisions.
@Suite struct TraitTests {
  @Test(arguments: ProtocolRevision.allCases)
  func methods(_ revision: ProtocolRevision) {
    let known = Set(Method.allCases.filter { RevisionTraits.of(revision).knows($0) })
    let shared: Set<Method> = [
      .toolsList, .toolsCall, .resourcesList, .resourceTemplatesList, .resourcesRead, .promptsList,
      .promptsGet, .complete, .cancelled,
    ]
    let tasks: Set<Method> = [.tasksGet, .tasksResult, .tasksList, .tasksCancel, .taskStatus]
    let handshake = shared.union([
      .initialize, .ping, .resourcesSubscribe, .resourcesUnsubscribe, .setLevel, .initialized,
      .progress, .rootsListChanged,
    ])
    let expected =
      switch revision {
      case .november2024, .march2025, .june2025: handshake
      case .november2025: handshake.union(tasks)
      case .july2026: shared.union([.discover, .listen, .tasksGet, .tasksUpdate, .tasksCancel])
      }
    #expect(known == expected)
  }

  @Test func members() {
    let of = RevisionTraits.of
    #expect(of(.november2024).definitionMembers == [])
    #expect(of(.march2025).definitionMembers == [.annotations])
    #expect(of(.june2025).definitionMembers == [.annotations, .title, .outputSchema, .meta])
    let newest: RevisionTraits.DefinitionMembers = [
      .annotations, .title, .outputSchema, .meta, .icons,
    ]
    #expect(of(.november2025).definitionMembers == newest.union(.execution))
    #expect(of(.july2026).definitionMembers == newest)
  }

  @Test func flags() {
    let all = ProtocolRevision.allCases.map { RevisionTraits.of($0) }
    #expect(all.map(\.isStateless) == [false, false, false, false, true])
    #expect(all.map(\.progressMessage) == [false, true, true, true, true])
    #expect(all.map(\.structuredContent) == [.absent, .absent, .objects, .objects, .any])
  }
}
