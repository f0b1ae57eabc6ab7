import Glibc

/// Bytes that the kernel did not take yet: memory only while there are any. One thread.
struct OutputQueue {
  private var memory: UnsafeMutablePointer<UInt8>?
  private var capacity = 0
  private var head = 0
  /// Bytes in the queue.
  private(set) var count = 0

  /// The bytes, oldest first.
  var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: memory.map { $0 + head }, count: count)
  }

  mutating func append(_ bytes: UnsafePointer<UInt8>, _ size: Int) {
    if size == 0 { return }
    if head + count + size > capacity {
      if let memory, head > 0 {
        memmove(memory, memory + head, count)
        head = 0
      }
      if count + size > capacity {
        let larger = max(count + size, capacity * 2, 4096)
        guard let new = realloc(memory, larger) else { fatalError("out of memory") }
        memory = new.assumingMemoryBound(to: UInt8.self)
        capacity = larger
      }
    }
    guard let memory else { return }
    memcpy(memory + head + count, bytes, size)
    count += size
  }

  /// Drops the first `size` bytes.
  mutating func consume(_ size: Int) {
    head += size
    count -= size
    if count == 0 { release() }
  }

  /// Drops everything.
  mutating func release() {
    free(memory)
    memory = nil
    capacity = 0
    head = 0
    count = 0
  }
}
