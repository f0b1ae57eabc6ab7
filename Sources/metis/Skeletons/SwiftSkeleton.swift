extension Skeleton {
  /// A strategy in Swift, on MetisKit.
  var swiftFiles: [File] {
    [
      File("Package.swift", fill(Self.package)), File("exports.map", Self.exports),
      File("Sources/\(typeName)/\(typeName).swift", fill(Self.swiftSource)),
      File("Makefile", fill(Self.swiftMakefile)),
    ]
  }

  private static let package = """
    // swift-tools-version: 6.3
    @IMPORT@ PackageDescription

    let package = Package(
      name: "@NAME@",
      products: [.library(name: "@TYPE@", type: .dynamic, targets: ["@TYPE@"])],
      dependencies: [.package(name: "metis", path: "@SOURCES@")],
      targets: [
        .target(
          name: "@TYPE@",
          dependencies: [.product(name: "MetisKit", package: "metis")],
          linkerSettings: [
            // One symbol leaves the library; an image with Swift is never unmapped.
            .unsafeFlags([
              "-Xlinker", "--version-script=\\(Context.packageDirectory)/exports.map",
              "-Xlinker", "-z", "-Xlinker", "nodelete",
            ])
          ])
      ])

    """

  private static let swiftMakefile = """
    @LIBRARY@: Package.swift exports.map $(wildcard Sources/@TYPE@/*.swift)
    \tswift build -c release --product @TYPE@
    \tcp "$$(swift build -c release --show-bin-path)/@LIBRARY@" $@

    clean:
    \t$(RM) -r .build @LIBRARY@

    .PHONY: clean

    """

  private static let swiftSource = """
    @IMPORT@ MetisKit

    /// Answers with a greeting and the arguments of the call. One value answers for one tool, for
    /// calls on several threads at once.
    struct @TYPE@: Strategy {
      /// The tool's section of the configuration: settings beside `strategy`.
      struct Config: Decodable {
        var greeting: String?
      }

      static var descriptor: Descriptor {
        Descriptor(
          id: "@ID@", name: "@NAME@", version: "0.1.0", vendor: "Example", license: "MIT",
          provides: ["@NAME@"])
      }

      /// What the section may hold: the host names every mistake with its line.
      static var schema: StaticString? {
        \"""
        {"type":"object","additionalProperties":false,"properties":{\\
        "greeting":{"type":"string","description":"What is said first."}}}
        \"""
      }

      private let greeting: String

      init(config: Config, target: Target) throws {
        greeting = config.greeting ?? "Hello from @NAME@"
      }

      func answer(_ call: borrowing Call) throws -> Answer {
        .value(["greeting": .string(greeting), "arguments": try call.arguments])
      }
    }

    @c(metis_plugin_entry)
    public func entry(_ host: UInt32, _ out: UnsafeMutablePointer<metis_plugin_v1>?) -> Int32 {
      Plugin.enter(@TYPE@.self, host, out)
    }

    """
}
