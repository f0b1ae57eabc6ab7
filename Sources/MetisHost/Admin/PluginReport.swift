import JSON

/// The JSON of plugins and generations at the admin endpoint.
enum PluginReport {
  /// A line of the list.
  static func summary(_ status: PluginStatus) -> JSONValue {
    var object = JSONObject()
    object["id"] = .string(status.id ?? status.name)
    object["state"] = .string(status.state.rawValue)
    if let descriptor = status.descriptor {
      object["name"] = .string(descriptor.name)
      object["version"] = .string(descriptor.version.description)
      object["provides"] = .array(descriptor.provides.map(JSONValue.string))
    }
    object["generation"] = status.generations.first.map { JSONValue($0.number) } ?? .null
    object["extensions"] = .array(status.extensions.map(JSONValue.string))
    object["calls"] = JSONValue(status.calls)
    if let failure = status.failure { object["failure"] = .string(failure.description) }
    return .object(object)
  }

  /// One plugin with everything.
  static func full(_ status: PluginStatus) -> JSONValue {
    guard case .object(var object) = summary(status) else { return .null }
    object["file"] = .string(status.file)
    if let descriptor = status.descriptor {
      object["vendor"] = .string(descriptor.vendor)
      object["license"] = .string(descriptor.license)
      object["needs"] = .array(descriptor.needs.map(JSONValue.string))
      object["requires"] = .array(
        descriptor.requirements.map {
          ["id": .string($0.id), "range": .string($0.range.description)]
        })
    }
    object["grants"] = .array(status.grants.map(JSONValue.string))
    object["previous"] = status.previous.map { JSONValue($0) } ?? .null
    object["generations"] = .array(status.generations.map { generation($0, of: status) })
    return .object(object)
  }

  /// One generation.
  static func generation(_ generation: GenerationStatus, of plugin: PluginStatus) -> JSONValue {
    var object = JSONObject()
    object["plugin"] = .string(plugin.id ?? plugin.name)
    object["generation"] = JSONValue(generation.number)
    object["version"] = .string(generation.version.description)
    object["fingerprint"] = .string(generation.fingerprint)
    object["state"] = .string(generation.steps.last.map { "\($0.state)" } ?? "found")
    object["sha256"] = .string(generation.sha256)
    object["source"] = .string(generation.source)
    object["signature"] = signature(generation.signature)
    object["calls"] = JSONValue(generation.calls)
    object["mapped"] = .bool(generation.isMapped)
    object["bytes"] = JSONValue(generation.byteCount)
    object["steps"] = .array(
      generation.steps.map {
        ["state": .string("\($0.state)"), "atNs": .number(JSONNumber(Int64(clamping: $0.time)))]
      })
    return .object(object)
  }

  /// What a swap, a rollback or an enabling brought about.
  static func outcome(_ outcome: SwapOutcome) -> JSONValue {
    var object: JSONObject = [
      "id": .string(outcome.id), "generation": JSONValue(outcome.newNumber),
      "version": .string(outcome.newVersion.description), "sha256": .string(outcome.sha256),
      "state": .string("\(outcome.state)"),
      "microseconds": JSONValue(Int(outcome.duration / 1000)),
    ]
    if let number = outcome.oldNumber { object["previousGeneration"] = JSONValue(number) }
    if let version = outcome.oldVersion {
      object["previousVersion"] = .string(version.description)
    }
    return .object(object)
  }

  private static func signature(_ state: SignatureState) -> JSONValue {
    switch state {
    case .unchecked: ["state": "unchecked"]
    case .unsigned: ["state": "unsigned"]
    case .invalid(let reason): ["state": "invalid", "reason": .string(reason)]
    case .trusted(let keyID, let comment):
      ["state": "trusted", "key": .string(keyID), "comment": .string(comment)]
    }
  }
}
