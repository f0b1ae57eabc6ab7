import Template

extension TemplateOptions {
  /// How steps read templates.
  static var steps: TemplateOptions { TemplateOptions() }
}
