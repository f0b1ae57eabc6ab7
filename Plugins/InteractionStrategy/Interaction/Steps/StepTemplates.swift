import Patterns
import Template

extension TemplateOptions {
  /// How steps read templates: an undefined name is an error, `is matching` takes ECMA-262 patterns.
  static var steps: TemplateOptions {
    TemplateOptions(patterns: { source throws(TemplateError) in
      let pattern: Pattern
      do throws(PatternError) {
        pattern = try Pattern(compiling: source)
      } catch {
        throw TemplateError("the pattern \"\(source)\": \(error)")
      }
      return { text throws(TemplateError) in
        do throws(PatternError) {
          return try pattern.matches(text)
        } catch {
          throw TemplateError("the pattern \"\(source)\": \(error)")
        }
      }
    })
  }
}
