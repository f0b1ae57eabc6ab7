extension TableDeclaration {
  /// The top of a configuration.
  public static let root = TableDeclaration(
    "", "A configuration: settings of the host, and what it serves.",
    [
      .configVersion, .schemaReference,
      KeyDeclaration("server", .table(.server), "who the server is and where it listens"),
      KeyDeclaration("tools", .tables(.tool), "tools"),
      KeyDeclaration("resources", .tables(.resource), "resources, and templates of them"),
      KeyDeclaration("resource_templates", .tables(.resourceTemplate), "templates of resources"),
      KeyDeclaration("prompts", .tables(.prompt), "prompts"),
      KeyDeclaration(
        "tools_dir", .oneOf([.path, .array(of: .path)]), example: #""config/tools/""#,
        "a folder of tools, or several, with those below: files of one or many, in the order of "
          + "their paths"),
      KeyDeclaration(
        "resources_dir", .oneOf([.path, .array(of: .path)]), example: #""config/resources/""#,
        "the same for resources and templates"),
      KeyDeclaration(
        "prompts_dir", .oneOf([.path, .array(of: .path)]), example: #""config/prompts/""#,
        "the same for prompts"),
      KeyDeclaration(
        "defaults", .table(.defaults), "what holds where definitions say nothing themselves"),
      KeyDeclaration(
        "groups", .map(of: .table(.group)), example: #"{ slow = { timeout_ms = 60000 } }"#,
        "the same for definitions with group = the name of one"),
      KeyDeclaration("auth", .table(.auth), "who may call"),
      KeyDeclaration("logging", .table(.logging), "what is written about what the host does"),
      KeyDeclaration("journal", .table(.journal), "what was asked and answered, in memory"),
      KeyDeclaration("plugins", .table(.plugins), effect: .restart, "where plugins come from"),
      KeyDeclaration("reload", .table(.reload), "following changes of the configuration"),
      KeyDeclaration("development", .table(.development), "work on a configuration or a plugin"),
      KeyDeclaration("security", .table(.security), "what is refused for safety's sake"),
      KeyDeclaration(
        "secrets", .map(of: .any), effect: .later, "where secrets come from"),
      KeyDeclaration("metrics", .table(.metrics), effect: .later, "measurements for a collector"),
      KeyDeclaration("cache", .table(.cache), effect: .later, "keeping answers"),
      KeyDeclaration(
        "scripting", .table(.scripting), effect: .later, "languages of scripts and their limits"),
      KeyDeclaration(
        "fake_data", .table(.fakeData), effect: .later, "data that is generated ahead"),
      KeyDeclaration(
        "fake_data_dir", .path, effect: .later, "a folder of jobs of fake_data, a file each"),
      KeyDeclaration("models", .table(.models), effect: .later, "models of data"),
      KeyDeclaration("models_dir", .path, effect: .later, "a folder of models, a file each"),
      KeyDeclaration("workflows", .tables(.workflow), effect: .later, "workflows"),
      KeyDeclaration("workflows_dir", .path, effect: .later, "a folder of workflows, a file each"),
      KeyDeclaration(
        "workflow_engine", .map(of: .any), effect: .later, "how workflows are executed"),
      KeyDeclaration("agents", .table(.agents), effect: .later, "agents"),
      KeyDeclaration("agents_dir", .path, effect: .later, "a folder of agents, a file each"),
      KeyDeclaration(
        "multi_agents", .table(.multiAgents), effect: .later, "agents that work together"),
      KeyDeclaration(
        "multi_agents_dir", .path, effect: .later, "a folder of groups of agents, a file each"),
      KeyDeclaration("testing", .table(.testing), effect: .later, "tests of the server"),
      KeyDeclaration("proxy", .map(of: .any), effect: .later, "passing calls on to a real server"),
      KeyDeclaration("recording", .map(of: .any), effect: .later, "keeping calls to replay them"),
      KeyDeclaration("web", .map(of: .any), effect: .later, "the pages for people"),
    ])
}
