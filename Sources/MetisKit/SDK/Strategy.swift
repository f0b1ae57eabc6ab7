/// What answers a tool call, a resource read or a prompt, as one function.
///
///     struct Greeting: Strategy {
///       struct Config: Decodable { var greeting: String }
///
///       static var descriptor: Descriptor {
///         Descriptor(id: "org.example.greeting", name: "Greeting", version: "1.0.0",
///           provides: ["greeting"])
///       }
///
///       let greeting: String
///
///       init(config: Config, target: Target) { greeting = config.greeting }
///
///       func answer(_ call: borrowing Call) throws -> Answer {
///         .text("\(greeting), \(try call.arguments["name"]?.string ?? "world")!")
///       }
///     }
///
/// One value answers for one target of the configuration. It is `Sendable`, so several threads may
/// be in `answer` at the same time; see ``options`` for a strategy that must not.
public protocol Strategy: Responder {
  /// The strategy's own section of a definition. A member that may be absent is an optional, or is
  /// read by `decodeIfPresent` in an `init(from:)` of its own.
  associatedtype Config: Decodable

  /// Makes the instance for one target. An error refuses the configuration with its description.
  /// On the host's control thread.
  init(config: Config, target: Target) throws

  /// Checks what the types of ``Config`` cannot say, without a target. Throw a ``ConfigError`` that
  /// names the culprit.
  static func check(_ config: Config) throws

  /// Answers one call. A thrown ``CallError`` becomes that error; any other error becomes a tool
  /// result with `isError` and the error's description as its text.
  func answer(_ call: borrowing Call) throws -> Answer
}

extension Strategy {
  /// Nothing to check beyond the decoding.
  public static func check(_ config: Config) throws {}

  /// Decodes the section and makes the instance.
  public init(section: JSONValue, target: Target) throws {
    try self.init(config: decodeSection(Config.self, section), target: target)
  }

  /// Decodes the section and checks it.
  public static func check(section: JSONValue) throws {
    try check(decodeSection(Config.self, section))
  }

  /// Ends the call with what ``answer(_:)`` gives.
  @inlinable
  public func respond(to call: borrowing Call) throws { call.end(with: try answer(call)) }
}

/// A strategy that reads its section as JSON and ends its calls itself, for answers that are encoded
/// already: ``Call/complete(_:_:)`` with borrowed bytes costs neither an allocation nor a retain.
public protocol Responder: Sendable {
  /// Who the plugin is. A computed property: it is read once, in the entry.
  static var descriptor: Descriptor { get }

  /// How the host may call. ``StrategyOptions/reentrant`` unless said otherwise.
  static var options: StrategyOptions { get }

  /// The JSON Schema (2020-12) of the section, or nil. The host holds each section against it and
  /// reports all that is wrong, each in its line; it follows the annotations `metis-path`,
  /// `metis-glob`, `metis-directory`, `writeOnly` and `x-metis-strategy` (docs/guide/plugins.md).
  /// A computed property of a literal:
  ///
  ///     static var schema: StaticString? {
  ///       #"{"type":"object","properties":{"greeting":{"type":"string"}},"additionalProperties":false}"#
  ///     }
  static var schema: StaticString? { get }

  /// The JSON Schema of the manifest's [config], which ``Host/configuration`` gives, or nil.
  static var manifestSchema: StaticString? { get }

  /// Checks what a schema cannot say, without a target: offered as `check` of `metis.config/1`.
  /// Throw a ``ConfigError`` that names the culprit.
  static func check(section: JSONValue) throws

  /// Makes the instance for one target from its section, an object. An error refuses the
  /// configuration with its description. On the host's control thread.
  init(section: JSONValue, target: Target) throws

  /// Ends the call, exactly once, before it returns; with ``StrategyOptions/asynchronous`` also later,
  /// through ``Call/open()``. On the call's thread: a loop of a transport, which must not block, or
  /// a worker where ``StrategyOptions/mayBlock`` is set.
  func respond(to call: borrowing Call) throws
}

extension Responder {
  /// One instance serves concurrent calls and never blocks.
  public static var options: StrategyOptions { .reentrant }

  /// No schema.
  public static var schema: StaticString? { nil }

  /// No schema of the manifest's table.
  public static var manifestSchema: StaticString? { nil }

  /// Nothing to check before an instance is made.
  public static func check(section: JSONValue) throws {}
}

/// How a host may call a strategy (`METIS_STRATEGY_…` of `metis/ext/strategy.h`).
public struct StrategyOptions: OptionSet, Sendable {
  /// The flags as the ABI has them.
  public let rawValue: UInt32

  /// Options from the flags of the ABI.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// `answer` may block (files, network, sleep): calls run on the host's worker pool.
  public static var mayBlock: StrategyOptions { StrategyOptions(rawValue: 1) }

  /// A call may end after `respond` has returned, through ``Call/open()``.
  public static var asynchronous: StrategyOptions { StrategyOptions(rawValue: 2) }

  /// One instance serves concurrent calls. Without it each thread has an instance of its own, which
  /// sees one call at a time.
  public static var reentrant: StrategyOptions { StrategyOptions(rawValue: 4) }
}
