import JSON
import MCP

/// The lists: tools, resources, resource templates, prompts.
///
/// A list of what a server does not have is empty, whatever its capabilities say: a client that asks
/// anyway is not told that the method is missing.
extension Loop {
  /// Answers one of the four list methods.
  func list(_ method: Method, _ request: Request) throws(MCPError) {
    guard let list = ListKind(method) else {
      throw .methodNotFound(method.name.description)
    }
    let encoded = snapshot._withUnsafeGuaranteedRef { $0.encoded }
    var start = 0
    if let cursor = request.parameters.pointee.cursor {
      start = try place(cursor, list, encoded, request)
    }
    let (page, next) = encoded.page(list, request.revision, from: start)
    guard let next else { return answerOwn(request, try filtered(method, page.last)) }
    let sealed = core.sealer.seal(
      Cursor.bytes(next, encoded.fingerprint(of: list)), .cursor,
      context: Cursor.context(list, request.principal))
    answerOwn(request, try filtered(method, page.result(nextCursor: sealed)))
  }

  /// Where the page of a cursor begins.
  private func place(
    _ cursor: JSONStringSlice, _ list: ListKind, _ encoded: EncodedAnswers, _ request: Request
  ) throws(MCPError) -> Int {
    let context = Cursor.context(list, request.principal)
    var text = cursor.decoded
    let opened = text.withUTF8 { bytes in
      core.sealer.open(UnsafeRawBufferPointer(bytes), .cursor, context: context)
    }
    guard let opened, let (start, fingerprint) = Cursor.read(opened) else {
      throw .invalidParams(
        "Invalid cursor: expected the nextCursor of an answer to \(list.member) of this server, "
          + "given to the same caller")
    }
    guard fingerprint == encoded.fingerprint(of: list), start < encoded.count(of: list) else {
      throw .invalidParams("Invalid cursor: the list has changed since; ask without a cursor")
    }
    return start
  }
}

/// What a cursor hides: where the next page begins, and the fingerprint of the list.
private enum Cursor {
  static func bytes(_ start: Int, _ fingerprint: UInt64) -> [UInt8] {
    [UInt64(start), fingerprint].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
    }
  }

  static func read(_ bytes: [UInt8]) -> (start: Int, fingerprint: UInt64)? {
    guard bytes.count == 16 else { return nil }
    let words = [0, 8].map { offset in
      (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }
    guard let start = Int(exactly: words[0]) else { return nil }
    return (start, words[1])
  }

  /// Who it is for.
  static func context(_ list: ListKind, _ principal: [UInt8]) -> [UInt8] {
    [list.rawValue] + (Principal.id(principal).map { Array($0.utf8) } ?? principal)
  }
}
