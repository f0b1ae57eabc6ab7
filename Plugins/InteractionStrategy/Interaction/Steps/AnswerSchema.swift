import JSONSchema
import MetisKit

/// The schema that the content of a form is held against: compiled when the configuration is loaded,
/// unless templates make it anew for each call.
enum AnswerSchema: Sendable {
  /// The same for every call.
  case compiled(Schema)
  /// Made for each call.
  case made

  /// The schema of `template`, which stands at `path`.
  init(_ template: ValueTemplate, at path: [String]) throws(ConfigError) {
    guard let schema = template.constant else {
      self = .made
      return
    }
    do throws(SchemaError) {
      self = .compiled(try Schema(compiling: schema))
    } catch {
      throw ConfigError(path + error.pointer.tokens, error.message)
    }
  }

  /// Why `content` is no answer to a form with the schema `requested`; nil where it is one.
  func problem(with content: JSONValue, _ requested: JSONValue) -> String? {
    let schema: Schema
    switch self {
    case .compiled(let compiled): schema = compiled
    case .made:
      do throws(SchemaError) {
        schema = try Schema(compiling: requested)
      } catch {
        return "its schema cannot be used: \(error)"
      }
    }
    let result = schema.validate(content, mostFailures: 3)
    return result.isValid ? nil : "\(result)"
  }
}
