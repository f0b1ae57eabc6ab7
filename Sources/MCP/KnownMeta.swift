import Glibc
import JSON

/// The `_meta` that came last, kept with what was read of it.
///
/// In the stateless era a client sends the same `_meta` with every request: revision, capabilities,
/// its name. An object's text says itself where it ends, so a text that begins with one that was
/// validated before is that object, and one comparison takes the place of reading it. Belongs to
/// one thread; slices of ``meta`` live until the next call of ``learn(_:)``.
public struct KnownMeta: ~Copyable {
  /// Longer ones are read each time.
  private static let capacity = 2048
  /// How often a text that differs takes over: two clients in turn must not cost more than none.
  private static let patience: UInt32 = 16

  private let buffer: UnsafeMutableRawBufferPointer
  private var count = 0
  private var misses: UInt32 = 0
  /// Its members; slices of the buffer.
  private(set) var meta = RequestMeta()

  /// Nothing is known yet.
  public init() {
    buffer = .allocate(byteCount: KnownMeta.capacity, alignment: 8)
  }

  deinit { buffer.deallocate() }

  /// The text that is known; empty where there is none.
  @inline(__always)
  var text: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: buffer.baseAddress, count: count)
  }

  /// Keeps an object that was read without a problem. One with a progress token differs from
  /// request to request and is not kept.
  @inline(never)
  mutating func learn(_ other: RequestMeta) {
    defer { misses &+= 1 }
    guard let raw = other.raw, raw.count <= KnownMeta.capacity, other.progressToken == nil,
      count == 0 || misses % KnownMeta.patience == 0
    else { return }
    memcpy(buffer.baseAddress!, raw.start, raw.count)
    count = raw.count
    meta = RequestMeta()
    var cursor = JSONCursor(text)
    do {
      guard try cursor.kind() == .object, try meta.read(&cursor) == nil else {
        count = 0
        return
      }
    } catch {
      count = 0
    }
  }
}
