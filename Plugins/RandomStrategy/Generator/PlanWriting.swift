import MetisKit

/// Why a plan could not make a value.
public enum DrawError: Error, Sendable, CustomStringConvertible {
  /// Too few different values came for an array with `unique`.
  case exhausted(found: Int, expected: Int)
  /// The value is larger than the limit in bytes.
  case tooLarge(Int)

  /// What was found and what to do.
  public var description: String {
    switch self {
    case .exhausted(let found, let expected):
      "an array with unique found only \(found) different items and needs \(expected); "
        + "lower min_length or allow more values"
    case .tooLarge(let limit):
      "the random value is larger than \(limit) bytes; lower max_length"
    }
  }
}

extension Plan {
  /// How large a drawn value may be, in bytes.
  static let sizeLimit = 16 << 20

  /// How often an item of an array with `unique` is drawn before the array counts as full.
  static let attempts = 100

  /// Draws a value and gives its JSON text.
  ///
  /// The same plan and the same state of the generator give the same bytes in every release. A value
  /// draws, in this order: `nullable` one unit (where it is above 0); uuid two words; integer,
  /// decimal and choice one number below their span; float, boolean and weighted choice one unit;
  /// string and array their length and then their letters or items; object its fields in order.
  public func draw(_ random: inout SeededGenerator) throws(DrawError) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(512)
    var writer = JSONWriter(output)
    output = []
    try write(root, &random, &writer)
    return writer.finish()
  }

  private func write(
    _ node: Int, _ random: inout SeededGenerator, _ writer: inout JSONWriter<[UInt8]>
  ) throws(DrawError) {
    let null = nodes[node].nullProbability
    if null > 0, random.bool(probability: null) { return writer.null() }
    switch nodes[node].kind {
    case .uuid: writeUUID(&random, &writer)
    case .integer(let low, let span):
      writer.value(low &+ Int64(bitPattern: random.below(span)))
    case .float(let low, let width): writer.value(low + random.unit() * width)
    case .decimal(let low, let span, let scale):
      writer.value(Double(low + Int64(random.below(span))) / scale)
    case .string(let length, let span, let first, let count):
      let length = length + Int(random.below(span))
      writeString(length, first, count, &random, &writer)
    case .boolean(let probability): writer.value(random.bool(probability: probability))
    case .choice(let first, let count):
      writer.raw(piece(first + Int(random.below(UInt64(count)))))
    case .weighted(let first, let count):
      writer.raw(piece(first + heavy(first, count, &random)))
    case .array(let item, let length, let span, let unique):
      let length = length...(length + Int(random.below(span)))
      writer.beginArray()
      if unique {
        try writeUnique(item, length, &random, &writer)
      } else {
        for _ in 0..<length.upperBound { try write(item, &random, &writer) }
      }
      writer.endArray()
    case .object(let first, let count):
      writer.beginObject()
      for field in fields[first..<first + count] {
        writer.key(utf8: bytes(field.start, field.count))
        try write(field.node, &random, &writer)
      }
      writer.endObject()
    }
    guard writer.sink.count <= Self.sizeLimit else { throw .tooLarge(Self.sizeLimit) }
  }

  private func piece(_ index: Int) -> UnsafeRawBufferPointer {
    bytes(pieces[index].start, pieces[index].count)
  }

  /// The first of the pieces whose cumulated weight lies above a unit of the total.
  private func heavy(_ first: Int, _ count: Int, _ random: inout SeededGenerator) -> Int {
    let point = random.unit() * pieces[first + count - 1].cumulated
    var low = 0
    var high = count - 1
    while low < high {
      let middle = (low + high) / 2
      if pieces[first + middle].cumulated > point { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func writeString(
    _ length: Int, _ first: Int, _ count: Int, _ random: inout SeededGenerator,
    _ writer: inout JSONWriter<[UInt8]>
  ) {
    var letters: [UInt8] = []
    letters.reserveCapacity(length + 2)
    letters.append(UInt8(ascii: "\""))
    for _ in 0..<length {
      letters.append(contentsOf: piece(first + Int(random.below(UInt64(count)))))
    }
    letters.append(UInt8(ascii: "\""))
    writer.raw(letters)
  }

  /// Items that differ in their bytes. Where no new one comes, the array ends early, but not below
  /// its least length.
  private func writeUnique(
    _ item: Int, _ length: ClosedRange<Int>, _ random: inout SeededGenerator,
    _ writer: inout JSONWriter<[UInt8]>
  ) throws(DrawError) {
    var seen: Set<[UInt8]> = []
    while seen.count < length.upperBound {
      var isNew = false
      for _ in 0..<Self.attempts where !isNew {
        var inner = JSONWriter()
        try write(item, &random, &inner)
        let bytes = inner.finish()
        isNew = seen.insert(bytes).inserted
        if isNew { writer.raw(bytes) }
      }
      guard isNew else { break }
      guard writer.sink.count <= Self.sizeLimit else { throw .tooLarge(Self.sizeLimit) }
    }
    guard seen.count >= length.lowerBound else {
      throw .exhausted(found: seen.count, expected: length.lowerBound)
    }
  }

  /// Version 4, variant 10 (RFC 9562, section 5.4) of two words, most significant byte first.
  private func writeUUID(
    _ random: inout SeededGenerator, _ writer: inout JSONWriter<[UInt8]>
  ) {
    let high = random.next() & 0xffff_ffff_ffff_0fff | 0x4000
    let low = random.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    withUnsafeTemporaryAllocation(byteCount: 36, alignment: 1) { text in
      var place = 0
      for index in 0..<32 {
        if index == 8 || index == 12 || index == 16 || index == 20 {
          text[place] = UInt8(ascii: "-")
          place += 1
        }
        let word = index < 16 ? high : low
        let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - index % 16 * 4)) & 15
        text[place] = digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a")
        place += 1
      }
      writer.value(utf8: UnsafeRawBufferPointer(text))
    }
  }
}
