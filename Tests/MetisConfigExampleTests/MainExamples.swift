import JSON
import MetisConfig
import Testing

extension Example {
  /// Whole main files: 14, 15, 20, 21, 31, 34, 82 to 84.
  static let mainFiles: [Example] = [
    Example(14, .main(files: [:])) { configuration in
      #expect(configuration.resources.map(\.uri) == ["generated://users", "generated://products"])
      let section = configuration.resources[0].mock.section
      #expect(section["file"] == "data/generated/users.json" && section["cache"] == true)
    },
    Example(15, .main(files: [:])) { configuration in
      try #expect(tool(configuration).name == "get_user_by_id")
      try #expect(section(configuration)["script"]?.string?.contains("load_json(") == true)
    },
    Example(20, .main(files: [:])) { configuration in
      let tool = try tool(configuration)
      #expect(tool.inputSchema["properties"]?["enrich_data"]?["default"] == true)
      #expect(tool.mock.strategy == "workflow")
      #expect(tool.mock.section["workflow_file"] == "config/workflows/data_processing.yaml")
    },
    Example(21, .main(files: [:])) { configuration in
      #expect(configuration.auth.methods.map(\.name) == ["api_key"])
      let section = configuration.auth.methods[0].section
      #expect(section["header"] == "X-API-Key" && section["valid_keys"] == ["key1", "key2"])
      #expect(section["keys_env"] == "METIS_API_KEYS")
      // Secrets that stand in the clear.
      #expect(warns(configuration, "auth.api_key.valid_keys"))
      #expect(warns(configuration, "auth.bearer.jwt_secret"))
    },
    Example(
      31,
      .main(files: [
        "config/resources/a.yaml": "uri: a://b\nmock: {strategy: static, content: x}\n",
        "config/tools/a.json": #"{"name": "more", "mock": {"strategy": "echo"}}"#,
        "config/prompts/a.toml": "name = \"more\"\nmock.strategy = \"echo\"\n",
      ])
    ) { configuration in
      #expect(configuration.server.name == "Metis Mock Server")
      #expect(configuration.transport.type == "stdio" && configuration.transport.httpPort == 3000)
      #expect(configuration.transport.webSocketPath == "/ws")
      #expect(configuration.performance.requestTimeout == .seconds(30))
      #expect(configuration.performance.workerThreads == 4)
      #expect(configuration.resources.map(\.uri) == ["config://server/info", "a://b"])
      #expect(configuration.tools.map(\.name) == ["echo", "more"])
      #expect(configuration.prompts.map(\.name) == ["greeting", "more"])
      #expect(configuration.logging.format == .json)
      #expect(configuration.reload.isEnabled && configuration.reload.debounceMs == 500)
      #expect(configuration.reload.watchedFolders.count == 3)
      #expect(!configuration.development.isEnabled)
      for key in ["resources_dir", "tools_dir", "prompts_dir", "metrics", "cache"] {
        #expect(warns(configuration, key), "\(key)")
      }
    },
    Example(
      34,
      .pieces(
        { text in
          [
            tables(text) { !$0.hasPrefix("[mock") } + "\n[auth]\nmode = \"api_key\"\n",
            "[[tools]]\nname = \"a\"\n[tools.mock]\nstrategy = \"llm\"\n"
              + tables(text) { $0.hasPrefix("[mock") }.replacing("[mock", with: "[tools.mock"),
          ]
        }, of: .main),
      environment: [
        "METIS_API_KEY_1": "one", "METIS_API_KEY_2": "two", "ANTHROPIC_API_KEY": "three",
      ],
      { configuration in
        #expect(configuration.auth.methods[0].section["valid_keys"] == ["one", "two"])
        // Nothing of it stands in the clear.
        #expect(!warns(configuration, "valid_keys"))
      },
      { try #expect(section($0)["api_key"] == "three") }),
    Example(82, .main(files: [:])) { configuration in
      #expect(configuration.server.name == "Dev Mock Server" && configuration.server.port == 3000)
      #expect(configuration.auth.methods.isEmpty)
      #expect(configuration.resources[0].mock.section["content"] == ["message": "Hello, World!"])
      try #expect(tool(configuration).mock.strategy == "echo")
    },
    Example(83, .main(files: [:])) { configuration in
      #expect(configuration.auth.methods.map(\.name) == ["api_key"])
      let section = configuration.resources[0].mock.section
      #expect(section["query"] == ["sql": "SELECT * FROM users"])
      #expect(warns(configuration, "auth.api_key.valid_keys"))
      #expect(warns(configuration, "behavior"))
    },
    Example(84, .main(files: [:])) { configuration in
      #expect(configuration.performance.maxConcurrentRequests == 10_000)
      #expect(configuration.performance.workerThreads == 8)
      try #expect(section(configuration)["schema"]?["timestamp"] == ["type": "timestamp"])
      #expect(warns(configuration, "cache"))
    },
  ]
}
