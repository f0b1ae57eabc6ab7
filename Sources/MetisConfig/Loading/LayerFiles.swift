/// The files that are laid over each other, with their overlays.
struct LayerFiles {
  /// A file.
  struct File {
    /// What messages call it: as it was given.
    let name: String
    /// Its absolute path.
    let path: String
  }

  /// The files in rising order.
  private(set) var files: [File] = []

  /// Where an overlay may appear, absolute; with those that are there.
  private(set) var overlays: [String] = []

  /// The files of `inputs`, each with its overlay after it. What is wrong goes to `report`.
  init(_ inputs: ConfigInputs, in storage: ConfigStorage, report: ConfigReport) {
    let given = inputs.files.map { File(name: $0, path: FilePath.absolute($0)) }
    guard let environment = inputs.environment, !environment.isEmpty, let first = given.first else {
      files = given
      return
    }
    if let fault = ConfigInputs.fault(ofEnvironment: environment) {
      files = given
      report.error(fault, at: ConfigPlace(file: first.name), path: "")
      return
    }
    var seen = Set(given.map { FileKey($0.path) })
    var foundAny = false
    for file in given {
      files.append(file)
      let names = ConfigInputs.overlays(of: file.name, environment: environment)
      let candidates = names.map { File(name: $0, path: FilePath.absolute($0)) }
      overlays += candidates.map(\.path)
      let found = candidates.filter { storage.exists($0.path) }
      foundAny = foundAny || !found.isEmpty
      if found.count > 1 {
        report.error(
          "found \(found.count) overlays of METIS_ENV=\(environment): "
            + found.map { FilePath.name(of: $0.name) }.joined(separator: ", "),
          at: ConfigPlace(file: found[0].name), path: "", hint: "keep one of them")
      } else if let overlay = found.first, seen.insert(FileKey(overlay.path)).inserted {
        // One that was named as a file already stands where that says.
        files.append(overlay)
      }
    }
    if !foundAny {
      let looked = ConfigInputs.overlays(of: first.name, environment: environment)
      report.warning(
        "METIS_ENV is \"\(environment)\", and no file has an overlay for it",
        at: ConfigPlace(file: first.name), path: "",
        hint: "looked for \(looked[0])\(given.count > 1 ? " and beside the other files" : ""), "
          + "also as .yaml, .yml and .json")
    }
  }
}
