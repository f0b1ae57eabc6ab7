import JSON
import JSONRPC
import MCP

/// The operations on bytes: JSON, messages, HTTP fields.
enum MessageOperations {
  /// 200 bytes with all kinds of values.
  nonisolated(unsafe) static let document = immortal(
    #"{"id":48213,"name":"Weather report","tags":["rain","wind","storm"],"place":{"latitude":52.5"#
      + #"2,"longitude":13.405,"height":null},"active":true,"note":"Showers from the west, later "#
      + #"some sun","count":-17}"#)

  /// A call of a tool in the stateless era, 280 bytes.
  nonisolated(unsafe) static let call = immortal(
    #"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"greet","arguments":{"name":"#
      + #""Ada"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontext"#
      + #"protocol/clientInfo":{"name":"bench","version":"1.0"},"io.modelcontextprotocol/clientCa"#
      + #"pabilities":{}}}}"#)

  /// The head of such a call: ten fields, names as clients write them.
  nonisolated(unsafe) static let fields:
    [(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)] = [
      ("Host", "127.0.0.1:8080"), ("User-Agent", "bench/1.0"), ("Content-Length", "280"),
      ("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream"),
      ("Accept-Encoding", "gzip, deflate"), ("Connection", "keep-alive"),
      ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "greet"),
    ].map { (immortal($0), immortal($1)) }

  static var all: [Operation] {
    let (document, call, fields) = (document, call, fields)
    return [
      Operation("json-validate") { (try? JSONCursor.validate(document))?.count ?? 0 },
      Operation("json-tree") { (try? JSONValue(parsing: document)) == nil ? 0 : 1 },
      Operation("json-envelope") {
        var parameters = RequestParameters()
        let envelope = try? Envelope.decode(call, parameters: &parameters)
        return (envelope?.params?.count ?? 0) + (parameters.name?.raw.count ?? 0)
      },
      Operation("fields") {
        var read = HTTPFields()
        for field in fields { read.add(name: field.name, value: field.value) }
        return read.name?.count ?? 0
      },
    ]
  }
}
