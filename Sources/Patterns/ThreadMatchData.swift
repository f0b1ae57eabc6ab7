import CPCRE2
import Glibc

/// The block that a search writes its result to: one a thread, made at its first search and freed
/// when the thread ends. It holds the range of the whole match only.
enum ThreadMatchData {
  private static let key: pthread_key_t? = {
    var key = pthread_key_t()
    let failed = pthread_key_create(&key) { pcre2_match_data_free_8(OpaquePointer($0)) }
    return failed == 0 ? key : nil
  }()

  /// The calling thread's block; nil where memory or keys ran out.
  @inline(__always)
  static func current() -> OpaquePointer? {
    guard let key else { return nil }
    if let block = pthread_getspecific(key) { return OpaquePointer(block) }
    return make(key)
  }

  @inline(never)
  private static func make(_ key: pthread_key_t) -> OpaquePointer? {
    guard let block = pcre2_match_data_create_8(1, nil) else { return nil }
    guard pthread_setspecific(key, UnsafeRawPointer(block)) == 0 else {
      pcre2_match_data_free_8(block)
      return nil
    }
    return block
  }
}
