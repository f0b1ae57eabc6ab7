/// `[testing]`; it has no effect yet.
extension TableDeclaration {
  /// `[testing]`
  public static let testing = TableDeclaration(
    "testing", "Tests of the server.",
    [
      enabled,
      KeyDeclaration("auto_generate", .table(.testGeneration), "tests from the configuration"),
      KeyDeclaration("validation", .table(.testValidation), "checks of answers"),
      KeyDeclaration("compliance", .table(.testCompliance), "checks of the protocol"),
      KeyDeclaration("contracts", .table(.testContracts), "what clients rely on"),
      KeyDeclaration("snapshots", .table(.testSnapshots), "answers as they were"),
      KeyDeclaration("scenarios", .tables(.testScenario), "calls in a row"),
      KeyDeclaration("fuzzing", .table(.testFuzzing), "broken inputs"),
      KeyDeclaration("ci", .table(.testCI), "runs without people"),
      KeyDeclaration("reporting", .table(.testReporting), "reports"),
      KeyDeclaration("clients", .table(.testClients), "clients of several makers"),
      KeyDeclaration("fixtures", .table(.testFixtures), "data for tests"),
    ])

  /// A table of truth values.
  private static func switches(
    _ path: String, _ summary: String, _ keys: [(String, String)]
  ) -> TableDeclaration {
    TableDeclaration(path, summary, keys.map { KeyDeclaration($0, .boolean, $1) })
  }

  private static let testGeneration = TableDeclaration(
    "testing.auto_generate", "Tests from the configuration.",
    [
      enabled,
      KeyDeclaration("output_dir", .path, isCreated: true, "the folder of the tests"),
      KeyDeclaration(
        "resources",
        .table(
          switches(
            "testing.auto_generate.resources", "Tests of resources.",
            [
              ("enabled", "whether this table counts"), ("test_read", "reading"),
              ("test_list", "listing"), ("test_subscribe", "subscribing"),
            ])), "tests of resources"),
      KeyDeclaration(
        "tools",
        .table(
          switches(
            "testing.auto_generate.tools", "Tests of tools.",
            [
              ("enabled", "whether this table counts"), ("test_all_inputs", "each input"),
              ("test_edge_cases", "inputs at their limits"),
              ("test_error_conditions", "inputs that are refused"),
            ])), "tests of tools"),
      KeyDeclaration(
        "prompts",
        .table(
          switches(
            "testing.auto_generate.prompts", "Tests of prompts.",
            [
              ("enabled", "whether this table counts"),
              ("test_argument_combinations", "arguments in each combination"),
            ])), "tests of prompts"),
    ])

  private static let testValidation = TableDeclaration(
    "testing.validation", "Checks of answers.",
    [
      enabled,
      KeyDeclaration(
        "schema",
        .table(
          switches(
            "testing.validation.schema", "Checks against schemas.",
            [
              ("strict_mode", "warnings count as errors"),
              ("validate_mime_types", "media types are checked"),
              ("validate_json_structure", "JSON is checked"),
            ])), "checks against schemas"),
      KeyDeclaration("custom", .tables(.testValidator), "checks of one's own"),
    ])

