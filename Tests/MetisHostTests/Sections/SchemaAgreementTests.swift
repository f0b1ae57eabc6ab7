import CBarrier
import Foundation
import JSON
import MetisConfig
import MetisPluginAPI
import Testing

@testable import MetisHost

/// A plugin of the package, loaded: its schema and its own decoder side by side.
private final class Subject {
  let registry: PluginRegistry
  let generation: PluginGeneration
  let kind: UInt32
  let schema: SectionSchema
  private let folder: TemporaryFolder

  init(_ name: String, _ kind: UInt32) throws {
    folder = try TemporaryFolder()
    try folder.write(
      "\(name).toml",
      "library = \"\(try BuiltPlugin.path(name))\"\ngrants = [\"fs.read\", \"net.listen\"]")
    registry = try PluginRegistry(contexts: HostServices(log: Log(level: .error)))
    try registry.discover(folder.path)
    registry.loadAll()
    generation = try #require(registry.active.first)
    self.kind = kind
    guard case .schema(let schema) = generation.sections.entry(kind, of: generation) else {
      throw BuiltPlugin.Missing(name: "the schema of \(name)")
    }
    self.schema = schema
  }

  deinit { registry.shutDown() }

  /// Whether the plugin itself refuses a section: its check, or the making of an instance for
  /// whatever kind of target.
  func refuses(_ section: JSONValue) -> Bool {
    let text = section.jsonBytes()
    var error = metis_error_v1.empty
    if let check = generation.config?.pointee.check {
      let sink = BoundedBuffer(limit: 4096)
      let code = text.withSlice { text in
        sink.withSink { metis_barrier_check(check, generation.plugin, kind, text, $0, &error) }
      }
      if code != METIS_OK { return true }
    }
    guard let strategy = generation.strategy else { return false }
    return [METIS_KIND_TOOL, METIS_KIND_RESOURCE, METIS_KIND_PROMPT].allSatisfy { target in
      var made: UnsafeMutableRawPointer?
      let code = text.withSlice { config in
        Array("test:x".utf8).withSlice { name in
          Array("{}".utf8).withSlice { definition in
            Array(folder.path.utf8).withSlice { directory in
              var setup = metis_instance_v1()
              setup.size = UInt32(MemoryLayout<metis_instance_v1>.size)
              setup.kind = target
              setup.target = name
              setup.config = config
              setup.definition = definition
              setup.directory = directory
              return metis_barrier_strategy_create(
                strategy.pointee.create, generation.plugin, &setup, &error, &made)
            }
          }
        }
      }
      if code == METIS_OK { _ = metis_barrier_destroy(strategy.pointee.destroy, made) }
      return code != METIS_OK
    }
  }

  func accepts(_ section: JSONValue) -> Bool { schema.accepts(section.jsonBytes()) }
}

/// Ways to damage a value, each in one place.
private enum Damage {
  /// A damaged value, and whether only a key was added that nobody knows.
  typealias Case = (value: JSONValue, isStray: Bool)

  static func all(_ value: JSONValue) -> [Case] {
    var cases: [Case] = []
    switch value {
    case .object(let object):
      var stray = object
      stray["zzz_stray"] = 1
      cases.append((.object(stray), true))
      for (key, member) in object {
        var without = object
        without.removeValue(forKey: key)
        cases.append((.object(without), false))
        for (inner, isStray) in all(member) {
          var changed = object
          changed[key] = inner
          cases.append((.object(changed), isStray))
        }
      }
      cases += [("x", false), (5, false)]
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        for (inner, isStray) in all(element) {
          var changed = elements
          changed[index] = inner
          cases.append((.array(changed), isStray))
        }
      }
      cases += [(.array([]), false), (["zzz_stray": 1], false), (true, false)]
    case .string: cases += [(12_345, false), ("", false), ("zzz", false), ([], false)]
    case .number:
      cases += [("x", false), (-7, false), (1e300, false), (0.5, false), (true, false)]
    case .bool: cases += [("yes", false), (1, false)]
    case .null: cases += [(1, false)]
    }
    return cases
  }
}

