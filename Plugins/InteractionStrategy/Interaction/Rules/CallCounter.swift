import MetisKit

/// What calls are counted by.
enum CountBy: String, Sendable, CaseIterable {
  /// All calls together.
  case rule
  /// The calls of each session, or of each principal where the revision knows no sessions.
  case session
  /// The calls of each client: its principal and the name that it gives itself.
  case client
}

/// A counter of calls in the host's store.
struct CallCounter: Sendable {
  let countBy: CountBy
  /// The key in the store, which has room for the name of a client after it.
  private let key: String

  /// How long a key may be before it is hashed, in bytes; the host takes 256.
  private static let limit = 200

  /// The counter of one rule: `place` tells it from the others of the target.
  init(_ target: Target, _ place: String, _ countBy: CountBy) {
    self.countBy = countBy
    key = Self.bounded("calls/\(target.kind)/\(target.name)/\(place)")
  }

  /// Counts this call and gives its number, from 1.
  func next(
    _ call: borrowing some CalledWith & ~Copyable, _ facts: inout CallFacts
  ) throws(CallError) -> Int64 {
    var key = key
    if countBy == .client {
      let context = try facts.context(of: call)
      let principal = context["principal"]?["id"]?.encoded ?? []
      let client = context["client"]?["name"]?.string ?? ""
      // Names are the clients' own and of any length.
      key = Self.bounded("\(key)/\(String(decoding: principal, as: UTF8.self))/\(client)")
    }
    do {
      return try call.count(key, perSession: countBy == .session)
    } catch {
      throw CallError("cannot count the calls of a rule: \(error)")
    }
  }

  /// The key itself, or its beginning and a hash of it.
  private static func bounded(_ key: String) -> String {
    guard key.utf8.count > limit else { return key }
    let hash = String(fnv(key, 0xcbf2_9ce4_8422_2325), radix: 16)
    let other = String(fnv(key, 0x6c62_272e_07bb_0142), radix: 16)
    // A character that the cut divides becomes a replacement character: the host takes UTF-8 alone.
    let start = String(decoding: key.utf8.prefix(limit - 34), as: UTF8.self)
    return "\(start)#\(hash)\(other)"
  }

  /// FNV-1a: the same in every process, unlike Hasher.
  private static func fnv(_ text: String, _ seed: UInt64) -> UInt64 {
    text.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }
}
