public import JSON

/// What a client asks to hear of by `subscriptions/listen`, and what of it the server grants:
/// `SubscriptionFilter` of the 2026-07-28 schema, with `taskIds` of the extension
/// `io.modelcontextprotocol/tasks`.
public struct SubscriptionFilter: Sendable, Equatable {
  /// `toolsListChanged`.
  public var tools = false
  /// `promptsListChanged`.
  public var prompts = false
  /// `resourcesListChanged`.
  public var resources = false
  /// `resourceSubscriptions`, each URI once; nil: not asked for.
  public var uris: [String]?
  /// `taskIds`, each once; nil: not asked for.
  public var tasks: [String]?

  /// How many URIs, and how many task ids, one request may name.
  public static let maximumCount = 1000
  /// How many bytes a URI or a task id may have.
  public static let maximumURILength = 8192

  /// Nothing.
  public init() {}

  /// Reads `params.notifications`; throws -32602 for members of a wrong type and beyond the limits.
  /// Members that it does not know are passed over.
  public init(_ object: JSONSlice) throws(MCPError) {
    var cursor = object.cursor()
    do {
      try cursor.beginObject()
      while let key = try cursor.nextKey() {
        let value = try cursor.skipValue()
        if key == "toolsListChanged" {
          tools = try Self.bool(value, "toolsListChanged")
        } else if key == "promptsListChanged" {
          prompts = try Self.bool(value, "promptsListChanged")
        } else if key == "resourcesListChanged" {
          resources = try Self.bool(value, "resourcesListChanged")
        } else if key == "resourceSubscriptions" {
          uris = try Self.strings(value, "resourceSubscriptions")
        } else if key == "taskIds" {
          tasks = try Self.strings(value, "taskIds")
        }
      }
    } catch let error as MCPError {
      throw error
    } catch {
      throw .invalidParams("params.notifications is malformed: \(error)")
    }
  }

  private static func bool(_ value: JSONSlice, _ name: String) throws(MCPError) -> Bool {
    switch value.kind {
    case .true: return true
    case .false: return false
    default:
      throw .invalidParams("params.notifications.\(name) must be a boolean, found \(value.kind)")
    }
  }

  private static func strings(_ value: JSONSlice, _ name: String) throws(MCPError) -> [String] {
    guard value.kind == .array, let items = (try? value.value)?.array else {
      throw .invalidParams(
        "params.notifications.\(name) must be an array of strings, found \(value.kind)")
    }
    guard items.count <= maximumCount else {
      throw .invalidParams(
        "params.notifications.\(name) has \(items.count) elements; expected at most "
          + "\(maximumCount)")
    }
    var found: [String] = []
    var known: Set<String> = []
    for item in items {
      guard let text = item.string, !text.isEmpty, text.utf8.count <= maximumURILength else {
        throw .invalidParams(
          "params.notifications.\(name) must hold strings of 1 to \(maximumURILength) bytes")
      }
      if known.insert(text).inserted { found.append(text) }
    }
    return found
  }

  /// The object of `notifications/subscriptions/acknowledged`: what is granted and nothing else.
  public var json: JSONValue {
    var object = JSONObject()
    if tools { object["toolsListChanged"] = true }
    if prompts { object["promptsListChanged"] = true }
    if resources { object["resourcesListChanged"] = true }
    if let uris { object["resourceSubscriptions"] = .array(uris.map { .string($0) }) }
    if let tasks { object["taskIds"] = .array(tasks.map { .string($0) }) }
    return .object(object)
  }
}

/// The messages of an open `subscriptions/listen`; `id` is the request's, as JSON.
public enum SubscriptionMessages {
  private static let key = #""io.modelcontextprotocol/subscriptionId":"#

  /// `notifications/subscriptions/acknowledged`: the first message of the subscription.
  public static func acknowledged(_ id: [UInt8], _ granted: SubscriptionFilter) -> [UInt8] {
    var text = Array(
      #"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":"#.utf8)
    text += Array(#"{"_meta":{\#(key)"#.utf8) + id
    text += Array(#"},"notifications":"#.utf8) + granted.json.jsonBytes()
    return text + Array("}}".utf8)
  }

  /// The answer by which the server ends the subscription. `serverInfo` is the member of `_meta`
  /// that names the server.
  public static func ended(
    _ id: [UInt8], serverInfo: UnsafeRawBufferPointer
  ) -> [UInt8] {
    var text = Array(#"{"jsonrpc":"2.0","id":"#.utf8) + id
    text += Array(#","result":{"resultType":"complete","_meta":{\#(key)"#.utf8) + id
    text.append(UInt8(ascii: ","))
    text.append(contentsOf: serverInfo)
    return text + Array("}}}".utf8)
  }

  /// What the server sends beside the answer where all subscriptions share one channel: the one
  /// request that a server may cancel.
  public static func cancelled(_ id: [UInt8]) -> [UInt8] {
    Array(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"#.utf8)
      + id + Array(#","reason":"The server ends the subscription"}}"#.utf8)
  }
}
