import MetisPluginAPI

/// The parts of an ELF file that tell whether it is a Metis plugin, read from its bytes before
/// the dynamic loader sees them. Every offset of the file is checked: nothing in it is trusted.
///
/// Reads what this machine can load: 64-bit little-endian shared objects (System V gABI, "ELF
/// Header" and "Sections").
enum ELFImage {
  private static let sectionHeaderSize = 64
  private static let programHeaderSize = 56

  private struct Section {
    var name: UInt32
    var type: UInt32
    var offset: UInt64
    var size: UInt64
    var link: UInt32
  }

  /// The value of `e_machine` of this machine.
  private static var machine: UInt16 {
    #if arch(x86_64)
      62
    #elseif arch(arm64)
      183
    #else
      0
    #endif
  }

  /// Reads the plugin's version and flags, what it needs, and whether it holds Swift.
  static func meta(of bytes: UnsafeRawBufferPointer) throws(PluginError) -> PluginMeta {
    let reader = BoundedReader(bytes: bytes)
    try checkHeader(reader)
    try checkSegments(reader)
    let sections = try sections(reader)
    let nameIndex = Int(try reader.uint16(62))
    guard nameIndex < sections.count else {
      throw PluginError(.truncated, "the ELF file names no table of section names")
    }
    let names = sections[nameIndex]
    var containsSwift = false
    var meta: metis_meta_v1?
    var needed: [String] = []
    for section in sections {
      let name = try reader.text(
        table: names.offset, size: names.size, at: UInt64(section.name), what: "a section name")
      if name == "metis_meta" {
        meta = try readMeta(reader, section)
      } else if name.hasPrefix("swift5_") || name.hasPrefix(".swift5_") {
        containsSwift = true
      }
      if section.type == 6 { needed += try neededLibraries(reader, section, sections) }
    }
    guard let meta else {
      throw PluginError(
        .noMeta,
        "the library has no ELF section metis_meta, so it is no Metis plugin: put "
          + "METIS_PLUGIN_META(0) of metis/plugin.h at file scope of one source file and keep the "
          + "section when stripping")
    }
    try ABICompatibility.check(meta.abi, where: "the section metis_meta")
    return PluginMeta(
      abi: meta.abi, flags: meta.flags,
      containsSwift: containsSwift || needed.contains { $0.hasPrefix("libswift") },
      needed: needed)
  }

  private static func checkHeader(_ reader: BoundedReader) throws(PluginError) {
    guard reader.bytes.count >= 4, reader.bytes.prefix(4).elementsEqual([0x7f, 0x45, 0x4c, 0x46])
    else {
      throw PluginError(
        .notELF,
        "the file does not begin with the ELF magic number; expected a shared library (.so)")
    }
    guard reader.bytes.count >= 64 else {
      throw PluginError(
        .truncated, "the ELF file has \(reader.bytes.count) bytes, less than its header's 64")
    }
    guard reader.bytes[4] == 2, reader.bytes[5] == 1 else {
      throw PluginError(
        .wrongMachine,
        "the ELF file is not 64-bit little-endian (class \(reader.bytes[4]), data encoding "
          + "\(reader.bytes[5])); expected class 2, encoding 1")
    }
    let found = try reader.uint16(18)
    guard found == machine else {
      throw PluginError(
        .wrongMachine,
        "the ELF file is for machine \(found); this host runs on machine \(machine): build the "
          + "plugin for this processor")
    }
    let type = try reader.uint16(16)
    guard type == 3 else {
      throw PluginError(
        .wrongMachine,
        "the ELF file has type \(type); expected 3, a shared object: link with -shared")
    }
  }

  /// A segment that ends behind the file would kill the process with SIGBUS when it is touched.
  private static func checkSegments(_ reader: BoundedReader) throws(PluginError) {
    let start = try reader.uint64(32)
    let count = UInt64(try reader.uint16(56))
    guard count > 0, Int(try reader.uint16(54)) == programHeaderSize else {
      throw PluginError(.truncated, "the ELF file has no usable program headers")
    }
    for index in 0..<count {
      let header = try reader.position(start, index * UInt64(programHeaderSize))
      let offset = try reader.uint64(header, 8)
      let size = try reader.uint64(header, 32)
      guard try reader.uint32(header) == 1 else { continue }
      try reader.check(offset, size, "segment \(index)")
    }
  }

