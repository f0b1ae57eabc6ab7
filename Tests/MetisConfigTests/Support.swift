import Foundation
import JSON
import Testing

@testable import MetisConfig

/// A folder that goes away with the value.
final class Folder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "metis-config-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, with the folders above it, and gives its path.
  func write(_ name: String, _ text: String) throws -> String {
    let file = path + "/" + name
    let folder = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try text.write(toFile: file, atomically: false, encoding: .utf8)
    return file
  }
}

/// What loading one TOML text gives.
func load(
  _ text: String, environment: [String: String] = [:], name: String = "metis.toml"
) throws -> Configuration {
  let folder = try Folder()
  return try Configuration.load([folder.write(name, text)]) { environment[$0] }
}

/// The errors of a text without the folder of its file.
func errors(
  _ text: String, environment: [String: String] = [:], name: String = "metis.toml"
) throws -> [String] {
  let folder = try Folder()
  let file = try folder.write(name, text)
  do {
    _ = try Configuration.load([file]) { environment[$0] }
    return []
  } catch {
    return error.errors.map { $0.description.replacing(folder.path + "/", with: "") }
  }
}

/// The quickstart's configuration.
var quickstart: String {
  let tests = (#filePath as NSString).deletingLastPathComponent
  return
    ((tests as NSString).appendingPathComponent("../../Examples/quickstart/metis.toml")
    as NSString).standardizingPath
}

let smallestTool = """
  [[tools]]
  name = "a"
  mock = { strategy = "echo" }

  """

/// Every setting of the protocol, none with its default; `KEY` is a variable.
let everySetting = """
  [server]
  revisions = ["2025-06-18", 2026-07-28]
  allowed_hosts = ["Example.org", "example.org:3000", "[::1]:80", "*"]
  allowed_origins = ["https://Example.org", "http://localhost:5173", "null", "*"]
  [server.caching]
  ttl_ms = 1000
  scope = "public"
  tools = { ttl_ms = 5 }
  resources = { scope = "private" }
  resource_templates = { ttl_ms = 6 }
  prompts = { ttl_ms = 7, scope = "private" }
  [server.caching.discover]
  ttl_ms = 0
  [server.input]
  timeout_sec = 0.5
  state_ttl_sec = 10
  single_use = false
  key = "${KEY}"
  [server.streams]
  replay_events = 0
  replay_bytes = 1
  retry_ms = 500
  stall_timeout_sec = 1
  keep_alive_sec = 0
  priming = false
  [server.tasks]
  ttl_ms = 10
  max_ttl_ms = 20
  poll_interval_ms = 30
  capacity = 40
  [server.capabilities]
  logging = true
  completions = false
  tools = { list_changed = true }
  resources = { list_changed = false, subscribe = true }
  prompts = { list_changed = true }
  [server.capabilities.extensions]
  "io.modelcontextprotocol/ui" = { mimeTypes = ["text/html"] }
  [server.capabilities.experimental]
  x = {}
  [server.validation]
  input = false
  output = "warn"
  [journal]
  enabled = false
  capacity = 5
  bodies = false
  """

/// A definition of each kind with most of its keys.
let definitions = """
  [[resources]]
  uri = "repo://{owner}/{name}"
  mime_type = "text/plain"
  annotations = { audience = ["user"], priority = 0.5 }
  mock = { strategy = "static", content = "x" }
  complete.owner = ["ann"]
  complete.name = [{ when = { owner = "ann" }, values = ["a"] }, { values = ["b"], match = "all" }]
  [[prompts]]
  name = "p"
  mock = { strategy = "static", content = "x" }
  [[prompts.arguments]]
  name = "a"
  required = true
  enum = ["x", "y"]
  [[tools]]
  name = "t"
  mock = { strategy = "echo" }
  task_support = "optional"
  ui = { resource_uri = "ui://a", visibility = ["app"] }
  [tools.input_schema.properties]
  region = { type = "string", x-mcp-header = "Region" }
  """
