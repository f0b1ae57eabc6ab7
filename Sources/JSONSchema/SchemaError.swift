public import JSON

/// Why a schema does not compile.
public struct SchemaError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The document, where it is not the schema itself: the URI it was handed in with.
  public let document: String?

  /// Where in the document.
  public let pointer: JSONPointer

  /// What was found and what was expected.
  public let message: String

  init(_ message: String, at pointer: JSONPointer, in document: String? = nil) {
    self.document = document
    self.pointer = pointer
    self.message = message
  }

  /// Document, place and message.
  public var description: String {
    let place = pointer.tokens.isEmpty ? "at its root" : "at \(pointer)"
    return "schema \(document.map { "\($0) " } ?? "")\(place): \(message)"
  }
}

/// One thing that is wrong with an instance.
public struct ValidationFailure: Sendable, Hashable, CustomStringConvertible {
  /// Where in the instance.
  public let instancePath: JSONPointer

  /// The way through the schema to the keyword that fails, `$ref` and its likes included.
  public let keywordPath: JSONPointer

  /// What was found and what was expected.
  public let message: String

  init(instancePath: JSONPointer, keywordPath: JSONPointer, message: String) {
    self.instancePath = instancePath
    self.keywordPath = keywordPath
    self.message = message
  }

  /// Place and message: `/age: found "old", expected an integer`.
  public var description: String {
    instancePath.tokens.isEmpty ? message : "\(instancePath): \(message)"
  }
}

/// What a validation says.
public struct Validation: Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, in the order of the schema. Empty for a valid instance.
  public var failures: [ValidationFailure]

  /// Whether there are more failures than the limits let through, or were asked for.
  public var isTruncated: Bool

  /// The bound that ended the validation before there was a verdict. Such an instance counts as
  /// invalid.
  public var limit: ValidationFailure?

  /// Whether the instance was found valid.
  public var isValid: Bool { failures.isEmpty && limit == nil }

  /// A validation that found nothing wrong.
  static let valid = Validation(failures: [], isTruncated: false, limit: nil)

  /// All failures, separated by `; `.
  public var description: String {
    guard !isValid else { return "valid" }
    var parts = failures.map(\.description)
    if let limit { parts.append(limit.description) }
    return parts.joined(separator: "; ") + (isTruncated ? "; and more" : "")
  }
}
