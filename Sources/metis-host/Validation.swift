import JSON
import MetisConfig
import MetisHost

/// `--validate`: everything is checked, nothing is started.
enum Validation {
  /// Checks; returns the exit code: 0 or 2.
  static func run(_ options: HostOptions, asJSON: Bool) -> Int32 {
    do throws(ConfigErrors) {
      let configuration = try Configuration.load(options.configurations)
      for warning in configuration.warnings { complain(warning.description) }
      print("valid")
      return 0
    } catch {
      complain(error.description)
      return 2
    }
  }
}
