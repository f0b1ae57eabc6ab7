import Glibc

/// The file that holds the admin token: one line, for its owner alone.
public struct AdminTokenFile: Sendable {
  /// Where it is.
  public let path: String

  /// The file at `path`.
  public init(path: String) { self.path = path }

  /// The file in its default place: `$XDG_STATE_HOME/metis/admin-token`, else
  /// `~/.local/state/metis/admin-token` (XDG Base Directory Specification). Nil where the environment
  /// names neither. `variable` gives a variable of the environment.
  public init?(variable: (String) -> String?) {
    // The specification says that relative paths are to be ignored.
    if let state = variable("XDG_STATE_HOME"), state.hasPrefix("/") {
      path = state + "/metis/admin-token"
    } else if let home = variable("HOME"), home.hasPrefix("/") {
      path = home + "/.local/state/metis/admin-token"
    } else {
      return nil
    }
  }

  /// The token in the file. Refuses a file that others can read or that belongs to another user.
  public func read() throws(AdminTokenError) -> AdminToken {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure("cannot be read") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("cannot be read") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw AdminTokenError("the admin token \(path) is not a regular file")
    }
    guard status.st_uid == geteuid() || status.st_uid == 0 else {
      throw AdminTokenError(
        "the admin token \(path) belongs to user \(status.st_uid), expected \(geteuid()); "
          + "remove it or name another by --admin-token-file")
    }
    guard status.st_mode & 0o077 == 0 else {
      let mode = String(status.st_mode & 0o777, radix: 8)
      throw AdminTokenError(
        "the admin token \(path) is open to others (mode \(mode)), expected 600; "
          + "run: chmod 600 \(path), and make a new token if others may have read it")
    }
    var buffer = [UInt8](repeating: 0, count: 1024)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    guard count >= 0 else { throw failure("cannot be read") }
    let text = String(decoding: buffer.prefix(count), as: UTF8.self)
    let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    do {
      return try AdminToken(line)
    } catch {
      throw AdminTokenError("\(error.message) (in \(path))")
    }
  }

  /// The token in the file; where there is no file, makes one with a new token, mode 0600. Folders
  /// are made with mode 0700. Of two hosts that start at once both get the same token.
  public func readOrCreate() throws(AdminTokenError) -> AdminToken {
    if access(path, F_OK) != 0, errno == ENOENT { try create() }
    return try read()
  }

  private func create() throws(AdminTokenError) {
    let token = try AdminToken.generate()
    try makeFolders()
    let draft = "\(path).\(getpid())"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw failure("cannot be made") }
    defer { unlink(draft) }
    let line = Array((token.authorization.dropFirst("Bearer ".count) + "\n").utf8)
    let written = write(descriptor, line, line.count)
    let synced = fsync(descriptor)
    close(descriptor)
    guard written == line.count, synced == 0 else { throw failure("cannot be written") }
    // A link, not a rename: whoever is first wins, and no half-written file is ever seen.
    guard link(draft, path) == 0 || errno == EEXIST else { throw failure("cannot be made") }
  }

  private func makeFolders() throws(AdminTokenError) {
    var end = path.startIndex
    while let slash = path[end...].dropFirst().firstIndex(of: "/") {
      let folder = String(path[..<slash])
      guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
        throw failure("has no folder: \(folder)")
      }
      end = slash
    }
  }

  private func failure(_ what: String) -> AdminTokenError {
    AdminTokenError("the admin token \(path) \(what): \(String(cString: strerror(errno)))")
  }
}
