import MCP
import MetisPluginAPI

/// GET of a session of HTTP: the stream for messages outside a call, or one that is resumed.
///
/// Source: "Resumability and Redelivery", Streamable HTTP of 2025-03-26 to 2025-11-25. An event id
/// is `<stream>-<number>` and belongs to its session.
extension Loop {
  /// Opens a stream of a session. `lastEvent` names the last event that the client has seen: what
  /// follows it on that stream comes again, and then goes on.
  func openStream(_ exchange: UInt64, _ session: Session, _ lastEvent: UnsafeRawBufferPointer?) {
    let reader = StreamReader(loop: self, exchange: exchange)
    var stream = session.streams.standalone(settings.window)
    var old: StreamReader?
    if let lastEvent, session.canResume, settings.window.isOpen {
      guard let found = session.streams.find(lastEvent),
        found.stream.attach(reader, after: found.event, old: &old)
      else {
        // Not 404: that tells a client to open another session.
        return refuse(
          exchange,
          .http(
            400,
            "Last-Event-ID is unknown or too old: \(lastEvent.text.prefix(64)); open the stream "
              + "without it, or send the request again"))
      }
      stream = found.stream
    } else {
      _ = stream.attach(reader, after: nil, old: &old)
    }
    if let old { old.loop.post(.finish(exchange: old.exchange)) }
    guard beginEvents(exchange) == METIS_OK else {
      for flow in stream.detach(exchange, of: self) { flow.resume()?() }
      return
    }
    streams[exchange] = stream
    open[exchange] = .reader(session)
    // The head alone may wait in a proxy: something behind it makes the stream visible.
    if lastEvent == nil, !prime(stream, session) { comment("open", stream, exchange) }
    pump(stream, exchange)
    // Who waited for the reader before waits for this one now, where it is behind as well.
    for flow in stream.takeWaiters() { flow.resume()?() }
    if stream.number == 0 { attach(session.subscriber, stream, exchange) }
    // Another loop may have ended the session since it was found: nobody else would end this.
    if !core.sessions.isLive(session) { finishStream(exchange) }
  }
}
