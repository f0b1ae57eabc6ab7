/// Workflows and agents; none has an effect yet.
extension TableDeclaration {
  /// An entry of `[[workflows]]`, or a file of `workflows_dir`.
  public static let workflow = TableDeclaration(
    "workflows[]", "A workflow.",
    [
      KeyDeclaration("name", .text, example: #""nightly""#, isRequired: true, "its name"),
      KeyDeclaration("description", .anyText, "what it does"),
      KeyDeclaration("version", .text, "its version"),
      KeyDeclaration("input_schema", .map(of: .any), "the JSON Schema of its input"),
      KeyDeclaration("variables", .map(of: .any), "its variables and what they begin with"),
      KeyDeclaration("steps", .array(of: .map(of: .any)), "its steps, in order"),
    ])

  /// `[agents]`
  public static let agents = TableDeclaration(
    "agents", "Agents.",
    [
      enabled,
      KeyDeclaration("config_dir", .path, "a folder of agents, a file each"),
      KeyDeclaration("hot_reload", .boolean, "changes of agents are followed"),
      KeyDeclaration("base_path", .text, example: #""/agents""#, "what their paths begin with"),
      KeyDeclaration("defaults", .table(.agentDefaults), "what holds for each agent"),
      KeyDeclaration("monitoring", .table(.agentMonitoring), "what is measured"),
      KeyDeclaration("logging", .table(.agentLogging), "what is logged"),
    ])

  private static let agentDefaults = TableDeclaration(
    "agents.defaults", "What holds for each agent.",
    [
      KeyDeclaration("max_iterations", count, "how often a model is asked for one request"),
      KeyDeclaration("request_timeout_sec", seconds, "how long a request may take"),
      KeyDeclaration("streaming", .boolean, "answers go out in pieces"),
      KeyDeclaration("limits", .table(.agentLimits), "what a request may cost"),
    ])

  private static let agentLimits = TableDeclaration(
    "agents.defaults.limits", "What a request may cost.",
    [
      KeyDeclaration("max_tokens", count, "how many tokens"),
      KeyDeclaration("max_tool_calls", .integer(0...1_000_000_000), "how many calls of tools"),
      KeyDeclaration("max_cost_usd", .number(0...1_000_000), "how many dollars"),
    ])

  private static let agentMonitoring = TableDeclaration(
    "agents.monitoring", "What is measured of agents.",
    [
      KeyDeclaration("log_all_requests", .boolean, "each request is logged"),
      KeyDeclaration("log_tool_calls", .boolean, "each call of a tool is logged"),
      KeyDeclaration("track_costs", .boolean, "costs are added up"),
      KeyDeclaration("alert_on_errors", .boolean, "errors are reported"),
      KeyDeclaration("metrics", .table(.agentMetrics), "what metrics include"),
    ])

  private static let agentMetrics = TableDeclaration(
    "agents.monitoring.metrics", "What metrics of agents include.",
    [
      enabled,
      KeyDeclaration("include_latency", .boolean, "how long requests take"),
      KeyDeclaration("include_token_usage", .boolean, "how many tokens they use"),
      KeyDeclaration("include_tool_execution", .boolean, "how long tools take"),
    ])

  private static let agentLogging = TableDeclaration(
    "agents.logging", "What is logged of agents.",
    [
      KeyDeclaration("log_requests", .boolean, "requests"),
      KeyDeclaration("log_responses", .boolean, "answers"),
      KeyDeclaration("log_tool_calls", .boolean, "calls of tools"),
      KeyDeclaration("log_tool_results", .boolean, "results of tools"),
      KeyDeclaration("log_errors", .boolean, "errors"),
      KeyDeclaration("levels", .map(of: .text), "levels by the name of a part"),
      KeyDeclaration("include_fields", .array(of: .text), "the fields of a line"),
    ])

  /// `[multi_agents]`
  public static let multiAgents = TableDeclaration(
    "multi_agents", "Agents that work together.",
    [
      enabled,
      KeyDeclaration("config_dir", .path, "a folder of groups of agents, a file each"),
      KeyDeclaration("hot_reload", .boolean, "changes of groups are followed"),
      KeyDeclaration(
        "base_path", .text, example: #""/multi-agents""#, "what their paths begin with"),
      KeyDeclaration("defaults", .table(.multiAgentDefaults), "what holds for each group"),
    ])

  private static let multiAgentDefaults = TableDeclaration(
    "multi_agents.defaults", "What holds for each group of agents.",
    [
      KeyDeclaration("max_agents", count, "how many agents"),
      KeyDeclaration("max_rounds", count, "how many rounds"),
      KeyDeclaration("total_timeout_sec", seconds, "how long a request may take"),
    ])
}
