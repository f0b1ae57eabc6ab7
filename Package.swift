// swift-tools-version: 6.3
import PackageDescription

// A plugin is a dynamic library with one global symbol. `nodelete`: an image that holds Swift
// is never unmapped (docs/adr/0002-unloading.md).
let pluginLinking: [LinkerSetting] = [
  .unsafeFlags([
    "-Xlinker", "--version-script=\(Context.packageDirectory)/Plugins/exports.map",
    "-Xlinker", "-z", "-Xlinker", "nodelete",
    "-Xlinker", "--gc-sections",
  ]),
  // The host reads, hashes and copies a library before it loads it: three quarters of one would be
  // debug information. The symbol table stays.
  .unsafeFlags(["-Xlinker", "--strip-debug"], .when(configuration: .release)),
]

// The dynamic checks of exclusive access cost 0.1 µs a request: a release does without them, as
// with the other checks of a debug build.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

func plugin(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Plugins/\(name)/Plugin",
    swiftSettings: strict, linkerSettings: pluginLinking)
}

func swift(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil,
  exclude: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path ?? "Sources/\(name)", exclude: exclude,
    swiftSettings: strict)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil,
  exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: path ?? "Tests/\(name)", exclude: exclude,
    swiftSettings: strict)
}

let plugins = [
  "StdioTransport", "HTTPTransport", "StaticStrategy", "EchoStrategy", "RandomStrategy",
  "InteractionStrategy",
]

