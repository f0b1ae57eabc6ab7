/// Writes one JSON text, or several values after each other, into a sink as it is told them.
///
/// It places the commas; that names and values alternate and containers end in order is up to the
/// caller. Strings are escaped as RFC 8259, section 7, requires and no further: `"`, `\` and control
/// characters; everything else is written as UTF-8.
///
///     var writer = JSONWriter()
///     writer.beginObject()
///     writer.key("tools")
///     writer.raw(list)
///     writer.endObject()
///     send(writer.sink)
@frozen
public struct JSONWriter<Sink: JSONSink & ~Copyable>: ~Copyable {
  /// Where the text goes.
  public var sink: Sink

  /// Whether a comma must precede the next name or element.
  @usableFromInline var needsComma = false

  /// How far containers are indented: nil for compact text.
  @usableFromInline var indentation: Int?

  /// A writer that appends to `sink`: compact, or for people with two spaces a level.
  @inlinable
  public init(_ sink: consuming Sink, pretty: Bool = false) {
    self.sink = sink
    indentation = pretty ? 0 : nil
  }

  /// Ends the writing and gives the sink back.
  @inlinable
  public consuming func finish() -> Sink { sink }

  // MARK: Containers

  /// Begins an object.
  @inlinable
  public mutating func beginObject() { open(UInt8(ascii: "{")) }

  /// Ends an object.
  @inlinable
  public mutating func endObject() { close(UInt8(ascii: "}")) }

  /// Begins an array.
  @inlinable
  public mutating func beginArray() { open(UInt8(ascii: "[")) }

  /// Ends an array.
  @inlinable
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  @inlinable
  mutating func open(_ byte: UInt8) {
    separate()
    sink.append(byte)
    needsComma = false
    if let indentation {
      self.indentation = indentation + 1
      justOpened = true
    }
  }

  @inlinable
  mutating func close(_ byte: UInt8) {
    if let indentation {
      self.indentation = indentation - 1
      if !justOpened { newLine() }
      justOpened = false
    }
    sink.append(byte)
    needsComma = true
  }

  /// Whether the last thing written opened a container; kept for pretty text alone.
  @usableFromInline var justOpened = false

  /// Whether a name was just written; kept for pretty text alone.
  @usableFromInline var afterKey = false

  /// Writes what must stand before a name, an element or a value.
  @inlinable @inline(__always)
  mutating func separate() {
    if needsComma { sink.append(UInt8(ascii: ",")) }
    if indentation != nil { startLine() }
  }

  /// Starts the line of a name or an element, but not of a member's or the top value.
  @usableFromInline
  mutating func startLine() {
    if afterKey {
      afterKey = false
    } else if justOpened || needsComma {
      newLine()
    }
    justOpened = false
  }

  @usableFromInline
  mutating func newLine() {
    sink.append(UInt8(ascii: "\n"))
    for _ in 0..<2 * (indentation ?? 0) { sink.append(UInt8(ascii: " ")) }
  }

  // MARK: Names

  /// Writes the name of the member whose value is next.
  @inlinable
  public mutating func key(_ name: StaticString) {
    name.withUTF8Buffer { key(utf8: UnsafeRawBufferPointer($0)) }
  }

  /// Writes the name of the member whose value is next.
  @inlinable
  public mutating func key(_ name: String) {
    var name = name
    name.withUTF8 { key(utf8: UnsafeRawBufferPointer($0)) }
  }

  /// Writes the name of the member whose value is next. `name` must be UTF-8.
  @inlinable
  public mutating func key(utf8 name: UnsafeRawBufferPointer) {
    separate()
    quote(name)
    sink.append(UInt8(ascii: ":"))
    needsComma = false
    if indentation != nil {
      sink.append(UInt8(ascii: " "))
      afterKey = true
    }
  }

  // MARK: Values

  /// Writes a string.
  @inlinable
  public mutating func value(_ string: String) {
    var string = string
    string.withUTF8 { value(utf8: UnsafeRawBufferPointer($0)) }
  }

  /// Writes a string. `string` must be UTF-8.
  @inlinable
  public mutating func value(utf8 string: UnsafeRawBufferPointer) {
    separate()
    quote(string)
    needsComma = true
  }

  /// Writes an integer.
  @inlinable
  public mutating func value(_ integer: some FixedWidthInteger) {
    separate()
    digits(integer)
    needsComma = true
  }

  /// Writes a number; `null` where it is infinite or not a number, as ECMAScript does.
  @inlinable
  public mutating func value(_ number: Double) {
    guard number.isFinite else { return null() }
    verbatim(number.description)
  }

  /// Writes `true` or `false`.
  @inlinable
  public mutating func value(_ bool: Bool) {
    raw(bool ? "true" : "false")
  }

  /// Writes `null`.
  @inlinable
  public mutating func null() { raw("null") }

  /// Splices a value that is JSON text already. It is not checked.
  @inlinable
  public mutating func raw(_ text: UnsafeRawBufferPointer) {
    separate()
    sink.append(contentsOf: text)
    needsComma = true
  }

  /// Splices a value that is JSON text already. It is not checked.
  @inlinable
  public mutating func raw(_ text: StaticString) {
    text.withUTF8Buffer { raw(UnsafeRawBufferPointer($0)) }
  }

  /// Splices a value that is JSON text already. It is not checked.
  @inlinable
  public mutating func raw(_ text: [UInt8]) {
    text.withUnsafeBytes { raw($0) }
  }

  /// Splices a validated value.
  @inlinable
  public mutating func raw(_ slice: JSONSlice) { raw(slice.bytes) }

  /// Writes `text`, a number's, without quotes.
  @inlinable
  mutating func verbatim(_ text: String) {
    var text = text
    text.withUTF8 { raw(UnsafeRawBufferPointer($0)) }
  }
}

extension JSONWriter: Copyable where Sink: Copyable {}

extension JSONWriter where Sink == [UInt8] {
  /// A writer into an array of its own.
  @inlinable
  public init(pretty: Bool = false) { self.init([], pretty: pretty) }
}
