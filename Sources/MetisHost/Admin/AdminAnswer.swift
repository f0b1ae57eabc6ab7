public import JSON

/// An answer of the admin endpoint: HTTP/1.1 (RFC 9112), whole.
public struct AdminAnswer: Sendable {
  /// The status.
  public var status: Int

  /// Fields, names in lower case.
  public var fields: [(name: String, value: String)]

  /// The body.
  public var body: [UInt8]

  /// Whether it is a success.
  public var isSuccess: Bool { (200..<300).contains(status) }

  /// The body as JSON; nil where it is none.
  public var json: JSONValue? { try? JSONValue(jsonBytes: body) }

  /// Title and detail of problem details (RFC 9457), or what stands in their place.
  public var problem: String {
    let json = json
    let title = json?["title"]?.string ?? "HTTP status \(status)"
    return json?["detail"]?.string.map { "\(title): \($0)" } ?? title
  }

  /// The value of a field; nil where there is none.
  func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  /// Parses what has arrived. Nil where more is needed: `atEnd` tells that nothing follows.
  init?(parsing bytes: [UInt8], atEnd: Bool) throws(AdminClientError) {
    let separator = Array("\r\n\r\n".utf8)
    guard let headEnd = Self.find(separator, in: bytes, from: 0) else {
      guard bytes.count <= 64 << 10 else {
        throw AdminClientError("the answer's head is longer than 64 KiB")
      }
      return nil
    }
    let lines = String(decoding: bytes[..<headEnd], as: UTF8.self).split(separator: "\r\n")
    let words = (lines.first ?? "").split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]),
      (100...599).contains(status)
    else { throw AdminClientError("the answer is not HTTP/1.1: is this an admin address?") }
    let fields = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      return (line[..<colon].lowercased(), String(value))
    }
    self.status = status
    self.fields = fields
    body = []
    let start = headEnd + separator.count
    if (100..<200).contains(status) {
      // An interim answer precedes the one that counts.
      guard let next = try AdminAnswer(parsing: Array(bytes[start...]), atEnd: atEnd) else {
        return nil
      }
      self = next
    } else if status == 204 || status == 304 {
      return
    } else if field("transfer-encoding")?.lowercased() == "chunked" {
      guard let body = try Self.chunks(bytes, from: start) else { return nil }
      self.body = body
    } else if let length = field("content-length") {
      guard let count = Int(length), count >= 0, count <= AdminClient.greatestAnswer else {
        throw AdminClientError("the answer's Content-Length is not a usable number")
      }
      guard bytes.count - start >= count else { return nil }
      body = Array(bytes[start..<(start + count)])
    } else {
      guard atEnd else { return nil }
      body = Array(bytes[start...])
    }
  }

  /// The chunked body from `start` on; nil where its end has not arrived.
  private static func chunks(
    _ bytes: [UInt8], from start: Int
  ) throws(AdminClientError) -> [UInt8]? {
    var body: [UInt8] = []
    var position = start
    while let lineEnd = find([0x0d, 0x0a], in: bytes, from: position) {
      let line = String(decoding: bytes[position..<lineEnd], as: UTF8.self)
      let digits = line.prefix { $0 != ";" }
      guard let size = Int(digits, radix: 16), size >= 0, size <= AdminClient.greatestAnswer else {
        throw AdminClientError("the answer's chunk size is not a usable number")
      }
      let data = lineEnd + 2
      if size == 0 {
        // Trailers end with an empty line.
        if bytes.count >= data + 2, bytes[data] == 0x0d { return body }
        return find(Array("\r\n\r\n".utf8), in: bytes, from: data) == nil ? nil : body
      }
      guard bytes.count >= data + size + 2 else { return nil }
      body += bytes[data..<(data + size)]
      position = data + size + 2
    }
    return nil
  }

  private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count >= pattern.count else { return nil }
    var position = start
    while position + pattern.count <= bytes.count {
      if bytes[position] == pattern[0],
        bytes[position..<(position + pattern.count)].elementsEqual(pattern)
      {
        return position
      }
      position += 1
    }
    return nil
  }
}