let package = Package(
  name: "metis",
  products: [
    .executable(name: "metis-host", targets: ["metis-host"]),
    .executable(name: "metis", targets: ["metis"]),
    .library(name: "MetisKit", targets: ["MetisKit"]),
  ] + plugins.map { .library(name: $0, type: .dynamic, targets: [$0]) },
  targets: [
    // The stable ABI: C headers only.
    .target(name: "MetisPluginAPI", path: "Sources/MetisPluginAPI"),

    // C and C++ shims, system libraries.
    .target(name: "CLinux", path: "Sources/CLinux"),
    .target(
      name: "CLLHTTP", path: "Sources/CLLHTTP",
      cSettings: [.unsafeFlags(["-I/usr/share/include/llhttp"])]),
    .target(name: "CTOML", path: "Sources/CTOML"),
    .target(name: "CBarrier", dependencies: ["MetisPluginAPI"], path: "Sources/CBarrier"),
    .systemLibrary(
      name: "CSodium", path: "Sources/CSodium", pkgConfig: "libsodium",
      providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(
      name: "CPCRE2", path: "Sources/CPCRE2", pkgConfig: "libpcre2-8",
      providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(
      name: "CYAML", path: "Sources/CYAML", pkgConfig: "yaml-0.1",
      providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
      name: "COpenSSL", path: "Sources/COpenSSL", pkgConfig: "openssl",
      providers: [.apt(["libssl-dev"])]),

    // The SDK of plugin authors, and its JSON.
    swift("JSON", [], path: "Sources/MetisKit/JSON", exclude: ["README.md"]),
    swift("MetisKit", ["JSON", "MetisPluginAPI"], path: "Sources/MetisKit/SDK"),

    // What the host and plugins share beyond JSON.
    swift("Patterns", ["CPCRE2"]),
    swift("JSONSchema", ["JSON", "Patterns"]),
    swift("Template", ["JSON"]),

    // The host.
    swift("JSONRPC", ["JSON"]),
    swift("MCP", ["JSONRPC", "JSON"]),
    swift("MetisConfig", ["JSON", "CTOML", "CYAML"]),
    swift(
      "MetisHost",
      [
        "JSONRPC", "MCP", "MetisConfig", "JSONSchema", "JSON", "MetisPluginAPI", "CBarrier",
        "CLinux", "CSodium",
      ]),
    .executableTarget(
      name: "metis-host", dependencies: ["MetisHost", "CLinux"], path: "Sources/metis-host",
      swiftSettings: strict,
      linkerSettings: [.unsafeFlags(["-Xlinker", "-export-dynamic"])]),
    .executableTarget(
      name: "metis", dependencies: ["MetisHost", "MetisConfig", "JSON", "CSodium", "CLinux"],
      path: "Sources/metis", swiftSettings: strict),

    // Plugins. What is worth a unit test stands in a target beside the entry.
    swift(
      "HTTPEngine", ["CLinux", "CLLHTTP", "COpenSSL", "JSON", "MetisPluginAPI"],
      path: "Plugins/HTTPTransport/Engine"),
    plugin("HTTPTransport", ["HTTPEngine", "MetisPluginAPI"]),
    plugin("StdioTransport", ["JSON", "MetisPluginAPI", "CLinux"]),
    plugin("StaticStrategy", ["MetisKit"]),
    plugin("EchoStrategy", ["MetisKit"]),
    swift("RandomGenerator", ["MetisKit"], path: "Plugins/RandomStrategy/Generator"),
    plugin("RandomStrategy", ["RandomGenerator", "MetisKit"]),
    swift(
      "Interaction", ["MetisKit", "JSONSchema", "Patterns", "Template"],
      path: "Plugins/InteractionStrategy/Interaction"),
    plugin("InteractionStrategy", ["Interaction", "MetisKit"]),

    // Tests.
    tests("JSONTests", ["JSON"]),
    tests("PatternsTests", ["Patterns"]),
    tests("JSONSchemaTests", ["JSONSchema", "JSON"]),
    tests("TemplateTests", ["Template", "JSON"]),
    tests("InteractionTests", ["Interaction", "JSONSchema", "MetisKit", "JSON", "MetisPluginAPI"]),
    tests("JSONRPCTests", ["JSONRPC"]),
    tests("MCPTests", ["MCP", "JSON", "JSONRPC"]),
    tests("MetisConfigTests", ["MetisConfig", "JSON"]),
    tests("MetisConfigFormatTests", ["MetisConfig", "JSON"]),
    tests("MetisConfigExampleTests", ["MetisConfig", "JSON"]),
    tests("MetisKitTests", ["MetisKit", "JSON", "MetisPluginAPI"]),
    tests("MetisHostTests", ["MetisHost", "CLinux", "JSON", "MetisPluginAPI"]),
    tests("HTTPEngineTests", ["HTTPEngine", "CLinux", "MetisPluginAPI"]),
    tests("RandomGeneratorTests", ["RandomGenerator", "JSON"]),
    tests("ABITests", ["MetisPluginAPI"], path: "Tests/ABI", exclude: ["layout-1.0.txt"]),
    tests("TidyTests", [], path: "Tests/Tidy"),
    tests(
      "IntegrationTests", ["JSON", "CLinux"], path: "Tests/Integration",
      // The rest is the end-to-end suite of pytest.
      exclude: [
        "conftest.py", "fixture", "harness", "requirements.txt", "test_admin.py",
        "test_bad_input.py", "test_batches.py", "test_changes.py", "test_client.py",
        "test_client_features.py", "test_client_streams.py", "test_command_line.py",
        "test_config_tools.py", "test_conformance_features.py",
        "test_conformance_legacy.py", "test_conformance_modern.py", "test_conformance_tasks.py",
        "test_connections.py", "test_damage.py", "test_doors.py", "test_golden.py",
        "test_legacy.py",
        "test_legacy_tasks.py", "test_lifecycle.py", "test_modern.py", "test_parameters.py",
        "test_reload.py", "test_reload_history.py", "test_sections.py",
        "test_stdio.py", "test_streams.py", "test_stubbing.py", "test_swap.py", "test_tampering.py",
        "test_tool.py", "test_traffic.py", "test_vanishing.py", "test_websocket.py",
      ]),

    // Benchmarks.
    .executableTarget(
      name: "metis-micro",
      dependencies: ["MetisHost", "MCP", "JSONRPC", "JSONSchema", "JSON", "MetisPluginAPI"],
      path: "Benchmarks/Micro", swiftSettings: strict),
    .executableTarget(name: "metis-load", path: "Benchmarks/Load"),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11,
  cxxLanguageStandard: .cxx17
)
