import JSON

/// What the three readers say about `bytes`: the cursor's skip, a walk by the pull functions, and
/// the tree parser.
struct Verdicts {
  let skip: JSONError?
  let walk: JSONError?
  let tree: JSONError?

  init(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) {
    // A buffer of exactly the text's size, so that a read past the end is one past the allocation.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    buffer.copyBytes(from: bytes)
    defer { buffer.deallocate() }
    let text = UnsafeRawBufferPointer(buffer)
    skip = Self.error { () throws(JSONError) in
      _ = try JSONCursor.validate(text, limits: limits)
    }
    tree = Self.error { () throws(JSONError) in
      _ = try JSONValue(parsing: text, limits: limits)
    }
    walk = Self.error { () throws(JSONError) in
      var cursor = JSONCursor(text, limits: limits)
      try Self.walk(&cursor)
      try cursor.finish()
    }
  }

  init(_ text: String, limits: JSONLimits = JSONLimits()) {
    self.init(Array(text.utf8), limits: limits)
  }

  /// The error of all three, or nil where they find the text valid or disagree.
  var error: JSONError? { agree ? skip : nil }

  /// Whether all three say the same, position included.
  var agree: Bool { skip == tree && skip == walk }

  private static func error(_ body: () throws(JSONError) -> Void) -> JSONError? {
    do {
      try body()
      return nil
    } catch {
      return error
    }
  }

  /// Reads the next value by the function of its kind.
  static func walk(_ cursor: inout JSONCursor) throws(JSONError) {
    switch try cursor.kind() {
    case .object:
      try cursor.beginObject()
      while try cursor.nextKey() != nil { try walk(&cursor) }
    case .array:
      try cursor.beginArray()
      while try cursor.nextElement() { try walk(&cursor) }
    case .string: _ = try cursor.string().decoded
    case .number: _ = try cursor.number().number
    case .true, .false: _ = try cursor.bool()
    case .null: try cursor.null()
    }
  }
}
