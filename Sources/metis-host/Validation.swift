import Glibc
import JSON
import MetisConfig
import MetisHost

/// `--validate`: everything is checked, nothing is started.
enum Validation {
  /// Checks; returns the exit code: 0 or 2.
  static func run(_ options: HostOptions, asJSON: Bool) -> Int32 {
    let report = ValidationReport(Host.validate(options))
    if asJSON {
      print(String(decoding: report.json.jsonBytes(pretty: true), as: UTF8.self))
    } else {
      let text = report.text(.of(descriptor: STDERR_FILENO))
      if !text.isEmpty { complain(text) }
      if report.isValid { print("valid: \(report.summary)") }
    }
    return report.isValid ? 0 : 2
  }
}
