import JSON

extension EngineSettings {
  /// Reads the transport's section: a JSON object. Relative paths stand against `directory`.
  /// Unknown keys and values out of range are errors that name the key.
  public init(
    json bytes: UnsafeRawBufferPointer, directory: String
  ) throws(EngineError) {
    self.init()
    if bytes.isEmpty { return }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw EngineError("the transport's configuration is not JSON: \(error)")
    }
    guard let section = value.object else {
      throw EngineError("the transport's configuration is not a JSON object")
    }
    let known = NumberKey.all.map(\.name) + ["tls"]
    for member in section {
      if member.key == "tls" {
        tls = try Self.readTLS(member.value, directory: directory)
        continue
      }
      guard let key = NumberKey.all.first(where: { $0.name == member.key }) else {
        throw EngineError(
          "unknown key '\(member.key)'; expected one of \(known.joined(separator: ", "))")
      }
      guard let number = member.value.int, key.range.contains(Int(number)) else {
        throw EngineError(
          "\(key.name): found \(member.value.description), expected an integer from "
            + "\(key.range.lowerBound) to \(key.range.upperBound)")
      }
      self[keyPath: key.path] = Int(number) * key.unit
    }
    if !section.contains("stream_low_watermark") { streamLow = streamHigh / 4 }
    if !section.contains("stream_limit") { streamLimit = streamHigh * 8 }
    if !section.contains("websocket_message_limit") { messageLimit = max(parser.bodyBytes, 125) }
    guard streamLow < streamHigh else {
      throw EngineError(
        "stream_low_watermark: found \(streamLow), expected less than stream_high_watermark, "
          + "which is \(streamHigh)")
    }
    guard streamLimit >= streamHigh else {
      throw EngineError(
        "stream_limit: found \(streamLimit), expected at least stream_high_watermark, "
          + "which is \(streamHigh)")
    }
    if section.contains("max_header_bytes"), !section.contains("max_target_bytes") {
      parser.targetBytes = min(parser.targetBytes, parser.headerBytes)
    }
  }

  private static func readTLS(
    _ value: JSONValue, directory: String
  ) throws(EngineError) -> TLSSettings {
    guard let section = value.object else {
      throw EngineError(
        "tls: found \(value.description), expected an object with certificate and key")
    }
    let known = ["certificate", "key", "min_version"]
    for member in section where !known.contains(member.key) {
      throw EngineError(
        "unknown key 'tls.\(member.key)'; expected one of \(known.joined(separator: ", "))")
    }
    func path(_ name: String) throws(EngineError) -> String {
      guard let text = section[name]?.string, !text.isEmpty, !text.utf8.contains(0) else {
        throw EngineError(
          "tls.\(name): found \(section[name]?.description ?? "nothing"), expected the path of a PEM file"
        )
      }
      return text.hasPrefix("/") || directory.isEmpty ? text : directory + "/" + text
    }
    var settings = TLSSettings(certificate: try path("certificate"), key: try path("key"))
    if let value = section["min_version"] {
      guard let version = value.string.flatMap(TLSVersion.init(rawValue:)) else {
        throw EngineError(
          "tls.min_version: found \(value.description), expected \"1.2\" or \"1.3\"")
      }
      settings.minimumVersion = version
    }
    return settings
  }

  /// The JSON Schema (2020-12) of the transport's section, from the same table as the checks.
  public static func schema() -> String {
    let defaults = EngineSettings()
    var properties = JSONObject()
    for key in NumberKey.all {
      properties[key.name] = [
        "description": .string(key.purpose), "type": "integer",
        "minimum": JSONValue(key.range.lowerBound), "maximum": JSONValue(key.range.upperBound),
        "default": JSONValue(defaults[keyPath: key.path] / key.unit),
      ]
    }
    properties["tls"] = [
      "description": "Certificate and key; without this section connections are plain.",
      "type": "object", "additionalProperties": false, "required": ["certificate", "key"],
      "properties": [
        "certificate": [
          "description": "Path of the certificate chain, PEM, the server's own first.",
          "type": "string", "minLength": 1, "format": "metis-path",
        ],
        "key": [
          "description": "Path of the private key, PEM.", "type": "string", "minLength": 1,
          "format": "metis-path",
        ],
        "min_version": [
          "description": "The oldest version of TLS that is spoken.", "enum": ["1.2", "1.3"],
          "default": "1.2",
        ],
      ],
    ]
    let schema: JSONValue = [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "HTTP transport", "type": "object", "additionalProperties": false,
      "properties": .object(properties),
    ]
    return schema.description
  }
}
