public import Glibc

/// Where a ``JSONWriter`` puts its bytes.
public protocol JSONSink: ~Copyable {
  /// Appends one byte.
  mutating func append(_ byte: UInt8)

  /// Appends `bytes`, which are borrowed for the call.
  mutating func append(contentsOf bytes: UnsafeRawBufferPointer)
}

extension [UInt8]: JSONSink {
  /// Appends `bytes`.
  @inlinable
  public mutating func append(contentsOf bytes: UnsafeRawBufferPointer) {
    append(contentsOf: bytes.assumingMemoryBound(to: UInt8.self))
  }
}

/// A growable buffer of `malloc` memory that can be handed over without a copy.
@frozen
public struct JSONBuffer: JSONSink, ~Copyable {
  @usableFromInline var storage: UnsafeMutableRawPointer?

  @usableFromInline var used: Int

  @usableFromInline var capacity: Int

  /// How many bytes were written.
  @inlinable
  public var count: Int { used }

  /// An empty buffer with room for `capacity` bytes.
  public init(capacity: Int = 0) {
    self.capacity = capacity
    used = 0
    storage = capacity > 0 ? malloc(capacity) : nil
    precondition(capacity == 0 || storage != nil, "out of memory")
  }

  deinit { free(storage) }

  /// What was written, until the next change.
  public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: storage, count: used)
  }

  /// Appends one byte.
  @inlinable
  public mutating func append(_ byte: UInt8) {
    if used == capacity { grow(1) }
    storage.unsafelyUnwrapped.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
    used += 1
  }

  /// Appends `bytes`.
  @inlinable
  public mutating func append(contentsOf bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    if capacity - used < bytes.count { grow(bytes.count) }
    memcpy(storage.unsafelyUnwrapped + used, source, bytes.count)
    used += bytes.count
  }

  /// Forgets what was written and keeps the memory.
  public mutating func removeAll() { used = 0 }

  /// Hands the memory over. The caller frees it with `free`.
  public consuming func release() -> UnsafeMutableRawBufferPointer {
    let released = UnsafeMutableRawBufferPointer(start: storage, count: used)
    storage = nil
    return released
  }

  @usableFromInline @inline(never)
  mutating func grow(_ needed: Int) {
    capacity = max(capacity * 2, used + needed, 256)
    storage = realloc(storage, capacity)
    precondition(storage != nil, "out of memory")
  }
}
