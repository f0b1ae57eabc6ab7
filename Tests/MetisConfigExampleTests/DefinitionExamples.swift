import JSON
import MetisConfig
import Testing

extension Example {
  /// Resources, tools and prompts: 1 to 11, 32, 33.
  static let definitions: [Example] = [
    Example(1, .main(files: ["config/resources/more.yaml": more])) { configuration in
      let resource = try #require(configuration.resources.first)
      #expect(resource.uri == "file:///{path}")
      #expect(resource.isTemplate && resource.variables == ["path"])
      #expect(resource.mimeType == "text/plain")
      #expect(resource.mock.strategy == "template")
      #expect(resource.mock.section["template"] == "templates/file_content.txt")
      #expect(resource.mock.section["variables"]?["size"] == "range:100-10000")
      // The folder's key stands in the behaviour's table and is lifted to the top.
      #expect(configuration.resources.map(\.uri).contains("more://one"))
      #expect(warns(configuration, "resources_dir"))
    },
    Example(2, .definition(folderKey: "resources_dir")) { configuration in
      let resource = try #require(configuration.resources.first)
      #expect(resource.uri == "db://users" && resource.mock.strategy == "random")
      let section = resource.mock.section.object
      #expect(section["type"] == "array" && section["min_length"] == 5)
      #expect(section["item"]?["schema"]?["email"]?["fake_type"] == "internet.email")
    },
    Example(3, .definition(folderKey: "resources_dir")) { configuration in
      let resource = try #require(configuration.resources.first)
      #expect(resource.uri == "file:///documents/{id}" && resource.isTemplate)
      #expect(
        resource.mock.section.object == ["path": "fixtures/documents/*.pdf", "selection": "random"])
    },
    Example(4, .main(files: ["config/tools/more.yaml": "name: more\nmock: {strategy: echo}\n"])) {
      configuration in
      let tool = try tool(configuration)
      #expect(tool.name == "search_database" && tool.mock.strategy == "script")
      #expect(tool.mock.section["script"]?.string?.hasPrefix("fn execute(input)") == true)
      #expect(tool.inputSchema["properties"]?["query"]?["type"] == "string")
      #expect(configuration.tools.map(\.name) == ["search_database", "more"])
      #expect(warns(configuration, "tools_dir"))
    },
    Example(5, .definition(folderKey: "tools_dir")) { configuration in
      let tool = try tool(configuration)
      #expect(tool.name == "search_code" && tool.inputSchema["required"] == ["query"])
      #expect(tool.mock.section["template_file"] == "templates/code_search_results.json")
      #expect(tool.mock.section["variables"]?["result_count"]?["max"] == 50)
    },
    Example(6, .definition(folderKey: "tools_dir")) { configuration in
      let tool = try tool(configuration)
      #expect(tool.name == "analyze_data" && tool.mock.strategy == "script")
      #expect(tool.mock.section["script_language"] == "python")
      #expect(tool.mock.section["script"]?.string?.contains("statistics.mean(data)") == true)
      #expect(
        tool.inputSchema["properties"]?["analysis_type"]?["enum"]
          == ["mean", "median", "std_dev", "correlation"])
    },
    Example(7, .definition(folderKey: "tools_dir")) { configuration in
      let section = try section(configuration)
      #expect(section["mode"] == "weighted" && section["strategies"]?.array?.count == 2)
      #expect(section["strategies"]?.array?.last?["llm"]?["provider"] == "anthropic")
    },
    Example(8, .main(files: ["config/prompts/more.yaml": "name: more\nmock: {strategy: echo}\n"])) {
      configuration in
      let prompt = try #require(configuration.prompts.first)
      #expect(prompt.name == "code_review" && prompt.mock.strategy == "llm")
      #expect(prompt.arguments.map(\.name) == ["language", "style"])
      #expect(prompt.arguments.map(\.isRequired) == [true, false])
      #expect(prompt.mock.section["model"] == "gpt-4")
      #expect(configuration.prompts.map(\.name).contains("more"))
    },
    Example(9, .definition(folderKey: "prompts_dir")) { configuration in
      let prompt = try #require(configuration.prompts.first)
      #expect(prompt.name == "refactoring_suggestions" && prompt.arguments.count == 3)
      #expect(prompt.arguments.last?.defaultValue == "general")
      #expect(prompt.mock.section["template"]?.string?.hasPrefix("You are an expert") == true)
    },
    Example(10, .definition(folderKey: "prompts_dir")) { configuration in
      let prompt = try #require(configuration.prompts.first)
      #expect(prompt.arguments.last?.choices == ["javadoc", "sphinx", "jsdoc"])
      #expect(prompt.arguments.last?.defaultValue == "sphinx")
      #expect(prompt.mock.section["model"] == "claude-3-5-sonnet-20241022")
    },
    Example(11, .definition(folderKey: "prompts_dir")) { configuration in
      let prompt = try #require(configuration.prompts.first)
      #expect(prompt.arguments.last?.defaultValue == "pytest")
      let section = prompt.mock.section.object
      #expect(section["mode"] == "fallback")
      #expect(section["strategies"]?.array?.first?["timeout_ms"] == 5000)
    },
    Example(32, .definition(folderKey: "resources_dir")) { configuration in
      let resource = try #require(configuration.resources.first)
      #expect(resource.mock.section["item"]?["schema"]?["is_active"]?["probability"] == 0.9)
    },
    Example(33, .definition(folderKey: "tools_dir")) { configuration in
      let tool = try tool(configuration)
      #expect(tool.inputSchema["properties"]?["limit"]?["maximum"] == 100)
      let strategies = tool.mock.section["strategies"]?.array
      #expect(
        strategies?.first?["database"]?["query"]?["parameters"]?.array?.first?["from_input"]
          == "query")
      #expect(strategies?.last?["weight"] == 0.7)
    },
  ]

  private static let more = "uri: more://one\nmock:\n  strategy: static\n  content: hello\n"
}
