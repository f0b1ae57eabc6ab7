import JSON

/// Why an admin request was refused: problem details (RFC 9457).
struct Problem: Error, Sendable, Hashable {
  /// What kind of problem; stands in the type as `urn:metis:problem:<slug>`.
  enum Slug: String, Sendable, CaseIterable {
    case malformed
    case unauthorized
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case conflict
    case tooLarge = "too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case misdirected
    case invalid
    case unverified
    case failed
    case unavailable

    /// The status that goes with it.
    var status: Int {
      switch self {
      case .malformed: 400
      case .unauthorized: 401
      case .notFound: 404
      case .methodNotAllowed: 405
      case .conflict: 409
      case .tooLarge: 413
      case .unsupportedMediaType: 415
      case .misdirected: 421
      case .invalid: 422
      case .unverified: 409
      case .failed: 500
      case .unavailable: 503
      }
    }

    /// The same text for every problem of this kind (RFC 9457, section 3.1.3).
    var title: String {
      switch self {
      case .malformed: "The request is malformed"
      case .unauthorized: "The admin token is missing or wrong"
      case .notFound: "No such resource"
      case .methodNotAllowed: "The method is not allowed here"
      case .conflict: "The state of the plugin does not allow this"
      case .tooLarge: "The request is too large"
      case .unsupportedMediaType: "The body is not JSON"
      case .misdirected: "The request is not for this host"
      case .invalid: "The request cannot be carried out as it stands"
      case .unverified: "The journal does not hold what was expected"
      case .failed: "The operation failed"
      case .unavailable: "The host cannot do this now"
      }
    }
  }

  /// What kind of problem.
  var slug: Slug

  /// What was found, what was expected, what to do.
  var detail: String

  /// Further members (RFC 9457, section 3.2).
  var members: JSONObject = [:]

  init(_ slug: Slug, _ detail: String) {
    self.slug = slug
    self.detail = detail
  }

  /// The answer. `instance` is the path of the request.
  func response(
    instance: String, fields: [(name: String, value: String)] = []
  ) -> AdminResponse {
    var body: JSONObject = [
      "type": .string("urn:metis:problem:\(slug.rawValue)"),
      "title": .string(slug.title),
      "status": JSONValue(slug.status),
      "detail": .string(detail),
      "instance": .string(instance),
    ]
    for (name, value) in members { body[name] = value }
    return AdminResponse(
      status: slug.status, contentType: "application/problem+json",
      body: JSONValue.object(body).jsonBytes(),
      fields: fields + AdminResponse.commonFields)
  }
}

extension AdminResponse {
  /// Answers are about this moment, and never anything but what their type says.
  static let commonFields: [(name: String, value: String)] = [
    ("cache-control", "no-store"), ("x-content-type-options", "nosniff"),
  ]

  /// A JSON answer.
  init(json: JSONValue, status: Int = 200) {
    self.init(
      status: status, contentType: "application/json", body: json.jsonBytes(),
      fields: Self.commonFields)
  }
}
