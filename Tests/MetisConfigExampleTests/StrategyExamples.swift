import JSON
import MetisConfig
import Testing

extension Example {
  /// Lone mocks: 22 to 30.
  static let strategies: [Example] = [
    Example(22, .mock) { configuration in
      let section = try section(configuration)
      #expect(section["schema"]?["age"] == ["type": "integer", "min": 18, "max": 80])
      #expect(section["schema"]?["status"]?["weights"] == [0.8, 0.2])
    },
    Example(23, .mock) { configuration in
      let section = try section(configuration)
      #expect(section["template_engine"] == "tera")
      #expect(section["variables"]?["environment"] == ["type": "static", "value": "production"])
    },
    Example(24, .mock) { configuration in
      let section = try section(configuration)
      #expect(section["provider"] == "anthropic" && section["max_tokens"] == 1000)
      #expect(section["cost_control"]?["max_cost_per_hour_usd"]?.number?.double == 5)
      #expect(section["prompt"]?["user_template"]?.string?.contains("{{data_type}}") == true)
    },
    // A file, or a script in place; the context goes with the file.
    Example(
      25, .pieces(scripts, of: .mock),
      { try #expect(section($0)["script_file"] == "scripts/generate_response.rhai") },
      { try #expect(section($0)["script"]?.string?.contains("fake_name()") == true) },
      { configuration in
        let section = try section(configuration)
        #expect(section["context"]?["custom_state"] == ["counter": 0])
        #expect(section["script_file"] == "scripts/generate_response.rhai")
      }),
    Example(26, .mock) { configuration in
      let section = try section(configuration)
      #expect(section["pattern"] == #"^[A-Z]{3}-\d{4}-[a-f0-9]{8}$"#)
      #expect(section["examples"]?["samples"]?.array?.count == 2)
    },
    Example(27, .mock) { configuration in
      let section = try section(configuration)
      #expect(section["query"]?["sql"]?.string?.contains("WHERE status = $1") == true)
      #expect(section["query"]?["parameters"]?.array?.last == ["value": 10, "type": "integer"])
      #expect(section["connection_pool"]?["max_connections"] == 10)
    },
    Example(28, .mock) { configuration in
      let section = try section(configuration)
      #expect(section["selection"] == "random" && section["template_processing"] == true)
      #expect(section["rotation"]?["reset_on_exhaustion"] == true)
    },
    Example(29, .mock) { configuration in
      let section = try section(configuration)
      #expect(section["content"] == ["status": "ok", "version": "1.0.0"])
      #expect(section["content_file"] == "static/health_response.json")
    },
    Example(30, .mock) { configuration in
      let section = try section(configuration)
      #expect(
        section["strategies"]?.array?.map { $0["strategy"] } == ["database", "llm", "template"])
      #expect(section["weighted"]?["strategies"]?.array?.first?["weight"] == 0.1)
    },
  ]

  /// The alternatives of example 25.
  private static let scripts: @Sendable (String) -> [String] = { text in
    let parts = cut(text, at: "# Or inline", "[mock.script.context]")
    let head = "[mock]\nstrategy = \"script\"\n"
    return [parts[0], head + parts[1], parts[0] + "\n[mock.script.context]\n" + parts[2]]
  }
}
