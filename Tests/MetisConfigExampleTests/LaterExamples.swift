import JSON
import MetisConfig
import Testing

extension Example {
  /// Data that is made before it is served: 12, 13.
  static let fakeData: [Example] = [
    Example(12, .later(sections: ["fake_data"])),
    Example(
      13, .laterFile(folderKey: "fake_data_dir", keys: ["name", "count", "output_file", "schema"])),
  ]

  /// 16 to 19. Several lists of steps in one file are alternatives.
  static let workflows: [Example] = [
    Example(16, .laterFile(folderKey: "workflows_dir", keys: ["name", "variables", "steps"])),
    Example(17, .laterFile(folderKey: "workflows_dir", keys: ["steps"])),
    Example(18, .laterFile(folderKey: "workflows_dir", keys: ["steps"])),
    Example(19, .laterFile(folderKey: "workflows_dir", keys: ["steps"])),
  ]

  /// 35 to 45, 85. The file of a contract (38) is named by `testing.contracts`.
  static let testing: [Example] =
    [35, 36, 37, 39, 40, 41, 42, 43, 44, 45].map {
      Example($0, .later(sections: ["testing"]))
    } + [
      Example(
        38,
        .laterFile(
          folderKey: "testing.contracts.contracts_dir", keys: ["provider", "interactions"])),
      Example(85, .later(sections: ["testing"])) { configuration in
        #expect(configuration.resources.map(\.uri) == ["test://sample"])
        #expect(configuration.tools.map(\.name) == ["sample_tool"])
      },
    ]

  /// 46 to 61. A list of fields (49 to 52) is what stands under `fields`.
  static let models: [Example] =
    [46, 47, 48].map {
      Example($0, .laterFile(folderKey: "models_dir", keys: ["name", "table", "fields", "mock"]))
    }
    + [49, 50, 51, 52].map {
      Example($0, .laterFile(folderKey: "models_dir", keys: ["name", "type", "relation"]))
    }
    + [
      Example(53, .later(sections: ["models"])),
      Example(54, .main(files: [:])) { configuration in
        #expect(configuration.resources[0].uri == "model://res.user")
        #expect(configuration.resources[0].mock.strategy == "model_aware")
        #expect(configuration.resources[1].uri == "model://res.user?company_id=5")
      },
      Example(55, .main(files: [:])) { configuration in
        #expect(
          configuration.tools.map(\.name).starts(with: [
            "model_create_res_user", "model_read_res_user", "model_search_res_user",
          ]))
        // Nothing names what answers: the schema does.
        #expect(configuration.tools.allSatisfy { $0.mock.strategy == "schema" })
      },
    ]
    + [56, 57, 58, 59, 60].map {
      Example($0, .laterFile(folderKey: "models_dir", keys: ["fields"]))
    } + [Example(61, .later(sections: ["scripting"]))]

  /// 62 to 78: agents, and messages of the protocol.
  static let agents: [Example] = [
    Example(62, .laterFile(folderKey: "agents_dir", keys: ["endpoint", "model", "tools"])),
    Example(63, .laterFile(folderKey: "agents_dir", keys: ["endpoint", "model", "tools"])),
    Example(64, .notConfiguration(reason: "inputSchema")),
    Example(65, .notConfiguration(reason: "comment")),
    Example(66, .notConfiguration(reason: "content")),
    Example(67, .notConfiguration(reason: "inputSchema")),
    Example(68, .laterFile(folderKey: "agents_dir", keys: ["mcp", "rest"])),
    Example(69, .notConfiguration(reason: "comment")),
    Example(70, .notConfiguration(reason: "not JSON")),
    Example(
      71, .laterFile(folderKey: "multi_agents_dir", keys: ["orchestration", "agents", "workflow"])),
    Example(72, .notConfiguration(reason: "orchestrator")),
    Example(73, .laterFile(folderKey: "agents_dir", keys: ["tool_calling"])),
    Example(74, .laterFile(folderKey: "agents_dir", keys: ["session"])),
    Example(75, .later(sections: ["agents", "multi_agents"])),
    Example(76, .laterFile(folderKey: "agents_dir", keys: ["security"])),
    Example(77, .later(sections: ["agents"])),
    Example(78, .notConfiguration(reason: "status")),
  ]

  /// 79 to 81, 86 to 88.
  static let operation: [Example] = [
    Example(
      79,
      .pieces(
        { text in
          cut(text, at: "# Good").map { "[auth]\nmode = \"api_key\"\n" + $0 }
        }, of: .main),
      { configuration in
        #expect(configuration.auth.methods[0].section["valid_keys"] == ["secret123"])
        #expect(warns(configuration, "auth.api_key.valid_keys"))
        #expect(!configuration.warnings.contains { $0.description.contains("secret123") })
      },
      { configuration in
        #expect(configuration.auth.methods[0].section["keys_env"] == "METIS_API_KEYS")
        #expect(configuration.warnings.isEmpty)
      },
      { configuration in
        #expect(
          configuration.auth.methods[0].section["keys_file"] == "/etc/metis/secrets/api_keys.txt")
        #expect(configuration.warnings.isEmpty)
      }),
    Example(
      80,
      .main(files: [
        "etc/metis/tls/cert.pem": "", "etc/metis/tls/key.pem": "", "etc/metis/tls/ca.pem": "",
      ])
    ) { configuration in
      let tls = try #require(configuration.transport.section["tls"])
      #expect(tls["certificate"]?.string?.hasSuffix("/etc/metis/tls/cert.pem") == true)
      #expect(tls["key"]?.string?.hasSuffix("/etc/metis/tls/key.pem") == true)
      #expect(warns(configuration, "server.tls.client_ca_file"))
    },
    Example(81, .later(sections: ["security.rate_limit"])),
    Example(86, .main(files: [:])) { configuration in
      #expect(configuration.performance.workerThreads == 16)
      #expect(configuration.performance.requestTimeout == .seconds(60))
    },
    Example(87, .later(sections: ["cache"])) { configuration in
      #expect(configuration.performance.maxConcurrentRequests == 500)
    },
    Example(88, .later(sections: ["cache"])) { configuration in
      #expect(configuration.performance.workerThreads == 8)
      #expect(configuration.performance.maxConcurrentRequests == 5000)
    },
  ]
}
