import Glibc

extension Plugin {
  /// Fills the host's table for a plugin with one authenticator. Used as the entry of a strategy is.
  public static func enter<A: Authenticator>(
    _ authenticator: A.Type, _ host: UInt32, _ out: UnsafeMutablePointer<metis_plugin_v1>?
  ) -> Int32 {
    enter(AuthPlugin<A>(), host, out)
  }
}

/// A plugin with one authenticator, without its type.
class AuthPluginBox: PluginBox {
  private lazy var authTable = PluginBox.leak(
    metis_auth_v1(
      size: UInt32(MemoryLayout<metis_auth_v1>.size),
      flags: 0,
      create: { plugin, config, error, out in
        guard let plugin, let out else { return METIS_INVALID }
        return Unmanaged<AuthPluginBox>.fromOpaque(plugin)._withUnsafeGuaranteedRef {
          $0.create(config, error, out)
        }
      },
      destroy: { instance in
        guard let instance else { return }
        Unmanaged<AuthInstance>.fromOpaque(instance).release()
      },
      authenticate: { instance, message, verdict in
        guard let instance, let message, let verdict else { return METIS_INVALID }
        return Unmanaged<AuthInstance>.fromOpaque(instance)._withUnsafeGuaranteedRef {
          VerdictStorage.ofThread.fill(verdict, $0.decide(Message(message)))
        }
      }))

  private lazy var configTable = PluginBox.leak(
    metis_config_v1(
      size: UInt32(MemoryLayout<metis_config_v1>.size),
      flags: 0,
      schema: { plugin, section in
        guard let plugin else { return metis_slice_v1() }
        return Unmanaged<AuthPluginBox>.fromOpaque(plugin)._withUnsafeGuaranteedRef {
          $0.schema(of: section).map(metis_slice_v1.init) ?? metis_slice_v1()
        }
      },
      check: nil))

  override func table(_ id: metis_slice_v1) -> UnsafeRawPointer? {
    if id.equals("metis.auth/1") { return authTable }
    if id.equals("metis.config/1") { return configTable }
    return nil
  }

  var schema: StaticString? { nil }

  var manifestSchema: StaticString? { nil }

  private func schema(of section: UInt32) -> StaticString? {
    switch section {
    case METIS_SECTION_AUTH: schema
    case METIS_SECTION_PLUGIN: manifestSchema
    default: nil
    }
  }

  /// The instance for a section.
  func make(_ section: JSONValue, _ host: Host) throws -> AuthInstance {
    throw ConfigError("this plugin authenticates nobody")
  }

  private func create(
    _ config: metis_slice_v1, _ error: UnsafeMutablePointer<metis_error_v1>?,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  ) -> Int32 {
    guard let host else { return METIS_INVALID }
    do {
      let section: JSONValue = config.count == 0 ? [:] : try JSONValue(parsing: config.buffer)
      out.pointee = Unmanaged.passRetained(try make(section, host)).toOpaque()
      return METIS_OK
    } catch let failure {
      error?.fill(METIS_INVALID, String(describing: failure))
      return METIS_INVALID
    }
  }
}

/// A plugin with the authenticator `A`.
final class AuthPlugin<A: Authenticator>: AuthPluginBox {
  init() { super.init(A.descriptor) }

  override var schema: StaticString? { A.schema }

  override var manifestSchema: StaticString? { A.manifestSchema }

  override func make(_ section: JSONValue, _ host: Host) throws -> AuthInstance {
    AuthenticatorBox(try A(section: section, host: host))
  }
}

/// An instance behind a C `void *`.
class AuthInstance {
  func decide(_ message: borrowing Message) -> Verdict { .abstain }
}

/// The instance of an authenticator `A`.
final class AuthenticatorBox<A: Authenticator>: AuthInstance {
  let authenticator: A

  init(_ authenticator: A) { self.authenticator = authenticator }

  override func decide(_ message: borrowing Message) -> Verdict {
    authenticator.authenticate(message)
  }
}

/// The memory behind a verdict's slices, which live until the next verdict on the same thread.
final class VerdictStorage {
  private var text = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)
  private var table = UnsafeMutableBufferPointer<metis_field_v1>(start: nil, count: 0)

  deinit {
    text.deallocate()
    table.deallocate()
  }

  /// One key for the image; its destructor releases a thread's storage when the thread ends. The
  /// image stays mapped, so the destructor does too.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key) { storage in
      guard let storage else { return }
      Unmanaged<VerdictStorage>.fromOpaque(storage).release()
    }
    precondition(status == 0, "no thread-specific key is left in this process")
    return key
  }()

  /// The storage of the calling thread.
  static var ofThread: VerdictStorage {
    if let storage = pthread_getspecific(key) {
      return Unmanaged<VerdictStorage>.fromOpaque(storage).takeUnretainedValue()
    }
    let storage = VerdictStorage()
    let status = pthread_setspecific(key, Unmanaged.passRetained(storage).toOpaque())
    precondition(status == 0, "out of memory")
    return storage
  }

  /// Writes the verdict for the host.
  func fill(_ out: UnsafeMutablePointer<metis_verdict_v1>, _ verdict: Verdict) -> Int32 {
    switch verdict {
    case .allow(let principal):
      guard principal["id"] != nil else { return METIS_INVALID }
      keep([principal.encoded])
      out.pointee.outcome = METIS_AUTH_ALLOW
      out.pointee.principal = slice(0, text.count)
    case .deny(let status, let fields, let reason):
      let reason = Array(reason.utf8)
      keep([reason] + fields.flatMap { [Array($0.name.utf8), Array($0.value.utf8)] })
      table.deallocate()
      table = .allocate(capacity: fields.count)
      var start = reason.count
      for (index, field) in fields.enumerated() {
        let name = slice(start, field.name.utf8.count)
        let value = slice(start + name.count, field.value.utf8.count)
        table.initializeElement(at: index, to: metis_field_v1(name: name, value: value))
        start += name.count + value.count
      }
      out.pointee.outcome = METIS_AUTH_DENY
      out.pointee.status = status
      out.pointee.reason = slice(0, reason.count)
      out.pointee.fields = UnsafePointer(table.baseAddress)
      out.pointee.field_count = fields.count
    case .abstain: out.pointee.outcome = METIS_AUTH_ABSTAIN
    }
    return METIS_OK
  }

  /// Keeps texts one after the other.
  private func keep(_ parts: [[UInt8]]) {
    let joined = Array(parts.joined())
    text.deallocate()
    text = .allocate(capacity: joined.count)
    _ = text.initialize(from: joined)
  }

  private func slice(_ start: Int, _ count: Int) -> metis_slice_v1 {
    metis_slice_v1(bytes: text.baseAddress.map { UnsafePointer($0 + start) }, count: count)
  }
}