  private static let testValidator = TableDeclaration(
    "testing.validation.custom[]", "A check of one's own.",
    [
      KeyDeclaration("name", .text, example: #""email_format""#, isRequired: true, "its name"),
      KeyDeclaration("script", .text, "the script that checks an answer"),
      KeyDeclaration("script_file", .path, "the file of the script"),
      KeyDeclaration("script_language", .text, "the language of the script"),
    ])

  private static let testCompliance = switches(
    "testing.compliance", "Checks of the protocol.",
    [("enabled", "whether this table counts"), ("strict_mode", "warnings count as errors")])

  private static let testContracts = TableDeclaration(
    "testing.contracts", "What clients rely on.",
    [
      enabled,
      KeyDeclaration("contracts_dir", .path, "a folder of contracts"),
      KeyDeclaration("definitions", .tables(.testContract), "contracts"),
    ])

  private static let testContract = TableDeclaration(
    "testing.contracts.definitions[]", "A contract.",
    [
      KeyDeclaration("name", .text, example: #""user_service""#, isRequired: true, "its name"),
      KeyDeclaration("description", .anyText, "whose it is"),
      KeyDeclaration("file", .path, "its file"),
    ])

  private static let testSnapshots = TableDeclaration(
    "testing.snapshots", "Answers as they were.",
    [
      enabled,
      KeyDeclaration("snapshot_dir", .path, isCreated: true, "the folder of the answers"),
      KeyDeclaration(
        "update_mode", .choice(["review", "auto", "manual"]), "what follows from a difference"),
      KeyDeclaration("comparison", .table(.testComparison), "what counts as a difference"),
    ])

  private static let testComparison = TableDeclaration(
    "testing.snapshots.comparison", "What counts as a difference.",
    [
      KeyDeclaration("ignore_timestamps", .boolean, "times do not count"),
      KeyDeclaration("ignore_random_ids", .boolean, "random identifiers do not count"),
      KeyDeclaration("fuzzy_numbers", .boolean, "numbers may differ a little"),
      KeyDeclaration("tolerance_percent", .number(0...100), "by how much they may differ"),
    ])

  private static let testScenario = TableDeclaration(
    "testing.scenarios[]", "Calls in a row.",
    [
      KeyDeclaration("name", .text, example: #""registration""#, isRequired: true, "its name"),
      KeyDeclaration("description", .anyText, "what it tests"),
      KeyDeclaration("steps", .tables(.testStep), "its calls, in order"),
    ])

  private static let testStep = TableDeclaration(
    "testing.scenarios[].steps[]", "A call.", others: .each(.any),
    [
      KeyDeclaration(
        "action", .text, example: #""call_tool""#, isRequired: true, "what is done"),
      KeyDeclaration("tool", .text, "the tool that is called"),
      KeyDeclaration("uri", .text, "the resource that is read"),
      KeyDeclaration("prompt", .text, "the prompt that is asked for"),
      KeyDeclaration("args", .map(of: .any), "the arguments"),
    ])

  private static let testFuzzing = TableDeclaration(
    "testing.fuzzing", "Broken inputs.",
    [
      enabled,
      KeyDeclaration("duration_minutes", .number(0...525_600), "for how long"),
      KeyDeclaration("corpus_dir", .path, isCreated: true, "the folder of inputs"),
      KeyDeclaration("tools", .table(.testFuzzingOfTools), "inputs of tools"),
      KeyDeclaration(
        "auth",
        .table(
          switches(
            "testing.fuzzing.auth", "Broken authentication.",
            [
              ("enabled", "whether this table counts"), ("test_invalid_tokens", "wrong tokens"),
              ("test_malformed_headers", "broken headers"),
            ])), "broken authentication"),
    ])

  private static let testFuzzingOfTools = TableDeclaration(
    "testing.fuzzing.tools", "Broken inputs of tools.",
    [
      enabled,
      KeyDeclaration("max_input_size", count, "how many bytes an input has at most"),
      KeyDeclaration("mutation_depth", count, "how many changes an input goes through"),
    ])

  private static let testCI = TableDeclaration(
    "testing.ci", "Runs without people.",
    [
      enabled,
      KeyDeclaration("fail_fast", .boolean, "the first failure ends the run"),
      KeyDeclaration("parallel", .boolean, "tests run side by side"),
      KeyDeclaration("max_parallel", .integer(1...1024), "how many at once"),
      KeyDeclaration(
        "categories", .map(of: .table(.testCategory)), "settings by the name of a category"),
      KeyDeclaration("coverage", .table(.testCoverage), "how much has to be tested"),
    ])

  private static let testCategory = TableDeclaration(
    "testing.ci.categories.<name>", "A category of tests.",
    [enabled, KeyDeclaration("timeout_sec", seconds, "how long its tests may take")])

  private static let testCoverage = TableDeclaration(
    "testing.ci.coverage", "How much has to be tested.",
    [
      KeyDeclaration("minimum_percent", .number(0...100), "the least part of definitions"),
      KeyDeclaration("fail_below_minimum", .boolean, "less fails the run"),
    ])

  private static let testReporting = TableDeclaration(
    "testing.reporting", "Reports of tests.",
    [
      enabled,
      KeyDeclaration("format", .choice(["junit", "json", "html"]), "the form of reports"),
      KeyDeclaration("output_dir", .path, isCreated: true, "the folder of reports"),
      KeyDeclaration("junit", .table(testReport("junit")), "reports in the form of JUnit"),
      KeyDeclaration("json", .table(testReport("json")), "reports as JSON"),
      KeyDeclaration("html", .table(testReport("html")), "reports as pages"),
    ])

  private static func testReport(_ form: String) -> TableDeclaration {
    TableDeclaration(
      "testing.reporting.\(form)", "Reports of one form.",
      [
        KeyDeclaration("filename", .text, "the name of the file"),
        KeyDeclaration("include_logs", .boolean, "with logs"),
        KeyDeclaration("include_metrics", .boolean, "with measurements"),
      ])
  }

  private static let testClients = TableDeclaration(
    "testing.clients", "Clients of several makers.",
    [enabled, KeyDeclaration("implementations", .tables(.testClient), "clients")])

  private static let testClient = TableDeclaration(
    "testing.clients.implementations[]", "A client.",
    [
      KeyDeclaration("name", .text, example: #""python""#, isRequired: true, "its name"),
      KeyDeclaration("type", .text, example: #""pip""#, "where its package comes from"),
      KeyDeclaration("package", .text, "its package"),
      KeyDeclaration("command", .text, "the command that runs it"),
    ])

  private static let testFixtures = TableDeclaration(
    "testing.fixtures", "Data for tests.",
    [
      KeyDeclaration("dir", .path, "the folder of the data"),
      KeyDeclaration("sets", .tables(.testFixture), "sets of data"),
    ])

  private static let testFixture = TableDeclaration(
    "testing.fixtures.sets[]", "A set of data.",
    [
      KeyDeclaration("name", .text, example: #""users""#, isRequired: true, "its name"),
      KeyDeclaration("file", .text, "its file, or a pattern of files"),
      KeyDeclaration("auto_load", .boolean, "it is read at the start"),
      KeyDeclaration("pattern", .boolean, "file is a pattern"),
    ])
}
