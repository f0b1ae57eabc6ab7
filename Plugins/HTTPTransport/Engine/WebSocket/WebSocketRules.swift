import CLLHTTP

/// What a client's opening handshake must be (RFC 6455, section 4.2.1).
extension RequestParser {
  /// Checks a request that names an Upgrade. What does not ask for WebSocket stays an ordinary
  /// request: an Upgrade may be passed over (RFC 9110, section 7.8).
  mutating func checkUpgrade() -> Refusal? {
    guard machine.pointee.method == UInt8(HTTP_GET.rawValue), !oldVersion else { return nil }
    var upgrades = false
    var connects = false
    var versions = 0
    var isVersion = false
    var keys = 0
    for field in 0..<fieldCount {
      let place = fields[field]
      switch place.nameCount {
      case 7 where isName(place, "upgrade"): upgrades = upgrades || hasToken(place, "websocket")
      case 10 where isName(place, "connection"): connects = connects || hasToken(place, "upgrade")
      case 17 where isName(place, "sec-websocket-key"):
        keys += 1
        webSocketKey = Int(place.value)
        if !isKey(place) { keys = 2 }
      case 21 where isName(place, "sec-websocket-version"):
        versions += 1
        isVersion = isValue(place, "13")
      default: break
      }
    }
    guard upgrades, connects else { return nil }
    if versions != 1 || !isVersion { return .webSocketVersion }
    if keys != 1 { return .webSocketKey }
    isWebSocket = true
    return nil
  }

  /// Whether a comma-separated list names `token`, without regard to ASCII case.
  private func hasToken(_ place: FieldPlace, _ token: StaticString) -> Bool {
    let end = place.valueEnd
    var start = Int(place.value)
    while start < end {
      var stop = start
      while stop < end, base[stop] != 0x2c { stop += 1 }
      var first = start
      var last = stop
      while first < last, isSpace(base[first]) { first += 1 }
      while last > first, isSpace(base[last - 1]) { last -= 1 }
      if last - first == token.utf8CodeUnitCount, equals(base + first, token) { return true }
      start = stop + 1
    }
    return false
  }

  @inline(__always)
  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// Base64 of 16 bytes: 22 digits and two of padding.
  private func isKey(_ place: FieldPlace) -> Bool {
    guard place.valueCount == 24 else { return false }
    let key = base + Int(place.value)
    for index in 0..<22 {
      switch key[index] {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2b, 0x2f: continue
      default: return false
      }
    }
    return key[22] == 0x3d && key[23] == 0x3d
  }
}
