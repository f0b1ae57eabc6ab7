import JSON
import Testing

@testable import MetisConfig

@Suite struct ResourceTests {
  @Test func aWholeDefinition() throws {
    let configuration = try load(
      """
      [[resources]]
      uri = "notes://team/plan.md"
      title = "T"
      description = "d"
      mime_type = "text/markdown"
      size = 12
      annotations = { audience = ["user", "assistant"], priority = 0.5, last_modified = 2026-01-02T03:04:05Z }
      icons = [{ src = "data:,", theme = "dark" }]
      _meta = { "example.org/x" = 1 }
      ttl_ms = 60000
      cache_scope = "public"
      seed = 7
      [resources.mock]
      strategy = "static"
      timeout_ms = 20
      content = "# Plan"
      """)
    let resource = try #require(configuration.resources.first)
    #expect(configuration.warnings.isEmpty)
    #expect(resource.uri == "notes://team/plan.md")
    #expect(resource.name == "plan.md")
    #expect(resource.title == "T" && resource.description == "d")
    #expect(resource.mimeType == "text/markdown")
    #expect(resource.size == 12)
    #expect(!resource.isTemplate && resource.variables.isEmpty)
    #expect(
      resource.annotations.map(JSONValue.object)?.description
        == #"{"audience":["user","assistant"],"priority":0.5,"lastModified":"2026-01-02T03:04:05Z"}"#
    )
    #expect(resource.icons?.description == #"[{"src":"data:,","theme":"dark"}]"#)
    #expect(resource.meta?["example.org/x"] == 1)
    #expect(resource.ttlMs == 60_000 && resource.cacheScope == .public)
    #expect(resource.mock.strategy == "static" && resource.mock.seed == 7)
    #expect(resource.mock.timeout == .milliseconds(20))
    #expect(resource.mock.section["content"] == "# Plan")
    #expect(resource.definition["mime_type"] == "text/markdown")
    #expect(resource.place.line == 2)
  }

  @Test func templatesHaveVariablesAndCompletions() throws {
    let configuration = try load(
      """
      [[resources]]
      uri = "repo://{owner}/{+path}{?page,size*}"
      mock = { strategy = "static" }
      complete = { owner = ["ann", "bob"], page = { values = ["1"], match = "all" } }
      [[resource_templates]]
      uri_template = "notes://all"
      mock = { strategy = "static" }
      [[resources]]
      uri_template = "{+any}"
      name = "any"
      mock = { strategy = "static" }
      """)
    // The templates of their own section follow.
    #expect(
      configuration.resources.map(\.uri) == [
        "repo://{owner}/{+path}{?page,size*}", "{+any}", "notes://all",
      ])
    #expect(configuration.resources.map(\.isTemplate) == [true, true, true])
    #expect(configuration.resources[0].variables == ["owner", "path", "page", "size"])
    #expect(configuration.resources[0].completions["owner"] == CompletionValues(["ann", "bob"]))
    #expect(configuration.resources[0].completions["page"]?.match == .all)
    #expect(configuration.resources[2].variables.isEmpty)
  }

  @Test(arguments: [
    ("db://users", "users"), ("file:///a/b/c.txt", "c.txt"), ("config://server/info/", "info"),
    ("urn:isbn:9", "isbn:9"), ("file:///{path}", "{path}"), ("a:", "a:"), ("a://", "a://"),
    ("model://res.user?company=5", "res.user?company=5"),
  ])
  func theNameIsTheLastSegment(_ uri: String, _ name: String) throws {
    let text = "[[resources]]\nuri = \"\(uri)\"\nmock = { strategy = \"static\" }\n"
    #expect(try load(text).resources.map(\.name) == [name])
  }

  @Test(arguments: [
    ("notes", "found no scheme, expected a URI (write it as scheme:…, such as notes://a)"),
    ("1a:b", "found no scheme, expected a URI (write it as scheme:…, such as notes://a)"),
    (
      "a:b c",
      "found white space or a control character, which no URI has "
        + "(percent-encode it (RFC 3986, section 2.1))"
    ),
    ("a:ä", "found \"ä\", which no URI has (percent-encode it (RFC 3986, section 2.1))"),
    ("a:%4", "found % without two hexadecimal digits"),
    ("a:%zz", "found % without two hexadecimal digits"),
    ("a:}", "found \"}\", which no URI has (percent-encode it (RFC 3986, section 2.1))"),
    ("a:{b", "found { without }, expected an expression such as {id}"),
    (
      "a:{=b}", "found an operator that RFC 6570 reserves, expected one of +#./;?& or none"
    ),
    (
      "a:{}",
      "found an expression without the name of a variable, expected one such as {id} "
        + "(names consist of letters, digits and _ (RFC 6570, section 2.3))"
    ),
    (
      "a:{b-c}",
      "found an expression without the name of a variable, expected one such as {id} "
        + "(names consist of letters, digits and _ (RFC 6570, section 2.3))"
    ),
    ("a:{b:0}", "found a prefix that is no length, expected one such as {id:3}"),
    ("a:{b:+3}", "found a prefix that is no length, expected one such as {id:3}"),
  ])
  func badURIs(_ uri: String, _ message: String) throws {
    let text = "[[resources]]\nuri = \"\(uri)\"\nmock = { strategy = \"static\" }\n"
    #expect(try errors(text) == ["metis.toml:2:7: error: resources[0].uri: \(message)"])
  }

  @Test(arguments: [
    ("size = -1", "resources[0].size: found -1, expected an integer from 0 to 9007199254740991"),
    (
      "annotations = { priority = 2 }",
      "resources[0].annotations.priority: found 2, expected a number from 0 to 1"
    ),
    (
      "annotations = { audience = [\"usr\"] }",
      "resources[0].annotations.audience[0]: found \"usr\", expected one of user, assistant "
        + "(did you mean \"user\"?)"
    ),
    ("mimetype = \"a/b\"", "resources[0].mimetype: unknown key (did you mean \"mime_type\"?)"),
    (
      "cache_scope = \"pubic\"",
      "resources[0].cache_scope: found \"pubic\", expected one of public, private "
        + "(did you mean \"public\"?)"
    ),
    (
      "complete = { id = [] }",
      "resources[0].complete.id: no variable of the template "
        + "(only templates have variables: {id} in the uri)"
    ),
    (
      "uri_template = \"a:{b}\"",
      "resources[0].uri: found here beside uri_template "
        + "(keep one of the two)"
    ),
    (
      "ttl_ms = 1.5",
      "resources[0].ttl_ms: found 1.5, expected an integer from 0 to 9007199254740991"
    ),
  ])
  func mistakes(_ line: String, _ message: String) throws {
    let found = try errors(
      "[[resources]]\nuri = \"a:b\"\nmock = { strategy = \"static\" }\n\(line)\n")
    #expect(
      found.map { $0.split(separator: ": ", maxSplits: 2).last.map(String.init) } == [message])
  }

  @Test func mistakesOfTemplates() throws {
    #expect(
      try errors(
        "[[resource_templates]]\nmock = { strategy = \"s\" }\n"
          + "[[resources]]\nmock = { strategy = \"s\" }\n"
          + "[[resources]]\nuri = \"a:{id}\"\nsize = 1\n"
          + "complete = { di = [] }\n") == [
          "metis.toml:1:1: error: resource_templates[0]: a template needs a uri_template "
            + "(add uri_template = \"scheme://…/{variable}\")",
          "metis.toml:3:1: error: resources[0]: a resource needs a uri (add uri = \"scheme://…\")",
          "metis.toml:7:8: error: resources[1].size: a template has no size "
            + "(the size belongs to one resource)",
          "metis.toml:8:14: error: resources[1].complete.di: no variable of the template "
            + "(did you mean \"id\"?)",
        ])
  }

  @Test func theSameURITwiceShowsBothPlaces() throws {
    let one = "[[resources]]\nuri = \"a:${S}\"\nmock = { strategy = \"static\" }\n"
    let found = try errors(one + one, environment: ["S": "secret"])
    #expect(found.count == 1)
    #expect(
      found[0].hasPrefix(
        "metis.toml:5:7: error: resources: found a second resource with this URI; the first"))
    #expect(!found[0].contains("secret"))
  }

  @Test func foldersOfResources() throws {
    let folder = try Folder()
    let main = try folder.write(
      "metis.toml",
      """
      [[resources]]
      uri = "files:///{path}"
      mime_type = "text/plain"
      [resources.mock]
      strategy = "template"
      template = "templates/file.txt"
      variables = { path = "random", size = "range:1-10" }
      [resources.mock.behavior]
      latency_ms = "range:10-100"
      resources_dir = "config/resources/"
      """)
    _ = try folder.write(
      "config/resources/users.toml",
      """
      uri = "db://users"
      mime_type = "application/json"
      [mock]
      strategy = "random"
      [mock.random]
      type = "array"
      [mock.random.item]
      type = "object"
      schema = {
        id = { type = "uuid" },
      }
      [behavior]
      latency_ms = "range:50-200"
      """)
    _ = try folder.write(
      "config/resources/documents.json",
      #"{"uri":"docs:///{id}","mock":{"strategy":"file","file":{"path":"fixtures/*.pdf"}}}"#)
    let configuration = try Configuration.load([main])
    #expect(
      configuration.resources.map(\.uri) == ["files:///{path}", "docs:///{id}", "db://users"])
    #expect(configuration.resources.map(\.mock.strategy) == ["template", "file", "random"])
    #expect(configuration.resources[1].mock.section["path"] == "fixtures/*.pdf")
    #expect(configuration.resources[2].mock.section["item"]?["schema"]?["id"]?["type"] == "uuid")
    #expect(configuration.resources[2].directory == folder.path + "/config/resources")
    #expect(
      configuration.warnings.map(\.keyPath) == ["resources[0].mock.behavior", "resources_dir"])
    #expect(configuration.files.count == 3)
  }
}