@Suite struct SchemaAgreementTests {
  private static let sections: [(plugin: String, kind: UInt32, sections: [String])] = [
    (
      "StaticStrategy", METIS_SECTION_STRATEGY,
      [
        #"{"text":"hi"}"#, #"{"content":{"a":[1,null]},"is_error":true}"#,
        #"{"blob":"aGk=","mime_type":"a/b"}"#, #"{"result":{"content":[]}}"#,
        #"{"messages":["a",{"role":"assistant","text":"b"},{"content":{"type":"image"}}]}"#,
      ]
    ),
    (
      "EchoStrategy", METIS_SECTION_STRATEGY,
      ["{}", #"{"field":"/a~1b/0"}"#, #"{"field":"","prefix":"You said "}"#]
    ),
    (
      "RandomStrategy", METIS_SECTION_STRATEGY,
      [
        #"{"type":"uuid","nullable":0.5}"#, #"{"type":"integer","min":-5,"max":80}"#,
        #"{"type":"float","min":0.5,"max":2,"precision":2}"#,
        #"{"type":"string","min_length":1,"max_length":3,"charset":"hex"}"#,
        #"{"type":"string","alphabet":"äb"}"#, #"{"type":"boolean","probability":1}"#,
        #"{"type":"choice","values":[1,"a",null],"weights":[1,0.5,2]}"#,
        #"{"type":"array","items":{"type":"uuid"},"min_length":1,"max_length":2,"unique":true}"#,
        #"{"type":"object","schema":{"type":{"type":"uuid"},"a":{"b":{"type":"uuid"}}}}"#,
        #"{"id":{"type":"uuid"},"inner":{"x":{"type":"integer"}}}"#,
      ]
    ),
    (
      "InteractionStrategy", METIS_SECTION_STRATEGY,
      [
        #"{"text":"hi"}"#, #"{"value":{"a":1}}"#,
        #"{"answers":["a","b"],"after_last":"cycle","count_by":"session"}"#,
        #"{"steps":[{"progress":{"progress":0,"total":2,"message":"m"}},{"delay_ms":"range:1-2"},{"delay_ms":5}]}"#,
        #"{"steps":[{"content":[{"type":"text","text":"a"},"b"],"when":"true","repeat":2,"label":"l"}]}"#,
        #"{"steps":[{"if":"1 == 1","then":[{"text":"a"}],"else":[{"error":"no"}]}]}"#,
        #"{"steps":[{"error":{"code":-32602,"message":"m","data":{"a":1}}}]}"#,
        #"{"steps":[{"elicit":{"key":"k","message":"m","schema":{"properties":{"a":{"type":"string"}}}},"on_error":"continue"}]}"#,
        #"{"steps":[{"sample":{"key":"k","prompt":"p","max_tokens":5}},{"roots":"r"},{"roots":{"key":"q"}}]}"#,
        #"{"steps":[{"ask":{"a":{"elicit":{"message":"m","mode":"url","url":"https://x"}},"b":{"roots":true}},"only_declared":true}]}"#,
        #"{"steps":[{"require":["elicitation.url"]},{"notify":"tools"},{"notify":{"resource":"a:b"}},{"notify":{"method":"x/y","params":{}}}]}"#,
        #"{"steps":[{"task":{"ttl_ms":5,"required":true}},{"close_stream":{"retry_ms":5}},{"disconnect":true},{"set":{"a":1}}]}"#,
        #"{"steps":[{"log":{"level":"debug","logger":"l","data":{"a":1}}},{"log":"x"},{"structured":{"a":1}}]}"#,
        #"{"steps":[{"content":{"type":"image","base64":"aGk=","mimeType":"image/png","annotations":{}}}]}"#,
        #"{"steps":[{"content":{"uri":"a:b","name":"n"}},{"content":{"resource":{"uri":"a:b","text":"t"}}}],"state":"always"}"#,
        #"{"steps":[{"message":{"role":"assistant","content":{"type":"text","text":"t"}}},{"messages":["a"]}]}"#,
        #"{"steps":[{"contents":{"text":"t","mime_type":"a/b"}}]}"#,
        #"{"rules":[{"name":"n","priority":1,"when":{"a":1,"/b/c":{"at_least":2,"not":{"equals":3}}},"text":"x","times":2},{"context":{"client":{"starts_with":"x"},"/p/q":1},"answers":[{"text":"a"},{"steps":[{"text":"b"}]}]}],"default":"d","unmatched":"default"}"#,
        #"{"rules":[{"when":{"a":{"any_of":[1,{"matches":"^a$"}],"schema":{"type":"integer"},"one_of":[1],"contains":"x","includes":{"b":1}}},"error":{"text":"no"}}],"default":{"text":"d"}}"#,
      ]
    ),
    (
      "HTTPTransport", METIS_SECTION_TRANSPORT,
      [
        "{}",
        #"{"header_timeout_ms":5,"max_headers":10,"stream_high_watermark":4096,"websocket_ping_interval_sec":0}"#,
        #"{"tls":{"certificate":"c.pem","key":"k.pem","min_version":"1.3"}}"#,
      ]
    ),
    (
      "StdioTransport", METIS_SECTION_TRANSPORT,
      ["{}", #"{"max_line_bytes":100,"stream_high_watermark":4096,"input_fd":5}"#]
    ),
  ]

  @Test(arguments: sections.map(\.plugin))
  func whatTheSchemaRefusesThePluginRefusesOrMisreads(plugin: String) throws {
    let (_, kind, sections) = try #require(Self.sections.first { $0.plugin == plugin })
    let subject = try Subject(plugin, kind)
    var damaged = 0
    for text in sections {
      let section = try JSONValue(json: text)
      #expect(subject.accepts(section), "\(text)")
      #expect(!subject.refuses(section), "\(text)")
      // A section is an object: the host sees to that.
      for (value, isStray) in Damage.all(section)
      where value.object != nil && !subject.accepts(value) {
        damaged += 1
        // A key that nobody knows is passed over by some decoders: that is what the schema is for.
        #expect(isStray || subject.refuses(value), "\(value)")
        // What is wrong is said, and where.
        let tree = Self.tree(value)
        #expect(!SectionFaults.all(subject.schema, tree).isEmpty, "\(value)")
      }
    }
    #expect(damaged >= 5)
  }

  /// A JSON value as a tree without places.
  private static func tree(_ value: JSONValue) -> ConfigValue {
    let place = ConfigPlace(file: "test")
    return switch value {
    case .null: ConfigValue(.null, at: place)
    case .bool(let flag): ConfigValue(.bool(flag), at: place)
    case .number(let number): ConfigValue(.number(number), at: place)
    case .string(let text): ConfigValue(.string(text), at: place)
    case .array(let elements): ConfigValue(.array(elements.map(tree)), at: place)
    case .object(let object):
      ConfigValue(
        .table(object.map { ConfigEntry(key: $0.key, at: place, value: tree($0.value)) }), at: place
      )
    }
  }

  // MARK: Documents

  @Test(arguments: sections.map(\.plugin))
  func everySchemaSaysWhatEachOfItsKeysIsFor(plugin: String) throws {
    let (_, kind, _) = try #require(Self.sections.first { $0.plugin == plugin })
    let subject = try Subject(plugin, kind)
    let properties = try #require(
      subject.schema.source["properties"]?.object
        ?? subject.schema.source["$defs"]?["typed"]?["properties"]?.object)
    for (name, schema) in properties where plugin != "RandomStrategy" {
      #expect(schema["description"]?.string?.hasSuffix(".") == true, "\(name)")
    }
    #expect(subject.schema.source["$schema"] != nil)
  }

  @Test(arguments: [
    ("StaticStrategy", ["static"]), ("RandomStrategy", ["random"]), ("EchoStrategy", ["echo"]),
    ("InteractionStrategy", ["interaction", "stub"]),
  ])
  func everyExampleOfTheDocumentsFits(plugin: String, names: [String]) throws {
    let subject = try Subject(plugin, METIS_SECTION_STRATEGY)
    var count = 0
    for document in try Documents.all() {
      for (section, name) in document.sections where names.contains(name) {
        count += 1
        let faults = SectionFaults.all(subject.schema, section)
        #expect(
          subject.accepts(section.toJSON()), "\(document.path): \(section.toJSON()): \(faults)")
      }
    }
    #expect(count > 0)
  }
}

