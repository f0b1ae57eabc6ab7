import Glibc

/// inotify(7) with folders by their paths. One thread at a time.
struct Inotify: ~Copyable {
  /// What happened in a folder.
  struct Event {
    let folder: String
    /// Empty where it is about the folder itself.
    let name: String
    /// IN_…
    let mask: UInt32

    /// Whether the folder itself has gone or moved.
    var isAboutFolder: Bool { mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED) != 0 }

    /// Whether a name came or went.
    var isComingOrGoing: Bool {
      mask & UInt32(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE) != 0
    }
  }

  /// For poll(2).
  let descriptor: Int32
  private var numbers: [String: Int32] = [:]
  private var folders: [Int32: String] = [:]

  private static let mask = UInt32(
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF
      | IN_MOVE_SELF | IN_ATTRIB | IN_ONLYDIR)

  /// Nil, with the reason in `errno`, at the limit of instances of this user.
  init?() {
    let opened = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    guard opened >= 0 else { return nil }
    descriptor = opened
  }

  deinit { close(descriptor) }

  /// How many folders are watched.
  var count: Int { numbers.count }

  /// Watches exactly `wanted`. Returns those that are new; nil, with the reason in `errno`, where
  /// the limit of watches of this user is reached. Folders that are gone by now are left out.
  mutating func watch(_ wanted: Set<String>) -> Set<String>? {
    for (folder, number) in numbers where !wanted.contains(folder) {
      inotify_rm_watch(descriptor, number)
      forget(number)
    }
    var added: Set<String> = []
    for folder in wanted {
      // Asked again even where it is watched: another folder may stand there by now.
      let number = inotify_add_watch(descriptor, folder, Self.mask)
      guard number >= 0 else {
        if errno == ENOSPC || errno == ENOMEM { return nil }
        continue
      }
      guard numbers[folder] != number else { continue }
      if let old = numbers[folder] {
        inotify_rm_watch(descriptor, old)
        forget(old)
      }
      numbers[folder] = number
      folders[number] = folder
      added.insert(folder)
    }
    return added
  }

  /// The events that wait; nil in their place where some were lost.
  mutating func read() -> [Event]? {
    var events: [Event] = []
    var isComplete = true
    withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 8) { buffer in
      while true {
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        var position = 0
        // struct inotify_event: wd, mask, cookie, len, then the name, filled up with zeros.
        while position + 16 <= count {
          let number = buffer.load(fromByteOffset: position, as: Int32.self)
          let mask = buffer.load(fromByteOffset: position + 4, as: UInt32.self)
          let length = Int(buffer.load(fromByteOffset: position + 12, as: UInt32.self))
          let bytes = UnsafeRawBufferPointer(buffer)[(position + 16)..<(position + 16 + length)]
          position += 16 + length
          if mask & UInt32(IN_Q_OVERFLOW) != 0 { isComplete = false }
          guard let folder = folders[number] else { continue }
          if mask & UInt32(IN_IGNORED) != 0 { forget(number) }
          events.append(
            Event(
              folder: folder, name: String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self),
              mask: mask))
          if mask & UInt32(IN_MOVE_SELF) != 0 {
            // It would be followed to its new place.
            inotify_rm_watch(descriptor, number)
            forget(number)
          }
        }
      }
    }
    return isComplete ? events : nil
  }

  private mutating func forget(_ number: Int32) {
    guard let folder = folders.removeValue(forKey: number) else { return }
    if numbers[folder] == number { numbers[folder] = nil }
  }
}
