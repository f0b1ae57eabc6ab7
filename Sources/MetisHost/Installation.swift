import Glibc
public import MetisConfig

/// Where the process was installed, and what it finds there where the command line says nothing.
public enum Installation {
  /// The folder of the executable, links resolved.
  public static var executableFolder: String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0, count < buffer.count else { return nil }
    let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path.lastIndex(of: "/").map { String(path[..<$0]) }
  }

  /// Fills in what the command line leaves out: the configuration of this folder, else the
  /// quickstart; and what counts where that says nothing: manifests, libraries. Throws where this folder holds several configurations.
  public static func complete(_ options: inout HostOptions) throws(ConfigErrors) {
    options.installedPlugins = plugins
    if options.configurations.isEmpty, let found = try configuration(in: ".") ?? quickstart {
      options.configurations = [found]
    }
    options.installedLibraries = libraryFolders
  }

  /// The configuration of a folder; nil where there is none. Several are an error that names them.
  public static func configuration(in folder: String) throws(ConfigErrors) -> String? {
    let found = try ConfigInputs.find(in: folder)
    // Messages name files as people do.
    return found.map { $0.hasPrefix("./") ? String($0.dropFirst(2)) : $0 }
  }

  /// Folders in which libraries are searched: beside the executable, and as installed.
  static var libraryFolders: [String] {
    guard let folder = executableFolder else { return [] }
    return [folder, folder + "/../lib/metis"]
  }

  /// The directory of manifests: here, in the source tree of a build, or as installed.
  static var plugins: String? { first(["plugins.d"] + near(["plugins.d", "etc/metis/plugins.d"])) }

  /// The example that a build and an installation bring along.
  static var quickstart: String? {
    first(near(["Examples/quickstart/metis.toml", "share/metis/quickstart/metis.toml"]))
  }

  /// Beside the executable and up to four folders above it: a build stands below its source tree.
  private static func near(_ names: [String]) -> [String] {
    guard var folder = executableFolder else { return [] }
    var candidates: [String] = []
    for _ in 0..<5 {
      candidates += names.map { folder + "/" + $0 }
      guard let slash = folder.lastIndex(of: "/") else { break }
      folder = String(folder[..<slash])
    }
    return candidates
  }

  private static func first(_ candidates: [String]) -> String? {
    candidates.first { access($0, R_OK) == 0 }
  }
}
