import Glibc

/// Bytes that grow up to a limit, reused from call to call. One thread at a time.
struct GrowableBuffer: ~Copyable {
  private(set) var start: UnsafeMutableRawPointer?
  private(set) var count = 0
  private var capacity = 0
  /// Writable bytes behind ``count`` that ``reserve(_:limit:)`` gave out and nothing took yet.
  private var reserved = 0

  /// Whether a writer may still hold a pointer into the block.
  var isLent: Bool { reserved > 0 }

  /// What a buffer keeps when it is emptied: larger blocks go back.
  private static let kept = 64 << 10

  init() {}

  deinit { free(start) }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  /// At least `additional` writable bytes behind what is there; nil over `limit` in all.
  mutating func reserve(_ additional: Int, limit: Int) -> UnsafeMutableRawPointer? {
    guard additional >= 0, additional <= limit, count <= limit - additional else { return nil }
    let needed = count + max(additional, 1)
    if needed > capacity {
      let doubled = min(max(needed, capacity * 2, 512), max(limit, needed))
      guard let grown = realloc(start, doubled) else { return nil }
      start = grown
      capacity = doubled
    }
    reserved = additional
    return start! + count
  }

  /// Takes `additional` bytes that were written behind the end; false where they were not reserved:
  /// what stands there then is another call's.
  mutating func commit(_ additional: Int) -> Bool {
    guard additional >= 0, additional <= reserved else { return false }
    count += additional
    reserved = 0
    return true
  }

  /// Appends a copy; false over `limit`.
  mutating func append(_ bytes: UnsafeRawBufferPointer, limit: Int) -> Bool {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return count <= limit }
    guard let target = reserve(bytes.count, limit: limit) else { return false }
    memcpy(target, source, bytes.count)
    count += bytes.count
    reserved = 0
    return true
  }

  /// Empties it, keeping a small block.
  mutating func removeAll() {
    count = 0
    reserved = 0
    if capacity > GrowableBuffer.kept {
      free(start)
      start = nil
      capacity = 0
    }
  }
}
