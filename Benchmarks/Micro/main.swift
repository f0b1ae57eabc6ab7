import Glibc

// metis-micro list            the operations, a name a line
// metis-micro NAME N          runs the operation N times, for a counter of instructions
// metis-micro NAME N --time   prints the nanoseconds that one takes

let operations = MessageOperations.all + HostOperations.all + SchemaOperations.all
let arguments = Array(CommandLine.arguments.dropFirst())

func refuse(_ message: String) -> Never {
  var line = "metis-micro: \(message)\n"
  line.withUTF8 { bytes in _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
  exit(2)
}

if arguments.isEmpty || arguments == ["list"] {
  for operation in operations { print(operation.name) }
  exit(0)
}
guard let operation = operations.first(where: { $0.name == arguments[0] }) else {
  refuse("found no operation \"\(arguments[0])\"; `metis-micro list` names them")
}
guard arguments.count >= 2, let count = Int(arguments[1]), count > 0 else {
  refuse("expected a count above 0 after \(operation.name)")
}
do {
  if arguments.count == 3, arguments[2] == "--time" {
    let tenths = Int((try operation.time(count) * 10).rounded())
    print("\(tenths / 10).\(tenths % 10)")
  } else if arguments.count == 2 {
    try operation.prepare()(count)
  } else {
    refuse("found \(arguments[2...].joined(separator: " ")), expected --time or nothing")
  }
} catch {
  refuse("\(operation.name): \(error)")
}
// Threads of the host are not waited for.
exit(0)
