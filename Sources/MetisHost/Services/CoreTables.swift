import JSON
import MetisPluginAPI

// metis.host.call/1, metis.host.notify/1 and metis.host.engine/1: what the host's core does.
extension ServiceTables {
  /// Longest name or URI of a target, in bytes.
  private static let longestTarget = 8 << 10

  static var callTable: metis_host_call_v1 {
    metis_host_call_v1(
      size: size(metis_host_call_v1.self), reserved: 0,
      call: { host, parent, kind, target, arguments, done, user in
        guard let host, let done else { return METIS_INVALID }
        return host.withContext { context in
          ServiceTables.call(context, parent, kind, target, arguments, done, user)
        } ?? METIS_LATE
      })
  }

  private static func call(
    _ context: PluginContext, _ parent: UInt64, _ kind: UInt32, _ target: metis_slice_v1,
    _ arguments: metis_slice_v1, _ done: @escaping metis_call_done_v1,
    _ user: UnsafeMutableRawPointer?
  ) -> Int32 {
    guard let hooks = context.services.hooks else { return METIS_UNSUPPORTED }
    guard isKind(kind), let target = target.checkedBytes, !target.isEmpty,
      target.count <= longestTarget, isUTF8(target), let arguments = arguments.checkedBytes
    else { return METIS_INVALID }
    if arguments.isEmpty {
      let none: StaticString = "{}"
      return hooks.call(
        from: context, parent: parent, kind: kind, target: target,
        arguments: UnsafeRawBufferPointer(start: none.utf8Start, count: none.utf8CodeUnitCount),
        done: done, user: user)
    }
    guard let object = try? JSONCursor.validate(arguments), object.kind == .object else {
      return METIS_INVALID
    }
    return hooks.call(
      from: context, parent: parent, kind: kind, target: target, arguments: object.bytes,
      done: done, user: user)
  }

  static var notifyTable: metis_host_notify_v1 {
    metis_host_notify_v1(
      size: size(metis_host_notify_v1.self), reserved: 0,
      list_changed: { host, kind in
        guard let host else { return METIS_INVALID }
        return host.withContext { context in
          guard let hooks = context.services.hooks else { return METIS_UNSUPPORTED }
          return ServiceTables.isKind(kind) ? hooks.listChanged(kind: kind) : METIS_INVALID
        } ?? METIS_LATE
      },
      resource_updated: { host, uri in
        guard let host else { return METIS_INVALID }
        return host.withContext { context in
          guard let hooks = context.services.hooks else { return METIS_UNSUPPORTED }
          guard let uri = uri.checkedText(limit: ServiceTables.longestTarget), !uri.isEmpty else {
            return METIS_INVALID
          }
          return hooks.resourceUpdated(uri: uri)
        } ?? METIS_LATE
      })
  }

  static var engineTable: metis_host_engine_v1 {
    metis_host_engine_v1(
      size: size(metis_host_engine_v1.self), reserved: 0,
      compile: { host, language, name, source, error, program in
        guard let host, let program else { return METIS_INVALID }
        return ServiceTables.withError(error) { error in
          host.withContext {
            ServiceTables.compile($0, language, name, source, error, program)
          } ?? METIS_LATE
        }
      },
      evaluate: { host, program, input, seed, sink, error in
        guard let host, let sink, sink.isUsable, input.checkedBytes != nil else {
          return METIS_INVALID
        }
        return ServiceTables.withError(error) { error in
          host.withContext { context in
            context.services.programs.evaluate(
              program, owner: context.number, input: input, seed: seed, sink: sink, error: error)
          } ?? METIS_LATE
        }
      },
      release: { host, program in
        host?.withContext { $0.services.programs.release(program, owner: $0.number) }
      })
  }

  private static func compile(
    _ context: PluginContext, _ language: metis_slice_v1, _ name: metis_slice_v1,
    _ source: metis_slice_v1, _ error: UnsafeMutablePointer<metis_error_v1>,
    _ program: UnsafeMutablePointer<UInt64>
  ) -> Int32 {
    guard let hooks = context.services.hooks else { return METIS_UNSUPPORTED }
    guard let languageName = language.checkedText(limit: 256), !languageName.isEmpty else {
      error.fill(METIS_INVALID, "the language has to be a name of 1 to 256 bytes in UTF-8")
      return METIS_INVALID
    }
    guard name.checkedText() != nil, let text = source.checkedBytes, isUTF8(text) else {
      error.fill(METIS_INVALID, "the name and the source have to be UTF-8")
      return METIS_INVALID
    }
    guard let engine = hooks.findEngine(language: languageName) else {
      error.fill(
        METIS_NOT_FOUND,
        "no active plugin evaluates \"\(languageName)\": enable one that offers this engine")
      return METIS_NOT_FOUND
    }
    let code = context.services.programs.compile(
      engine, owner: context.number, language: language, name: name, source: source, error: error,
      number: program)
    if code == METIS_OK && !context.isValid {
      // The context ended meanwhile: nobody would release the program.
      context.services.programs.release(program.pointee, owner: context.number)
      return METIS_LATE
    }
    return code
  }

  /// An engine always gets an error that it may fill, also where the caller passed none.
  private static func withError(
    _ error: UnsafeMutablePointer<metis_error_v1>?,
    _ body: (UnsafeMutablePointer<metis_error_v1>) -> Int32
  ) -> Int32 {
    if let error, Int(error.pointee.size) >= MemoryLayout<metis_error_v1>.size {
      return body(error)
    }
    var unread = metis_error_v1()
    unread.size = size(metis_error_v1.self)
    return body(&unread)
  }

  private static func isKind(_ kind: UInt32) -> Bool {
    kind == METIS_KIND_TOOL || kind == METIS_KIND_RESOURCE || kind == METIS_KIND_PROMPT
  }

  private static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
  }
}
