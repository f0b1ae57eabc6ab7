import CLinux
import Glibc

/// The pages of an image that has to stay mapped although nothing calls it any more.
enum ImagePages {
  private static let loadable: UInt32 = 1
  private static let writable: UInt32 = 2

  /// Gives back the resident pages of the image that holds `address`, as far as they are clean
  /// copies of its file: code, read-only data, unwind tables. Whoever touches them again (the Swift
  /// runtime searches the metadata of every image) gets them from the file. What was written, with
  /// relocations applied, stays. Returns whether the image was found.
  @discardableResult
  static func release(holding address: UnsafeRawPointer) -> Bool {
    guard let header = clinux_image_base(address) else { return false }
    // The ELF header is the first thing that is mapped (ELF-64: e_phoff, e_phentsize, e_phnum).
    let table = header + Int(header.load(fromByteOffset: 32, as: UInt64.self))
    let size = Int(header.load(fromByteOffset: 54, as: UInt16.self))
    let count = Int(header.load(fromByteOffset: 56, as: UInt16.self))
    let page = Int(getpagesize())
    // The headers stand in the first of the segments: all are read before any is given back.
    var ranges: [(start: Int, count: Int)] = []
    for index in 0..<count {
      let segment = table + index * size
      guard segment.load(as: UInt32.self) == loadable,
        segment.load(fromByteOffset: 4, as: UInt32.self) & writable == 0
      else { continue }
      let start = Int(segment.load(fromByteOffset: 16, as: UInt64.self))
      let end = start + Int(segment.load(fromByteOffset: 40, as: UInt64.self))
      let first = start / page * page
      ranges.append((first, (end - first + page - 1) / page * page))
    }
    for range in ranges {
      madvise(UnsafeMutableRawPointer(mutating: header + range.start), range.count, MADV_DONTNEED)
    }
    return true
  }
}
