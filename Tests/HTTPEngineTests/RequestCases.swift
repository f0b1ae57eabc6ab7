import Testing

/// A connection's input and the statuses that answer it, in order. After one of 400 and above
/// that the transport gave itself the connection closes.
struct RequestCase: Sendable, CustomTestStringConvertible {
  let name: String
  let input: String
  let statuses: [Int]

  init(_ name: String, _ input: String, _ statuses: Int...) {
    self.name = name
    self.input = input
    self.statuses = statuses
  }

  var testDescription: String { name }

  static let host = "Host: a\r\n"
  static let good = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

  private static func get(_ fields: String) -> String { "GET / HTTP/1.1\r\n\(fields)\r\n" }

  private static func post(_ fields: String, _ body: String) -> String {
    "POST /mcp HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(body)"
  }

  private static func chunked(_ body: String) -> String {
    post("Transfer-Encoding: chunked\r\n", body)
  }

  static let all: [RequestCase] = plain + targets + lines + hosts + lengths + codings + chunks

  static let plain: [RequestCase] = [
    RequestCase("a GET", good, 200),
    RequestCase("a POST", post("Content-Length: 5\r\n", "hello"), 200),
    RequestCase("two at once", good + good, 200, 200),
    RequestCase(
      "three with bodies", post("Content-Length: 1\r\n", "x") + good + good, 200, 200, 200),
    RequestCase("an empty line before", "\r\n" + good, 200),
    RequestCase("four empty lines before", "\r\n\r\n\r\n\r\n" + good, 200),
    RequestCase("five empty lines before", "\r\n\r\n\r\n\r\n\r\n" + good, 400),
    RequestCase("empty lines between", good + "\r\n" + good, 200, 200),
    RequestCase("a bare line feed before", "\n" + good, 400),
    RequestCase("a bare carriage return before", "\r" + good, 400),
    RequestCase("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    RequestCase("OPTIONS with a path", "OPTIONS /x HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    RequestCase("DELETE", "DELETE /mcp HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    RequestCase("PUT with a body", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", 200),
    RequestCase("PATCH", "PATCH / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 200),
    RequestCase("M-SEARCH", "M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    RequestCase(
      "an Upgrade is passed over", get("Host: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n") + good,
      200, 200),
    RequestCase(
      "an Upgrade with a body",
      post("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n", "abc") + good, 200,
      200),
    RequestCase("Connection: close ends", get("Host: a\r\nConnection: close\r\n") + good, 200),
    RequestCase("HTTP/1.0 closes", "GET / HTTP/1.0\r\n\r\n" + good, 200),
    RequestCase(
      "HTTP/1.0 keeps alive on request", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + good,
      200, 200),
    RequestCase("another expectation", post("Expect: 200-ok\r\nContent-Length: 1\r\n", "x"), 417),
    RequestCase(
      "an expectation with its body", post("Expect: 100-Continue\r\nContent-Length: 1\r\n", "x"),
      200),
  ]

  static let targets: [RequestCase] = [
    RequestCase("a query", "GET /a?b=c&d=%20 HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    RequestCase("absolute-form", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    RequestCase("authority-form", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    RequestCase("* for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    RequestCase("a fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    RequestCase("no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    RequestCase("a relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    RequestCase("a byte above 0x7f", "GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    RequestCase("a control character", "GET /a\u{1}b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    RequestCase("a NUL", "GET /a\u{0}b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    RequestCase("a tab", "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    RequestCase(
      "a target at the bound",
      "GET /" + String(repeating: "a", count: 8191) + " HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    RequestCase(
      "a target over the bound",
      "GET /" + String(repeating: "a", count: 8192) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    RequestCase(
      "a target over the head's bound",
      "GET /" + String(repeating: "a", count: 20_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
  ]

  static let lines: [RequestCase] = [
    RequestCase("an unknown method", "FROB / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    RequestCase("a method in lower case", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    RequestCase("a method that goes on", "GETX / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    RequestCase("a method of RTSP", "DESCRIBE / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    RequestCase("a method that is no token", "G{T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    RequestCase("two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    RequestCase("two spaces after the target", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    RequestCase("a space after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 505),
    RequestCase("a tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    RequestCase("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505),
    RequestCase("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    RequestCase("HTTP/0.9 by number", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505),
    RequestCase("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    RequestCase("a greeting of TLS", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\r\n\r\n", 400),
    RequestCase("a bare line feed after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400),
    RequestCase("a bare line feed after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400),
    RequestCase("a bare line feed at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400),
    RequestCase("a bare carriage return in a value", get("Host: a\r\nX: a\rb\r\n"), 400),
    RequestCase(
      "a bare carriage return that hides a field", get("Host: a\r\nX: a\rContent-Length: 5\r\n"),
      400),
    RequestCase("a folded value", get("Host: a\r\nX: a\r\n b\r\n"), 400),
    RequestCase("a folded value with a tab", get("Host: a\r\nX: a\r\n\tb\r\n"), 400),
    RequestCase("a folded empty value", get("Host: a\r\nX:\r\n b\r\n"), 400),
    RequestCase("a folded last value of white space", get("Host: a\r\nX: a\r\n \r\n"), 400),
    RequestCase("a first line that begins with a space", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
    RequestCase("a space before the colon", get("Host : a\r\n"), 400),
    RequestCase("a tab before the colon", get("Host\t: a\r\n"), 400),
    RequestCase("no colon", get("Host: a\r\nnonsense\r\n"), 400),
    RequestCase("no name", get("Host: a\r\n: b\r\n"), 400),
    RequestCase("a NUL in a value", get("Host: a\r\nX: a\u{0}b\r\n"), 400),
    RequestCase("a control character in a value", get("Host: a\r\nX: a\u{7}b\r\n"), 400),
    RequestCase("a DEL in a value", get("Host: a\r\nX: a\u{7f}b\r\n"), 400),
    RequestCase("a bracket in a name", get("Host: a\r\nX[1]: b\r\n"), 400),
    RequestCase("a byte above 0x7f in a value", get("Host: a\r\nX: \u{e9}\r\n"), 200),
    RequestCase("a tab in a value", get("Host: a\r\nX: a\tb\r\n"), 200),
    RequestCase("an empty value", get("Host: a\r\nX:\r\n"), 200),
    RequestCase("a value of spaces", get("Host: a\r\nX:   \r\n"), 200),
    RequestCase("100 fields", get(host + (1...99).map { "X-\($0): y\r\n" }.joined()), 200),
    RequestCase("101 fields", get(host + (1...100).map { "X-\($0): y\r\n" }.joined()), 431),
    RequestCase(
      "a head at the bound",
      get(host + "X: " + String(repeating: "y", count: 16_384 - 32) + "\r\n"), 200),
    RequestCase(
      "a head over the bound",
      get(host + "X: " + String(repeating: "y", count: 16_384 - 31) + "\r\n"), 431),
    RequestCase(
      "an endless head", get(host + "X: " + String(repeating: "y", count: 40_000) + "\r\n"), 431),
  ]

  static let hosts: [RequestCase] = [
    RequestCase("no Host", get("X: a\r\n"), 400),
    RequestCase("no field at all", "GET / HTTP/1.1\r\n\r\n", 400),
    RequestCase("two Hosts", get("Host: a\r\nHost: a\r\n"), 400),
    RequestCase("two Hosts in other cases", get("host: a\r\nHOST: b\r\n"), 400),
    RequestCase("an empty Host", get("Host:\r\n"), 200),
    RequestCase("a Host with a port", get("Host: [::1]:8080\r\n"), 200),
    RequestCase("a Host with a path", get("Host: a/b\r\n"), 400),
    RequestCase("a Host with a user", get("Host: a@b\r\n"), 400),
    RequestCase("a Host with a space", get("Host: a b\r\n"), 400),
    RequestCase("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
  ]

  static let lengths: [RequestCase] = [
    RequestCase("no length is no body", "POST / HTTP/1.1\r\nHost: a\r\n\r\n" + good, 200, 200),
    RequestCase("length 0", post("Content-Length: 0\r\n", "") + good, 200, 200),
    RequestCase("leading zeros", post("Content-Length: 005\r\n", "hello") + good, 200, 200),
    RequestCase(
      "spaces around the length", post("Content-Length: \t5  \r\n", "hello") + good, 200, 200),
    RequestCase(
      "two lengths that differ", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"), 400),
    RequestCase(
      "two lengths that agree", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400),
    RequestCase("a list of lengths", post("Content-Length: 5, 5\r\n", "hello"), 400),
    RequestCase("a signed length", post("Content-Length: +5\r\n", "hello"), 400),
    RequestCase("a negative length", post("Content-Length: -5\r\n", "hello"), 400),
    RequestCase("a hexadecimal length", post("Content-Length: 0x5\r\n", "hello"), 400),
    RequestCase("a length with a space", post("Content-Length: 5 5\r\n", "hello"), 400),
    RequestCase("an empty length", post("Content-Length:\r\n", "hello"), 400),
    RequestCase(
      "a length beyond 64 bits", post("Content-Length: 99999999999999999999999\r\n", ""), 400),
    RequestCase("a length over the bound", post("Content-Length: 4194305\r\n", ""), 413),
    RequestCase(
      "a length over the bound that waits",
      post("Content-Length: 4194305\r\nExpect: 100-continue\r\n", ""), 413),
  ]

  static let codings: [RequestCase] = [
    RequestCase("chunked", chunked("5\r\nhello\r\n0\r\n\r\n") + good, 200, 200),
    RequestCase(
      "chunked in other cases", post("transfer-ENCODING: Chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
      200),
    RequestCase(
      "length before coding",
      post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400),
    RequestCase(
      "coding before length",
      post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400),
    RequestCase("gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501),
    RequestCase("chunked, gzip", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 501),
    RequestCase(
      "chunked twice",
      post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 501),
    RequestCase(
      "chunked and identity",
      post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), 501),
    RequestCase("identity", post("Transfer-Encoding: identity\r\n", ""), 501),
    RequestCase("an unknown coding", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501),
    RequestCase(
      "chunked with a parameter", post("Transfer-Encoding: chunked;x=1\r\n", "0\r\n\r\n"), 501),
    RequestCase(
      "a vertical tab before chunked", post("Transfer-Encoding: \u{b}chunked\r\n", "0\r\n\r\n"), 400
    ),
    RequestCase("an empty coding", post("Transfer-Encoding:\r\n", "0\r\n\r\n"), 501),
    RequestCase(
      "a coding with a space in its name", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400
    ),
    RequestCase(
      "chunked in HTTP/1.0",
      "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
  ]

  static let chunks: [RequestCase] = [
    RequestCase("two chunks", chunked("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n") + good, 200, 200),
    RequestCase("a size in upper case", chunked("A\r\n0123456789\r\n0\r\n\r\n"), 200),
    RequestCase("a size with zeros", chunked("0005\r\nhello\r\n000\r\n\r\n") + good, 200, 200),
    RequestCase("an extension", chunked("5;a=b\r\nhello\r\n0\r\n\r\n") + good, 200, 200),
    RequestCase("a quoted extension", chunked("5;a=\"b;c\"\r\nhello\r\n0\r\n\r\n"), 200),
    RequestCase(
      "a long extension",
      chunked("5;" + String(repeating: "a", count: 9_000) + "\r\nhello\r\n0\r\n\r\n"), 400),
    RequestCase(
      "many extensions",
      chunked(String(repeating: "1;aaaaaaaaa\r\nx\r\n", count: 1_000) + "0\r\n\r\n"), 400),
    RequestCase("a bare line feed in an extension", chunked("5;a\nhello\r\n0\r\n\r\n"), 400),
    RequestCase("a trailer", chunked("5\r\nhello\r\n0\r\nX: y\r\n\r\n") + good, 200, 200),
    RequestCase(
      "a long trailer", chunked("0\r\nX: " + String(repeating: "y", count: 9_000) + "\r\n\r\n"), 400
    ),
    RequestCase("a size with a sign", chunked("+5\r\nhello\r\n0\r\n\r\n"), 400),
    RequestCase("a size with 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400),
    RequestCase("no size", chunked("\r\nhello\r\n0\r\n\r\n"), 400),
    RequestCase("a size beyond 64 bits", chunked("11111111111111111\r\n"), 400),
    RequestCase("a size that wraps", chunked("ffffffffffffffff\r\n"), 413),
    RequestCase("a space after the size", chunked("5 \r\nhello\r\n0\r\n\r\n"), 400),
    RequestCase("a bare line feed after the size", chunked("5\nhello\r\n0\r\n\r\n"), 400),
    RequestCase("a bare line feed after the data", chunked("5\r\nhello\n0\r\n\r\n"), 400),
    RequestCase("data longer than its size", chunked("5\r\nhello!\r\n0\r\n\r\n"), 400),
    RequestCase("a chunk over the bound", chunked("400001\r\n"), 413),
  ]
}
