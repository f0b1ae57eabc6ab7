import JSON
import MetisPluginAPI

extension metis_slice_v1 {
  /// Borrowed bytes as the ABI's slice.
  @inline(__always)
  init(_ bytes: UnsafeRawBufferPointer) {
    self.init(
      bytes: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), count: bytes.count)
  }

  /// A text that lives as long as the process.
  @inline(__always)
  init(_ text: StaticString) {
    self.init(bytes: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  /// The bytes; empty where the pointer is null, whatever the count says.
  @inline(__always)
  var raw: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)
  }

  /// A copy as text; malformed UTF-8 is shown with replacement characters.
  var text: String { String(decoding: raw, as: UTF8.self) }
}

extension metis_error_v1 {
  /// An empty error for a plugin to fill.
  static var empty: metis_error_v1 {
    var error = metis_error_v1()
    error.size = UInt32(MemoryLayout<metis_error_v1>.size)
    return error
  }

  /// What the plugin wrote, bounded by the buffer whatever `length` says.
  var message: String {
    withUnsafeBytes(of: text) { buffer in
      String(
        decoding: buffer.prefix(Int(min(length, UInt32(buffer.count)))), as: UTF8.self)
    }
  }
}

extension Array where Element == UInt8 {
  /// Runs `body` with these bytes as the ABI's slice, borrowed for that time.
  func withSlice<Result>(_ body: (metis_slice_v1) throws -> Result) rethrows -> Result {
    try withUnsafeBytes { try body(metis_slice_v1($0)) }
  }
}

extension String {
  /// Runs `body` with this text as the ABI's slice, borrowed for that time.
  func withSlice<Result>(_ body: (metis_slice_v1) throws -> Result) rethrows -> Result {
    var copy = self
    return try copy.withUTF8 { try body(metis_slice_v1(UnsafeRawBufferPointer($0))) }
  }
}
