/// A value that copies share until one of them is changed: an array of a thousand large values is
/// copied and freed by counting one reference each. Inlinable: a member is then read without a copy of
/// the whole.
@dynamicMemberLookup
public struct Shared<Value: Sendable>: Sendable {
  /// Changed only while a single reference to it exists: never seen to change by others.
  @usableFromInline
  final class Storage: @unchecked Sendable {
    @usableFromInline var value: Value

    @usableFromInline
    init(_ value: Value) { self.value = value }
  }

  @usableFromInline var storage: Storage

  /// Holds `value`.
  @inlinable
  public init(_ value: Value) { storage = Storage(value) }

  /// The value itself. `shared.value.member` reads a member in place.
  @inlinable
  public var value: Value {
    // Not `get`, which would copy the whole to read a part.
    _read { yield storage.value }
    _modify {
      if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.value) }
      yield &storage.value
    }
  }

  /// A member of the value.
  @inlinable
  public subscript<Member>(dynamicMember path: KeyPath<Value, Member>) -> Member {
    storage.value[keyPath: path]
  }

  /// A member of the value.
  @inlinable
  public subscript<Member>(dynamicMember path: WritableKeyPath<Value, Member>) -> Member {
    get { storage.value[keyPath: path] }
    set {
      if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.value) }
      storage.value[keyPath: path] = newValue
    }
  }
}
