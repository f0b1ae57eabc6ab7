import CLinux
import Glibc
import MetisConfig
import MetisHost

// The process: options, signals, the exit code. Everything else is `Host`.

/// One line to standard error: standard output may carry the protocol.
func complain(_ text: String) {
  var line = text + "\n"
  line.withUTF8 { bytes in _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
}

var options: HostOptions
var validates = false
var asJSON = false
switch HostCommandLine.parse(
  Array(CommandLine.arguments.dropFirst()),
  variable: { getenv($0).map { String(cString: $0) } })
{
case .run(let parsed): options = parsed
case .validate(let parsed, let json):
  options = parsed
  validates = true
  asJSON = json
case .print(let text):
  print(text, terminator: text.hasSuffix("\n") ? "" : "\n")
  exit(0)
case .failure(let message):
  complain(message)
  exit(2)
}
do {
  try Installation.complete(&options)
} catch {
  complain(
    ConfigDiagnostic.render(
      error.errors, source: ValidationReport.source, style: .of(descriptor: STDERR_FILENO)))
  exit(2)
}
if validates { exit(Validation.run(options, asJSON: asJSON)) }

// Signals are taken by this thread alone, in order: block them before any other thread starts.
signal(SIGPIPE, SIG_IGN)
var signals = sigset_t()
sigemptyset(&signals)
for number in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, number) }
pthread_sigmask(SIG_BLOCK, &signals, nil)

let host: Host
do {
  host = try Host.start(options)
} catch {
  complain(
    error.diagnostics.isEmpty
      ? "metis-host: \(error.description)"
      : ValidationReport(error).text(.of(descriptor: STDERR_FILENO)))
  exit(error.exitCode)
}
host.whenFinished { exit($0) }

while true {
  var number: Int32 = 0
  guard sigwait(&signals, &number) == 0 else { continue }
  switch number {
  case SIGHUP: host.reload()
  default: host.stop()
  }
}
