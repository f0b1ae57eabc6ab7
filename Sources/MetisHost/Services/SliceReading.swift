import MetisPluginAPI

// What plugins hand over is checked before it is read: the host never trusts a pointer with a
// length beside it.
extension metis_slice_v1 {
  /// The bytes, or nil where the pointer is null but the count is not, or the count cannot be
  /// one. Borrowed: as long as the slice itself.
  var checkedBytes: UnsafeRawBufferPointer? {
    guard count <= Int.max, bytes != nil || count == 0 else { return nil }
    return UnsafeRawBufferPointer(start: bytes, count: Int(count))
  }

  /// The bytes as a string, or nil where they are no UTF-8 or more than `limit`.
  func checkedText(limit: Int = 64 << 10) -> String? {
    guard let bytes = checkedBytes, bytes.count <= limit else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  /// Runs `body` with a slice of the text, borrowed for that time.
  static func withText<Result>(
    _ text: String, _ body: (metis_slice_v1) throws -> Result
  ) rethrows -> Result {
    var text = text
    return try text.withUTF8 {
      try body(metis_slice_v1(bytes: $0.baseAddress, count: $0.count))
    }
  }
}

extension UnsafePointer<metis_sink_v1> {
  /// Whether the table has what `write` needs.
  var isUsable: Bool {
    Int(pointee.size) >= MemoryLayout<metis_sink_v1>.size && pointee.write != nil
  }

  /// Appends; returns what the sink returns: METIS_OK or METIS_LIMIT.
  func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    let slice = metis_slice_v1(
      bytes: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), count: bytes.count)
    return pointee.write(pointee.context, slice)
  }
}

extension UnsafeMutablePointer<metis_error_v1> {
  /// Fills in a code and a text, cut at the end of a scalar where it is too long. Does nothing
  /// where `size` is not that of the struct.
  func fill(_ code: Int32, _ text: String) {
    guard Int(pointee.size) >= MemoryLayout<metis_error_v1>.size else { return }
    pointee.code = code
    withUnsafeMutableBytes(of: &pointee.text) { place in
      var count = 0
      for scalar in text.unicodeScalars {
        let bytes = UTF8.encode(scalar)!
        guard count + bytes.count <= place.count else { break }
        for byte in bytes {
          place[count] = byte
          count += 1
        }
      }
      pointee.length = UInt32(count)
    }
  }
}
