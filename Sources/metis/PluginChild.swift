import Glibc
import JSON
import MetisHost

/// Loads a library in a child process: this tool again, which writes one JSON text to a pipe.
enum PluginChild {
  /// The variable that tells the child's end of the pipe, and that it is the child.
  static let variable = "METIS_CHECK_CHILD"

  /// How long the library may take, in seconds.
  private static let timeLimit: Int32 = 20

  /// In the child: loads `file` and writes what is found, or why it was refused.
  static func inspect(_ file: String) -> ExitCode {
    guard let number = Files.variable(variable).flatMap({ Int32($0) }) else { return .usage }
    var report: JSONValue
    do {
      var inspection = try PluginInspection(path: file)
      try inspection.load()
      report = inspection.json
    } catch {
      report = ["refused": .string(error.message)]
    }
    var rest = report.jsonBytes()[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(number, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return .failure }
      rest = rest.dropFirst(count)
    }
    // Destructors and exit handlers of the library are not what is checked.
    fflush(nil)
    _exit(0)
  }

  /// In the parent: runs the child and reads what it wrote.
  static func run(_ file: String) throws(ToolError) -> JSONValue {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw ToolError(.failure, "no pipe: \(reason())") }
    let (reading, writing) = (ends[0], ends[1])
    defer { close(reading) }
    _ = fcntl(reading, F_SETFD, FD_CLOEXEC)
    let process: pid_t
    do throws(ToolError) {
      process = try spawn(file, output: writing)
    } catch {
      close(writing)
      throw error
    }
    close(writing)
    let (bytes, isLate) = read(reading)
    if isLate { kill(process, SIGKILL) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    if isLate {
      throw ToolError(
        .failure,
        "\(file): the library did not come to an end within \(timeLimit) seconds (entry, init, "
          + "query or deinit)")
    }
    let signal = status & 0x7f
    guard signal == 0 else {
      throw ToolError(
        .failure,
        "\(file): the library crashed while it was loaded: \(String(cString: strsignal(signal)))")
    }
    guard let report = try? JSONValue(jsonBytes: bytes) else {
      throw ToolError(
        .failure, "\(file): the library ended the process (status \(status >> 8 & 0xff))")
    }
    if let refused = report["refused"]?.string {
      throw ToolError(.failure, Terminal.safe("\(file): \(refused)"))
    }
    return report
  }

  private static func spawn(_ file: String, output: Int32) throws(ToolError) -> pid_t {
    let arguments = ["metis", "plugin", "check", "--", file]
    var environment = ["\(variable)=\(output)"]
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if !text.hasPrefix("\(variable)=") { environment.append(text) }
      next += 1
    }
    var argumentPointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var environmentPointers: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer {
      for pointer in argumentPointers + environmentPointers { free(pointer) }
    }
    var process: pid_t = 0
    let code = posix_spawn(
      &process, "/proc/self/exe", nil, nil, &argumentPointers, &environmentPointers)
    guard code == 0 else {
      throw ToolError(.failure, "no process to load it in: \(String(cString: strerror(code)))")
    }
    return process
  }

  /// All that comes until the end, or what came until the time was up.
  private static func read(_ descriptor: Int32) -> (bytes: [UInt8], isLate: Bool) {
    var bytes: [UInt8] = []
    let end = time(nil) + Int(timeLimit)
    while true {
      let left = max(0, end - time(nil))
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, Int32(left) * 1000)
      if ready == 0 { return (bytes, true) }
      if ready < 0, errno != EINTR { return (bytes, false) }
      guard ready > 0 else { continue }
      let count = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        if count > 0 { bytes.append(contentsOf: buffer.prefix(count)) }
        return count
      }
      if count <= 0 || bytes.count > 1 << 20 { return (bytes, false) }
    }
  }

  private static func reason() -> String { String(cString: strerror(errno)) }
}
