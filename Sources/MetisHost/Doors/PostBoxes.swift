import MetisPluginAPI

/// The connections of HTTP+SSE (2024-11-05), by the ids that their clients post to: a post may
/// arrive on another loop than the stream's.
final class PostBoxes: Sendable {
  private let boxes = Locked<[String: PostBox]>([:])

  /// How many connections there may be.
  static let capacity = 20_000

  /// Adds one; false at the capacity.
  func add(_ box: PostBox, _ id: String) -> Bool {
    boxes.withLock { boxes in
      guard boxes.count < PostBoxes.capacity else { return false }
      boxes[id] = box
      return true
    }
  }

  /// Forgets one.
  func remove(_ id: String) { boxes.withLock { _ = $0.removeValue(forKey: id) } }

  /// The connection that `id` names, for the principal `owner` alone.
  func find(_ id: String, owner: String?) -> PostBox? {
    guard let box = boxes.withLock({ $0[id] }), box.owner == owner else { return nil }
    return box
  }

  /// How many there are.
  var count: Int { boxes.withLock { $0.count } }
}

/// The way of posted messages to the stream's loop, in order and bounded.
final class PostBox: Sendable {
  private let loop: Loop
  private let connection: UInt64
  /// Who opened the stream.
  let owner: String?
  private let waiting = Locked<Int>(0)

  init(_ loop: Loop, _ connection: UInt64, owner: String?) {
    self.loop = loop
    self.connection = connection
    self.owner = owner
  }

  /// Hands a message over; false where more than `limit` bytes wait. [any-thread]
  func post(_ message: [UInt8], limit: Int) -> Bool {
    let hasRoom = waiting.withLock { waiting in
      guard waiting == 0 || waiting + message.count <= limit else { return false }
      waiting += message.count
      return true
    }
    guard hasRoom else { return false }
    // Also from the stream's own loop: what another loop took before stands before it.
    loop.post(
      .run { [self] loop in
        waiting.withLock { $0 -= message.count }
        // Its client may have gone meanwhile.
        guard let found = loop.connections[connection] else { return }
        message.withUnsafeBytes { loop.receive(found, $0) }
      })
    return true
  }
}
