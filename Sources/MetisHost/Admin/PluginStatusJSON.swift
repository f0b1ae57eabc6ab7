import JSON

extension PluginStatus {
  /// The plugin in a list: who it is and whether it works.
  var json: JSONValue {
    var object = JSONObject()
    object["id"] = id.map(JSONValue.string) ?? .null
    object["name"] = .string(name)
    object["state"] = .string(state.rawValue)
    object["version"] = descriptor.map { .string($0.version.description) }
    object["provides"] = descriptor.map { .array($0.provides.map(JSONValue.string)) }
    object["extensions"] = .array(extensions.map(JSONValue.string))
    object["generation"] = generations.first.map { JSONValue($0.number) }
    object["calls"] = JSONValue(calls)
    object["failure"] = failure.map { .string($0.description) }
    return .object(object)
  }

  /// The plugin alone, with all that is known. `now` is the time of the clock of its steps, in
  /// nanoseconds.
  func detailedJSON(now: UInt64) -> JSONValue {
    var object = json.object ?? JSONObject()
    object["manifest"] = .string(file)
    object["grants"] = .array(grants.map(JSONValue.string))
    object["descriptor"] = descriptor?.json
    object["rollback"] = previous.map { JSONValue($0) } ?? .null
    object["generations"] = .array(generations.map { $0.json(now: now) })
    return .object(object)
  }
}

extension GenerationStatus {
  /// One generation. Times are seconds before `now`.
  func json(now: UInt64) -> JSONValue {
    var object = JSONObject()
    object["number"] = JSONValue(number)
    object["state"] = .string(steps.last?.state.name ?? "found")
    if case .failed(let reason)? = steps.last?.state { object["reason"] = .string(reason) }
    object["version"] = .string(version.description)
    object["fingerprint"] = .string(fingerprint)
    object["sha256"] = .string(sha256)
    object["source"] = .string(source)
    object["signature"] = signature.json
    object["calls"] = JSONValue(calls)
    object["mapped"] = .bool(isMapped)
    object["bytes"] = JSONValue(byteCount)
    object["steps"] = .array(
      steps.map { step in
        let ago = now > step.time ? Double((now - step.time) / 1_000_000) / 1000 : 0
        return ["state": .string(step.state.name), "seconds_ago": JSONValue(ago)]
      })
    return .object(object)
  }
}

extension SignatureState {
  /// `{"state": …}`, with who signed or what is wrong.
  var json: JSONValue {
    switch self {
    case .unchecked: ["state": "unchecked"]
    case .unsigned: ["state": "unsigned"]
    case .invalid(let reason): ["state": "invalid", "reason": .string(reason)]
    case .trusted(let keyID, let comment):
      ["state": "trusted", "key": .string(keyID), "comment": .string(comment)]
    }
  }
}

extension PluginDescriptor {
  /// Who the plugin says it is.
  var json: JSONValue {
    [
      "id": .string(id), "name": .string(name), "version": .string(version.description),
      "vendor": .string(vendor), "license": .string(license),
      "fingerprint": .string(fingerprint), "provides": .array(provides.map(JSONValue.string)),
      "requires": .array(
        requirements.map { ["id": .string($0.id), "range": .string($0.range.description)] }),
      "needs": .array(needs.map(JSONValue.string)),
    ]
  }
}

extension SwapOutcome {
  /// What a swap, a rollback or an enabling did.
  var json: JSONValue {
    var object = JSONObject()
    object["id"] = .string(id)
    object["old_generation"] = oldNumber.map { JSONValue($0) } ?? .null
    object["new_generation"] = JSONValue(newNumber)
    object["old_version"] = oldVersion.map { .string($0.description) } ?? .null
    object["new_version"] = .string(newVersion.description)
    object["sha256"] = .string(sha256)
    object["state_handover"] = .string(state.rawValue)
    object["milliseconds"] = JSONValue(Double(duration / 1000) / 1000)
    return .object(object)
  }
}
