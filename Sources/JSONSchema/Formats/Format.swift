import Patterns

/// The formats of JSON Schema (validation, section 7.3). Each is checked against the grammar of its
/// RFC; nothing is looked up.
enum Format: UInt8, CaseIterable {
  case dateTime, date, time, duration, email, idnEmail, hostname, idnHostname, ipv4, ipv6, uri
  case uriReference, iri, iriReference, uriTemplate, uuid, jsonPointer, relativeJSONPointer, regex

  /// The format with the name that schemas use; nil for one that is not known and says nothing.
  init?(name: String) {
    guard let format = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = format
  }

  /// The name that schemas use.
  var name: String {
    switch self {
    case .dateTime: "date-time"
    case .date: "date"
    case .time: "time"
    case .duration: "duration"
    case .email: "email"
    case .idnEmail: "idn-email"
    case .hostname: "hostname"
    case .idnHostname: "idn-hostname"
    case .ipv4: "ipv4"
    case .ipv6: "ipv6"
    case .uri: "uri"
    case .uriReference: "uri-reference"
    case .iri: "iri"
    case .iriReference: "iri-reference"
    case .uriTemplate: "uri-template"
    case .uuid: "uuid"
    case .jsonPointer: "json-pointer"
    case .relativeJSONPointer: "relative-json-pointer"
    case .regex: "regex"
    }
  }

  /// The format in words, with an example, for messages.
  var words: String {
    switch self {
    case .dateTime: "a date-time of RFC 3339 such as 2026-07-28T12:00:00Z"
    case .date: "a date of RFC 3339 such as 2026-07-28"
    case .time: "a time of RFC 3339 with its offset such as 12:00:00Z"
    case .duration: "a duration of RFC 3339 such as P1DT12H"
    case .email: "an email address"
    case .idnEmail: "an email address"
    case .hostname: "a host name"
    case .idnHostname: "an internationalized host name"
    case .ipv4: "an IPv4 address such as 192.0.2.1"
    case .ipv6: "an IPv6 address such as 2001:db8::1"
    case .uri: "a URI with its scheme (RFC 3986)"
    case .uriReference: "a URI reference (RFC 3986)"
    case .iri: "an IRI with its scheme (RFC 3987)"
    case .iriReference: "an IRI reference (RFC 3987)"
    case .uriTemplate: "a URI template (RFC 6570)"
    case .uuid: "a UUID such as 2eb8aa08-aa98-11ea-b4aa-73b441d16380"
    case .jsonPointer: "a JSON Pointer (RFC 6901) such as /a/0"
    case .relativeJSONPointer: "a relative JSON Pointer such as 1/a"
    case .regex: "a regular expression of ECMA-262"
    }
  }

  /// Whether `text` has the format.
  func accepts(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { accepts(UnsafeRawBufferPointer($0)) }
  }

  /// Whether `text`, valid UTF-8, has the format. No allocation but for the internationalized
  /// formats, host names with `xn--`, and `regex`.
  func accepts(_ text: UnsafeRawBufferPointer) -> Bool {
    var text = TextScanner(text)
    switch self {
    case .dateTime: return text.dateTime() && text.isAtEnd
    case .date: return text.date() && text.isAtEnd
    case .time: return text.time() && text.isAtEnd
    case .duration: return text.duration() && text.isAtEnd
    case .email: return text.email(international: false)
    case .idnEmail: return text.email(international: true)
    case .hostname: return Hostname.accepts(text.rest)
    case .idnHostname: return Hostname.acceptsInternational(text.rest)
    case .ipv4: return text.ipv4() && text.isAtEnd
    case .ipv6: return text.ipv6() && text.isAtEnd
    case .uri: return text.uri(needsScheme: true, international: false)
    case .uriReference: return text.uri(needsScheme: false, international: false)
    case .iri: return text.uri(needsScheme: true, international: true)
    case .iriReference: return text.uri(needsScheme: false, international: true)
    case .uriTemplate: return text.uriTemplate()
    case .uuid: return text.uuid() && text.isAtEnd
    case .jsonPointer: return text.jsonPointer()
    case .relativeJSONPointer: return text.relativeJSONPointer()
    case .regex:
      return Pattern.syntaxError(inECMA262: String(decoding: text.rest, as: UTF8.self)) == nil
    }
  }
}
