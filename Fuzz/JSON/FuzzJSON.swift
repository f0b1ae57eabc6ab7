// Feeds arbitrary bytes to everything that reads JSON, and stops where two readers disagree.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  fuzzReaders(bytes)
  fuzzEnvelope(bytes)
  fuzzLines(bytes)
  return 0
}

/// The cursor's skip, its pull functions and the tree parser agree, and a tree that is written
/// reads back as itself.
func fuzzReaders(_ bytes: UnsafeRawBufferPointer) {
  let skipError = failure { () throws(JSONError) in _ = try JSONCursor.validate(bytes) }
  let walkError = failure { () throws(JSONError) in
    var cursor = JSONCursor(bytes)
    try walk(&cursor)
    try cursor.finish()
  }
  var tree: JSONValue?
  let treeError = failure { () throws(JSONError) in tree = try JSONValue(parsing: bytes) }
  precondition(skipError == walkError, "skip \(skipError as Any), walk \(walkError as Any)")
  precondition(skipError == treeError, "skip \(skipError as Any), tree \(treeError as Any)")
  if let skipError {
    precondition(skipError.offset >= 0 && skipError.offset <= bytes.count)
    precondition(!skipError.description.isEmpty)
  }
  guard let tree else { return }
  for pretty in [false, true] {
    let written = tree.jsonBytes(pretty: pretty)
    guard let again = try? JSONValue(jsonBytes: written) else {
      preconditionFailure("written text does not parse: \(tree)")
    }
    precondition(again == tree, "written text reads back otherwise: \(tree)")
    precondition(again.hashValue == tree.hashValue)
    precondition(again.jsonBytes(pretty: pretty) == written)
  }
}

/// Reads the next value by the function of its kind, and touches all that it gives.
func walk(_ cursor: inout JSONCursor) throws(JSONError) {
  switch try cursor.kind() {
  case .object:
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      precondition(key.equals(key.decoded))
      // Every other member is left unread, so that the cursor must skip it.
      if key.raw.count % 2 == 0 { try walk(&cursor) }
    }
  case .array:
    try cursor.beginArray()
    while try cursor.nextElement() { try walk(&cursor) }
  case .string:
    let string = try cursor.string()
    var decoded: [UInt8] = []
    string.appendDecoded(to: &decoded)
    precondition(decoded == Array(string.decoded.utf8))
  case .number:
    let number = try cursor.number()
    precondition(number.number.description == String(decoding: number.raw, as: UTF8.self))
  case .true, .false: _ = try cursor.bool()
  case .null: try cursor.null()
  }
}

/// Decoding a message refuses or gives slices that are valid JSON inside the input.
func fuzzEnvelope(_ bytes: UnsafeRawBufferPointer) {
  do {
    let envelope = try Envelope.decode(bytes)
    for case .some(let slice) in [envelope.id, envelope.params, envelope.result, envelope.error] {
      precondition((try? JSONCursor.validate(slice.bytes))?.count == slice.count)
    }
    precondition(
      (envelope.method != nil) == (envelope.kind == .request || envelope.kind == .notification))
    if envelope.id != nil { precondition(envelope.requestID != nil) }
    if let error = envelope.error { _ = try? ErrorObject(error) }
  } catch {
    let isJSON = (try? JSONCursor.validate(bytes)) != nil
    precondition(isJSON == (error.code == .invalidRequest), error.message)
  }
  if Batch.isBatch(bytes), let batch = try? Batch(bytes, maximumCount: 100) {
    precondition(Array(batch).count == batch.count)
  }
}

/// The lines of a stream do not depend on how it is cut into chunks.
func fuzzLines(_ bytes: UnsafeRawBufferPointer) {
  let whole = lines(bytes, chunk: max(bytes.count, 1))
  for chunk in [1, 3, 7] { precondition(lines(bytes, chunk: chunk) == whole) }
}

func lines(_ bytes: UnsafeRawBufferPointer, chunk: Int) -> [[UInt8]?] {
  var framer = LineFramer(maximumLength: 16)
  var found: [[UInt8]?] = []
  func note(_ event: LineFramer.Event) {
    switch event {
    case .line(let line): found.append(Array(line))
    case .tooLong: found.append(nil)
    }
  }
  var start = 0
  while start < bytes.count {
    let end = min(start + chunk, bytes.count)
    var rest = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    while let event = framer.next(&rest) { note(event) }
    start = end
  }
  if let event = framer.finish() { note(event) }
  return found
}

func failure(_ body: () throws(JSONError) -> Void) -> JSONError? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}
