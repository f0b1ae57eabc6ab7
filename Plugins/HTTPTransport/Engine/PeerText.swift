import CLinux
import Glibc

/// A peer's address as text: `127.0.0.1:50123`, `[::1]:50123`; empty for a Unix socket.
enum PeerText {
  /// The most bytes of a text: an IPv6 address in brackets, a colon and a port.
  static let capacity = 56

  /// Writes the text to `out` and returns its length.
  static func write(_ address: inout sockaddr_storage, to out: UnsafeMutablePointer<UInt8>) -> Int {
    withUnsafePointer(to: &address) { pointer in
      let raw = UnsafeRawPointer(pointer)
      switch Int32(family(raw)) {
      case AF_INET:
        let inet = raw.assumingMemoryBound(to: sockaddr_in.self).pointee
        var place = 0
        withUnsafeBytes(of: inet.sin_addr) { bytes in
          for index in 0..<4 {
            if index > 0 {
              out[place] = 0x2e
              place += 1
            }
            place += DecimalText.write(UInt64(bytes[index]), to: out + place)
          }
        }
        return port(inet.sin_port, to: out, place)
      case AF_INET6:
        var inet = raw.assumingMemoryBound(to: sockaddr_in6.self).pointee
        out[0] = 0x5b
        let written = UnsafeMutableRawPointer(out + 1).withMemoryRebound(
          to: CChar.self, capacity: 46
        ) { inet_ntop(AF_INET6, &inet.sin6_addr, $0, 46) }
        guard let written else { return 0 }
        let count = strlen(written)
        out[1 + count] = 0x5d
        return port(inet.sin6_port, to: out, count + 2)
      default:
        return 0
      }
    }
  }

  private static func family(_ raw: UnsafeRawPointer) -> sa_family_t {
    raw.assumingMemoryBound(to: sockaddr.self).pointee.sa_family
  }

  private static func port(
    _ port: in_port_t, to out: UnsafeMutablePointer<UInt8>, _ place: Int
  ) -> Int {
    out[place] = 0x3a
    return place + 1 + DecimalText.write(UInt64(UInt16(bigEndian: port)), to: out + place + 1)
  }
}

/// Numbers as text, without a String.
enum DecimalText {
  /// The most digits of a UInt64.
  static let capacity = 20

  /// Writes `value` in decimal to `out` and returns the number of digits.
  @inline(__always)
  static func write(_ value: UInt64, to out: UnsafeMutablePointer<UInt8>) -> Int {
    var digits = 1
    var bound: UInt64 = 10
    while digits < capacity, value >= bound {
      digits += 1
      bound = digits == capacity ? UInt64.max : bound &* 10
    }
    var rest = value
    var place = digits
    repeat {
      place -= 1
      out[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while place > 0
    return digits
  }

  /// Writes `value` in hexadecimal and returns the number of digits.
  static func writeHex(_ value: Int, to out: UnsafeMutablePointer<UInt8>) -> Int {
    let digits = max(1, (Int.bitWidth - value.leadingZeroBitCount + 3) / 4)
    for index in 0..<digits {
      let digit = UInt8(truncatingIfNeeded: value >> ((digits - 1 - index) * 4) & 15)
      out[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
    }
    return digits
  }
}
