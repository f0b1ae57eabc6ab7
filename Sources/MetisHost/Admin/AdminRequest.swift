/// A request to the admin endpoint, as a transport understood it.
struct AdminRequest: Sendable {
  /// The method of HTTP, in upper case.
  var verb: String

  /// The path as it was sent, percent-encoded, without the query.
  var path: String

  /// What follows `?`, without it; empty where there is none.
  var query = ""

  /// The Host field; nil where there is none.
  var host: String?

  /// The Authorization field; nil where there is none.
  var authorization: String?

  /// The Content-Type field; nil where there is none.
  var contentType: String?

  /// The Last-Event-ID field (WHATWG HTML, section 9.2.4); nil where there is none.
  var lastEventID: String?

  /// The body, whole.
  var body: [UInt8] = []
}

/// An answer of the admin endpoint.
struct AdminResponse: Sendable {
  /// The HTTP status.
  var status: Int

  /// The Content-Type field.
  var contentType: String

  /// The body, whole.
  var body: [UInt8]

  /// Further fields, names in lower case.
  var fields: [(name: String, value: String)] = []
}
