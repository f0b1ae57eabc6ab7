// Between Swift values and the slices, sinks and errors of the ABI (`metis/types.h`).

extension metis_slice_v1 {
  /// The text of a literal, which lives as long as the library.
  @usableFromInline
  init(_ text: StaticString) {
    self.init(bytes: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  /// Bytes that the caller keeps alive.
  @inlinable
  init(_ bytes: UnsafeRawBufferPointer) {
    self.init(
      bytes: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), count: bytes.count)
  }

  /// The bytes, for as long as the slice is borrowed.
  @inlinable
  var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: count) }

  /// A copy of the text.
  @usableFromInline
  var string: String { String(decoding: buffer, as: UTF8.self) }

  /// Whether the bytes are those of `text`.
  func equals(_ text: StaticString) -> Bool {
    buffer.elementsEqual(
      UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// A slice of `text` for the time of `body`.
  static func with<Result>(_ text: String, _ body: (metis_slice_v1) -> Result) -> Result {
    var text = text
    return text.withUTF8 { body(metis_slice_v1(UnsafeRawBufferPointer($0))) }
  }

  /// A slice of `bytes` for the time of `body`.
  static func with<Result>(_ bytes: [UInt8], _ body: (metis_slice_v1) -> Result) -> Result {
    bytes.withUnsafeBytes { body(metis_slice_v1($0)) }
  }
}

extension UnsafeMutablePointer<metis_error_v1> {
  /// Writes a code and a text, which is cut at a character where it is too long.
  func fill(_ code: Int32, _ text: String) {
    pointee.code = code
    let room = MemoryLayout.size(ofValue: pointee.text)
    let utf8 = Array(text.utf8)
    var count = Swift.min(utf8.count, room)
    // A continuation byte (0b10……) after the cut means that the cut stands inside a character.
    while count < utf8.count, count > 0, utf8[count] & 0xc0 == 0x80 { count -= 1 }
    withUnsafeMutableBytes(of: &pointee.text) { $0.copyBytes(from: utf8[..<count]) }
    pointee.length = UInt32(count)
  }
}

/// A growable array that the host fills through a `metis_sink_v1`.
final class ByteSink {
  private(set) var bytes: [UInt8] = []

  /// Runs `body` with a sink that appends to an array, and gives the array.
  static func collect(_ body: (UnsafePointer<metis_sink_v1>) -> Int32) -> (Int32, [UInt8]) {
    let collector = ByteSink()
    var sink = metis_sink_v1(
      size: UInt32(MemoryLayout<metis_sink_v1>.size), reserved: 0,
      context: Unmanaged.passUnretained(collector).toOpaque(),
      write: { context, slice in
        guard let context else { return METIS_INVALID }
        let collector = Unmanaged<ByteSink>.fromOpaque(context).takeUnretainedValue()
        collector.bytes.append(contentsOf: slice.buffer)
        return METIS_OK
      })
    let status = withExtendedLifetime(collector) { body(&sink) }
    return (status, collector.bytes)
  }
}