  private static func sections(_ reader: BoundedReader) throws(PluginError) -> [Section] {
    let start = try reader.uint64(40)
    let count = UInt64(try reader.uint16(60))
    guard start > 0, count > 0 else {
      throw PluginError(
        .noMeta,
        "the ELF file has no section headers, so no metis_meta either: do not strip them")
    }
    guard Int(try reader.uint16(58)) == sectionHeaderSize else {
      throw PluginError(
        .truncated, "the ELF file's section headers do not have \(sectionHeaderSize) bytes each")
    }
    try reader.check(start, count * UInt64(sectionHeaderSize), "the section header table")
    var sections: [Section] = []
    for index in 0..<count {
      let header = try reader.position(start, index * UInt64(sectionHeaderSize))
      let section = Section(
        name: try reader.uint32(header), type: try reader.uint32(header, 4),
        offset: try reader.uint64(header, 24), size: try reader.uint64(header, 32),
        link: try reader.uint32(header, 40))
      // SHT_NULL and SHT_NOBITS occupy no bytes of the file.
      if section.type != 0, section.type != 8 {
        try reader.check(section.offset, section.size, "section \(index)")
      }
      sections.append(section)
    }
    return sections
  }

  private static func readMeta(
    _ reader: BoundedReader, _ section: Section
  ) throws(PluginError) -> metis_meta_v1 {
    guard section.type == 1, section.size >= UInt64(MemoryLayout<metis_meta_v1>.size) else {
      throw PluginError(
        .noMeta,
        "the section metis_meta has \(section.size) bytes; expected "
          + "\(MemoryLayout<metis_meta_v1>.size): place it with METIS_PLUGIN_META")
    }
    let magic = try reader.uint64(section.offset)
    guard magic == METIS_META_MAGIC else {
      throw PluginError(
        .noMeta,
        "the section metis_meta begins with 0x\(String(magic, radix: 16)); expected "
          + "0x\(String(METIS_META_MAGIC, radix: 16)): place it with METIS_PLUGIN_META")
    }
    return metis_meta_v1(
      magic: magic, abi: try reader.uint32(section.offset, 8),
      flags: try reader.uint32(section.offset, 12))
  }

  /// The texts of the DT_NEEDED entries (tag 1) of a dynamic section.
  private static func neededLibraries(
    _ reader: BoundedReader, _ section: Section, _ sections: [Section]
  ) throws(PluginError) -> [String] {
    guard Int(section.link) < sections.count else {
      throw PluginError(.truncated, "the dynamic section names no table of strings")
    }
    let strings = sections[Int(section.link)]
    var needed: [String] = []
    for index in 0..<(section.size / 16) {
      let entry = try reader.position(section.offset, index * 16)
      let tag = try reader.uint64(entry)
      if tag == 0 { break }
      guard tag == 1 else { continue }
      needed.append(
        try reader.text(
          table: strings.offset, size: strings.size, at: try reader.uint64(entry, 8),
          what: "a needed library"))
    }
    return needed
  }
}

/// Reads numbers and texts at offsets that come from an untrusted file.
struct BoundedReader {
  let bytes: UnsafeRawBufferPointer

  /// `base + distance`, both from the file.
  func position(_ base: UInt64, _ distance: UInt64) throws(PluginError) -> UInt64 {
    let (sum, overflow) = base.addingReportingOverflow(distance)
    guard !overflow else { throw tooShort("an offset", base, distance) }
    return sum
  }

  /// Throws where `size` bytes at `offset` are not all in the file.
  func check(_ offset: UInt64, _ size: UInt64, _ what: String) throws(PluginError) {
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard !overflow, end <= UInt64(bytes.count) else { throw tooShort(what, offset, size) }
  }

  func uint16(_ offset: UInt64) throws(PluginError) -> UInt16 { try number(offset) }

  func uint32(_ base: UInt64, _ distance: UInt64 = 0) throws(PluginError) -> UInt32 {
    try number(try position(base, distance))
  }

  func uint64(_ base: UInt64, _ distance: UInt64 = 0) throws(PluginError) -> UInt64 {
    try number(try position(base, distance))
  }

  /// The zero-terminated text at `offset` of a table of strings.
  func text(
    table: UInt64, size: UInt64, at offset: UInt64, what: String
  ) throws(PluginError) -> String {
    try check(table, size, "a table of strings")
    guard offset < size else { throw tooShort(what, offset, 1) }
    let rest = bytes[Int(table + offset)..<Int(table + size)].prefix(4096)
    guard let end = rest.firstIndex(of: 0) else { throw tooShort(what, offset, 4096) }
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  private func number<Number: FixedWidthInteger>(
    _ offset: UInt64
  ) throws(PluginError) -> Number {
    try check(offset, UInt64(MemoryLayout<Number>.size), "a number of the ELF tables")
    return Number(
      littleEndian: bytes.loadUnaligned(fromByteOffset: Int(offset), as: Number.self))
  }

  private func tooShort(_ what: String, _ offset: UInt64, _ size: UInt64) -> PluginError {
    PluginError(
      .truncated,
      "the ELF file is truncated or damaged: \(what) at offset \(offset) with \(size) bytes does "
        + "not fit into the file's \(bytes.count) bytes")
  }
}
