extension TableDeclaration {
  /// `[server.transport]`
  public static let transport = TableDeclaration(
    "server.transport",
    """
    What carries messages. Each path is another. The table of a transport, \
    [server.transport.<name>], belongs to its plugin.
    """,
    others: .each(.section),
    [
      KeyDeclaration(
        "type", .text, fallback: #""http""#, effect: .restart,
        """
        "http" or "stdio"; "websocket" and "sse" are "http" with that path advertised; or the name \
        of a plugin's transport that has a table here
        """),
      KeyDeclaration(
        "http_port", .integer(0...65535), fallback: "server.port", effect: .restart,
        "the port of HTTP"),
      KeyDeclaration(
        "path", .text, fallback: #""/mcp""#, effect: .restart, "the path of Streamable HTTP"),
      KeyDeclaration(
        "websocket_path", .anyText, fallback: #""/ws""#, effect: .restart,
        #"the path of WebSocket; "" turns it off"#),
      KeyDeclaration(
        "sse_path", .anyText, fallback: #""/sse""#, effect: .restart,
        #"the path of the stream of HTTP+SSE (2024-11-05); "" turns it off"#),
      KeyDeclaration(
        "message_path", .text, fallback: #""/messages""#, effect: .restart,
        "the path to which clients of HTTP+SSE post"),
      KeyDeclaration("http", .section, effect: .restart, "settings of the HTTP transport"),
      KeyDeclaration(
        "stdio", .section, effect: .restart, "settings of the transport over stdin and stdout"),
    ])

  /// `[server.tls]`
  public static let tls = TableDeclaration(
    "server.tls", "TLS of the HTTP transport.",
    [
      KeyDeclaration(
        "enabled", .boolean, fallback: "true", effect: .restart, "whether this table counts"),
      KeyDeclaration(
        "cert_file", .path, fallback: "needed", example: #""tls/cert.pem""#, effect: .restart,
        "the certificate chain, PEM, the server's own first"),
      KeyDeclaration(
        "key_file", .path, fallback: "needed", example: #""tls/key.pem""#, effect: .restart,
        "the private key, PEM"),
      KeyDeclaration(
        "min_version", .choice(["1.2", "1.3"]), fallback: #""1.2""#, effect: .restart,
        "the oldest version of TLS that is accepted"),
      KeyDeclaration(
        "client_ca_file", .path, effect: .later,
        "the authorities whose certificates clients have to show, PEM"),
    ])
}
