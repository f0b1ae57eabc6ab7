import MetisPluginAPI

/// What stands in a library's file before a line of it runs.
public struct PluginMeta: Sendable, Hashable {
  /// The ABI it was built for: (major << 16) | minor.
  public var abi: UInt32
  /// METIS_META_UNLOADABLE, or 0.
  public var flags: UInt32
  /// Whether it holds Swift code or needs a Swift library.
  public var containsSwift: Bool
  /// The libraries it needs (DT_NEEDED).
  public var needed: [String]

  /// Whether it may be unmapped after `deinit`.
  public var isUnloadable: Bool { flags & METIS_META_UNLOADABLE != 0 && !containsSwift }
}

/// Which plugins this host can load, by the version of their headers.
enum ABICompatibility {
  /// Throws for another major and for a newer minor; older minors always load.
  static func check(_ abi: UInt32, where place: String) throws(PluginError) {
    let host = METIS_ABI_VERSION
    if abi >> 16 != host >> 16 {
      throw PluginError(
        .abiMajor,
        "\(place) says ABI \(abiText(abi)), this host has \(abiText(host)): another major does "
          + "not load; build the plugin with the headers of this host")
    }
    if abi & 0xffff > host & 0xffff {
      throw PluginError(
        .abiMinor,
        "\(place) says ABI \(abiText(abi)), this host has \(abiText(host)): the plugin needs a "
          + "newer host, or older headers")
    }
  }
}

/// `1.0` for 0x00010000.
func abiText(_ abi: UInt32) -> String { "\(abi >> 16).\(abi & 0xffff)" }
