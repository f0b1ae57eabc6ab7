import JSON
import JSONSchema

/// The JSON Schema that a plugin gives for one kind of its sections, compiled once; parts of it are
/// compiled when a message needs them. Control thread only.
final class SectionSchema {
  /// The schema as the plugin gave it.
  let source: JSONValue
  /// Where its annotations can stand in a section.
  let annotated: AnnotatedNames
  private let whole: Schema
  private var parts: [JSONPointer: Schema?] = [:]

  /// The name under which parts refer to the whole.
  private static let address = "metis:/section"

  /// What a section may have wrong before counting stops.
  private static let mostFailures = 200

  /// Compiles the text of a schema.
  init(_ text: [UInt8]) throws(SectionSchemaError) {
    do throws(JSONError) {
      source = try JSONValue(jsonBytes: text)
    } catch {
      throw SectionSchemaError(message: "it is no JSON: \(error)")
    }
    do throws(SchemaError) {
      whole = try Schema(compiling: source, options: Self.options())
    } catch {
      throw SectionSchemaError(message: error.description)
    }
    annotated = AnnotatedNames(of: source)
  }

  private static func options() -> SchemaOptions {
    var options = SchemaOptions()
    options.baseURI = address
    options.limits.failures = mostFailures
    return options
  }

  /// Whether the schema accepts `text`, a section as JSON.
  func accepts(_ text: [UInt8]) -> Bool { text.withUnsafeBytes { whole.accepts($0) } }

  /// All that is wrong with `value`.
  func validate(_ value: JSONValue) -> Validation { whole.validate(value) }

  /// What the subschema at `pointer` says of `value`; nil where it cannot stand by itself. The
  /// keyword paths of its failures begin with `$ref`.
  func validate(_ value: JSONValue, at pointer: JSONPointer) -> Validation? {
    part(pointer)?.validate(value)
  }

  /// Whether the subschema at `pointer` accepts `value`.
  func accepts(_ value: JSONValue, at pointer: JSONPointer) -> Bool {
    part(pointer)?.validate(value, mostFailures: 1).isValid ?? false
  }

  private func part(_ pointer: JSONPointer) -> Schema? {
    if let known = parts[pointer] { return known }
    var options = Self.options()
    options.resources = [Self.address: source]
    options.baseURI = "metis:/part"
    let reference = "\(Self.address)#\(Self.fragment(pointer))"
    let made = try? Schema(compiling: ["$ref": .string(reference)], options: options)
    parts[pointer] = .some(made)
    return made
  }

  /// A JSON Pointer as the fragment of a URI (RFC 6901, section 6).
  private static func fragment(_ pointer: JSONPointer) -> String {
    pointer.description.split(separator: "/", omittingEmptySubsequences: false)
      .map { PercentEncoding.encode(String($0)) }.joined(separator: "/")
  }
}

/// Why what a plugin gives is no schema.
struct SectionSchemaError: Error {
  let message: String
}
