import CBarrier
import JSON
import MCP
import MetisPluginAPI

/// Asking the auth plugins of the snapshot in hand who sends a message.
extension Loop {
  /// Puts the sender into `principal` and returns true, or answers and returns false.
  func authenticate(
    _ message: UnsafePointer<metis_message_v1>, _ principal: inout [UInt8]
  ) -> Bool {
    let auths = snapshot._withUnsafeGuaranteedRef { $0.auths }
    for auth in auths {
      var verdict = metis_verdict_v1()
      verdict.size = UInt32(MemoryLayout<metis_verdict_v1>.size)
      let code = metis_barrier_authenticate(
        auth.table.pointee.authenticate, auth.instance, message, &verdict)
      guard code == METIS_OK else {
        core.log(.warn, "Auth plugin \(auth.generation.id) returned \(code); refused")
        deny(message, status: 500, "The authentication failed on the server's side", nil, 0)
        return false
      }
      switch verdict.outcome {
      case METIS_AUTH_ALLOW:
        // It becomes a part of what strategies read as JSON.
        guard (try? JSONCursor.validate(verdict.principal.raw))?.kind == .object else {
          core.log(
            .warn,
            "Auth plugin \(auth.generation.id) named a principal that is no JSON object; refused")
          deny(message, status: 500, "The authentication failed on the server's side", nil, 0)
          return false
        }
        principal = [UInt8](verdict.principal.raw)
        return true
      case METIS_AUTH_DENY:
        deny(
          message, status: verdict.status, verdict.reason.text, verdict.fields,
          verdict.field_count)
        return false
      default: continue
      }
    }
    // A 401 names a scheme (RFC 9110 section 15.5.2); of the plugins none has named its own.
    var scheme = metis_field_v1(
      name: metis_slice_v1("www-authenticate"), value: metis_slice_v1("Bearer"))
    deny(message, status: 401, "No credentials that this server takes", &scheme, 1)
    return false
  }

  private func deny(
    _ message: UnsafePointer<metis_message_v1>, status: UInt32, _ reason: String,
    _ extra: UnsafePointer<metis_field_v1>?, _ count: Int
  ) {
    let taken = max(0, min(count, Loop.maximumFields - 1))
    if let extra {
      for index in 0..<taken { fields[1 + index] = extra[index] }
    }
    let known: UInt32 = (400..<600).contains(status) ? status : 401
    refuse(
      message.pointee.exchange, .http(Int(known), reason), extraFields: extra == nil ? 0 : taken)
  }
}

/// What the host itself reads of a principal.
enum Principal {
  /// The member `id` of a principal's JSON; nil for the empty one and for one without an id.
  static func id(_ principal: [UInt8]) -> String? {
    guard !principal.isEmpty, let value = try? JSONValue(jsonBytes: principal),
      case .string(let id)? = value["id"]
    else { return nil }
    return id
  }
}
