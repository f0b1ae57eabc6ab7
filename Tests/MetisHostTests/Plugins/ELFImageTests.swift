import Foundation
import Testing

@testable import MetisHost

@Suite struct ELFImageTests {
  private func meta(_ bytes: [UInt8]) throws(PluginError) -> PluginMeta {
    try bytes.withUnsafeBytes { buffer in
      Result { () throws(PluginError) in try ELFImage.meta(of: buffer) }
    }.get()
  }

  @Test func readsVersionFlagsAndNeeds() throws {
    let meta = try meta(try FaultyPlugins.bytes("good"))
    #expect(meta.abi == 0x10000)
    #expect(meta.flags == 1)
    #expect(!meta.containsSwift)
    #expect(meta.isUnloadable)
    #expect(meta.needed.contains("libc.so.6"))
    #expect(try !self.meta(try FaultyPlugins.bytes("kept")).isUnloadable)
  }

  @Test func findsSwift() throws {
    let folder = try TemporaryFolder()
    let source = try folder.write(
      "swift.c",
      """
      #define ID org.metis.test.swift
      #include "faulty.h"
      __attribute__((used, section("swift5_types"))) static const int types = 1;
      """)
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let (status, output) = try run(
      "/usr/bin/env",
      [
        "clang", "-shared", "-fPIC", "-I", root.path + "/../Sources/MetisPluginAPI/include", "-I",
        root.path + "/FaultyPlugins", "-o", folder.path + "/swift.so", source,
      ])
    #expect(status == 0, "\(output)")
    let meta = try meta(try PluginStore.read(folder.path + "/swift.so"))
    #expect(meta.containsSwift)
    #expect(!meta.isUnloadable, "UNLOADABLE does not hold for Swift")
  }

  @Test func refusesWhatIsNoSharedLibraryOfThisMachine() throws {
    let good = try FaultyPlugins.bytes("good")
    func expect(_ kind: PluginError.Kind, _ text: String, _ change: (inout [UInt8]) -> Void) {
      var bytes = good
      change(&bytes)
      let error = #expect(throws: PluginError.self) { try meta(bytes) }
      #expect(error?.kind == kind)
      #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }
    expect(.notELF, "ELF magic") { $0 = Array("#!/bin/sh\n".utf8) }
    expect(.notELF, "ELF magic") { $0 = [] }
    expect(.truncated, "less than its header's 64") { $0 = Array($0.prefix(40)) }
    expect(.wrongMachine, "class 1") { $0[4] = 1 }
    expect(.wrongMachine, "machine 243") { $0[18] = 243 }
    expect(.wrongMachine, "type 2") { $0[16] = 2 }
    expect(.truncated, "truncated") { $0 = Array($0.prefix($0.count - 1)) }
    expect(.truncated, "truncated") { $0 = Array($0.prefix($0.count / 2)) }
    expect(.noMeta, "no section headers") { $0.replaceSubrange(60..<62, with: [0, 0]) }
  }

  @Test func tellsTheVersionsAndTheRemedy() throws {
    func message(_ name: String, _ kind: PluginError.Kind) throws -> String {
      let bytes = try FaultyPlugins.bytes(name)
      let error = #expect(throws: PluginError.self) { try meta(bytes) }
      #expect(error?.kind == kind)
      return error?.message ?? ""
    }
    let noMeta = try message("no_meta", .noMeta)
    #expect(noMeta.contains("METIS_PLUGIN_META(0)"))
    let major = try message("wrong_major_meta", .abiMajor)
    #expect(major.contains("ABI 2.0") && major.contains("this host has 1.0"))
    let minor = try message("newer_minor", .abiMinor)
    #expect(minor.contains("ABI 1.1") && minor.contains("this host has 1.0"))
    let magic = try message("bad_magic", .noMeta)
    #expect(magic.contains("1122334455667788"))
  }

  /// Every prefix, and damage at every place of the tables: an answer or an error, never a crash.
  @Test func survivesEveryDamage() throws {
    let good = try FaultyPlugins.bytes("good")
    for length in stride(from: 0, to: good.count, by: 7) {
      #expect(throws: PluginError.self) { try meta(Array(good.prefix(length))) }
    }
    var random = SystemRandomNumberGenerator()
    let tableStart = good.count - 64 * 40
    for round in 0..<4_000 {
      var bytes = good
      for _ in 0...(round % 4) {
        let inHeader = Bool.random(using: &random)
        let place =
          inHeader
          ? Int.random(in: 0..<700, using: &random)
          : Int.random(in: max(0, tableStart)..<good.count, using: &random)
        bytes[place] =
          [0, 1, 0x7f, 0x80, 0xff, UInt8.random(in: 0...255, using: &random)]
          .randomElement(using: &random) ?? 0
      }
      _ = try? meta(bytes)
    }
  }
}