/// Sections of strategies in the documents of the project.
private struct Documents {
  let path: String
  let sections: [(section: ConfigValue, name: String)]

  static func all() throws -> [Documents] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    var paths: [String] = []
    for folder in ["Plugins", "docs", "Examples", "Tests/Integration/fixture"] {
      let names = try FileManager.default.subpathsOfDirectory(
        atPath: root.appendingPathComponent(folder).path)
      paths += names.filter { $0.hasSuffix(".md") || $0.hasSuffix(".toml") }.map {
        root.appendingPathComponent(folder + "/" + $0).path
      }
    }
    return try paths.map { path in
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let blocks = path.hasSuffix(".md") ? blocks(of: text) : [text]
      let folder = try TemporaryFolder()
      let values = blocks.compactMap { block -> ConfigValue? in
        // Not every block is TOML.
        try? ConfigSource.read(try folder.write("block.toml", block))
      }
      return Documents(path: path, sections: values.flatMap { find($0, isRoot: true) })
    }
  }

  /// What stands indented by four, or between fences.
  private static func blocks(of text: String) -> [String] {
    var blocks: [String] = []
    var current: [Substring] = []
    var isFenced = false
    func end() {
      if !current.isEmpty { blocks.append(current.joined(separator: "\n")) }
      current = []
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isFenced.toggle()
        end()
      } else if isFenced || line.hasPrefix("    ") || (line.isEmpty && !current.isEmpty) {
        current.append(line)
      } else {
        end()
      }
    }
    end()
    return blocks
  }

  private static func find(
    _ value: ConfigValue, isRoot: Bool = false
  ) -> [(section: ConfigValue, name: String)] {
    if let elements = value.array { return elements.flatMap { find($0) } }
    guard let entries = value.table else { return [] }
    let section = ConfigSection(value, path: "")
    if let mock = NestedStrategy(value, [], section) { return [(mock.section.value, mock.name)] }
    if isRoot, value["steps"] != nil { return [(value, "interaction")] }
    return entries.flatMap { entry in
      let inner = entry.value
      if entry.key == "mock", inner["strategy"] == nil, let own = inner.table?.first {
        return [(own.value, own.key)]
      }
      return find(inner)
    }
  }
}
