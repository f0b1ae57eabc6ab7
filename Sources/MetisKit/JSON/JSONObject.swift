/// The members of a JSON object in their order, each name once.
///
/// Names are compared by their UTF-8. Small objects are searched member by member, larger ones
/// through an index. Equality and hash disregard the order.
public struct JSONObject: Sendable {
  /// A name and its value.
  public typealias Element = (key: String, value: JSONValue)

  /// How many members an object has before it gets an index: below, a search over counts and
  /// bytes is quicker than a hash.
  static let linearLimit = 16

  private var members: [Element] = []

  /// The place of each name in `members`, where there are more than ``linearLimit``.
  private var index: [UTF8Key: Int]?

  /// An object without members.
  public init() {}

  /// An object of `members`. Of members with one name the last value counts, at the first's place.
  public init(_ members: some Sequence<(String, JSONValue)>) {
    self.members.reserveCapacity(members.underestimatedCount)
    for (key, value) in members { set(key, value) }
  }

  /// The names in order.
  public var keys: [String] { members.map(\.key) }

  /// The values in order.
  public var values: [JSONValue] { members.map(\.value) }

  /// Makes room for `count` members.
  public mutating func reserveCapacity(_ count: Int) { members.reserveCapacity(count) }

  /// Where the member `key` stands; nil where there is none.
  public func place(of key: String) -> Int? {
    if let index { return index[UTF8Key(key)] }
    let count = key.utf8.count
    return members.firstIndex { $0.key.utf8.count == count && sameUTF8($0.key, key) }
  }

  /// Whether there is a member `key`.
  public func contains(_ key: String) -> Bool { place(of: key) != nil }

  /// The value of the member `key`. Setting replaces it at its place or adds it at the end; setting
  /// nil removes the member.
  public subscript(key: String) -> JSONValue? {
    get { place(of: key).map { members[$0].value } }
    set {
      if let newValue {
        set(key, newValue)
      } else {
        removeValue(forKey: key)
      }
    }
  }

  /// The value of the member `key`, or `fallback` where there is none; changes in place.
  public subscript(key: String, default fallback: @autoclosure () -> JSONValue) -> JSONValue {
    get { self[key] ?? fallback() }
    _modify {
      if !contains(key) { set(key, fallback()) }
      // The member was there or was just added.
      let place = place(of: key).unsafelyUnwrapped
      yield &members[place].value
    }
  }

  /// Replaces the value of the member `key` at its place, or adds the member at the end.
  public mutating func set(_ key: String, _ value: JSONValue) {
    if let place = place(of: key) {
      members[place].value = value
      return
    }
    members.append((key, value))
    if index != nil {
      index?[UTF8Key(key)] = members.count - 1
    } else if members.count > Self.linearLimit {
      buildIndex()
    }
  }

  /// Removes the member `key` and gives its value; the others keep their order.
  @discardableResult
  public mutating func removeValue(forKey key: String) -> JSONValue? {
    guard let place = place(of: key) else { return nil }
    let value = members.remove(at: place).value
    index = nil
    if members.count > Self.linearLimit { buildIndex() }
    return value
  }

  private mutating func buildIndex() {
    var places: [UTF8Key: Int] = [:]
    places.reserveCapacity(members.count * 2)
    for (place, member) in members.enumerated() { places[UTF8Key(member.key)] = place }
    index = places
  }
}

extension JSONObject: RandomAccessCollection {
  /// The first place: 0.
  public var startIndex: Int { 0 }

  /// The place after the last member.
  public var endIndex: Int { members.count }

  /// The member at `place`.
  public subscript(place: Int) -> Element { members[place] }
}

extension JSONObject: Hashable {
  /// Whether both have the same members, in whatever order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    guard left.count == right.count else { return false }
    for (place, member) in left.members.enumerated() {
      // Objects in the same order, the usual case, need no search.
      if sameUTF8(right.members[place].key, member.key) {
        guard right.members[place].value == member.value else { return false }
      } else {
        guard let other = right[member.key], other == member.value else { return false }
      }
    }
    return true
  }

  /// Hashes the members in a way that disregards their order.
  public func hash(into hasher: inout Hasher) {
    var sum = 0
    for (key, value) in members {
      var member = Hasher()
      UTF8Key(key).hash(into: &member)
      value.hash(into: &member)
      sum &+= member.finalize()
    }
    hasher.combine(members.count)
    hasher.combine(sum)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// An object in the order of the literal.
  public init(dictionaryLiteral members: (String, JSONValue)...) { self.init(members) }
}
