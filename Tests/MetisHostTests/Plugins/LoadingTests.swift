import Foundation
import Testing

@testable import MetisHost

/// A registry over a folder of manifests and libraries.
final class Bench {
  let folder: TemporaryFolder
  let contexts = BareContexts()
  let adopter = FakeAdopter()
  let registry: PluginRegistry
  var notices: [PluginNotice] = []

  init(_ change: (inout PluginRegistry.Options) -> Void = { _ in }) throws {
    folder = try TemporaryFolder()
    var options = PluginRegistry.Options()
    options.storeParent = folder.path
    change(&options)
    let clock = Clock()
    self.clock = clock
    options.clock = { clock.now }
    registry = try PluginRegistry(options: options, contexts: contexts)
    registry.adopter = adopter
    plugins = folder.path + "/plugins.d"
    try FileManager.default.createDirectory(
      atPath: plugins, withIntermediateDirectories: true)
    registry.report = { [unowned self] in notices.append($0) }
  }

  final class Clock {
    var now: UInt64 = 1_000
  }

  let clock: Clock
  let plugins: String

  /// A manifest `<name>.toml` for the library `library` of the faulty plugins.
  func add(_ name: String, _ library: String, _ more: String = "") throws {
    try write(name, "library = \"\(try FaultyPlugins.path(library))\"\n\(more)\n")
  }

  func write(_ name: String, _ text: String) throws {
    try folder.write("plugins.d/\(name).toml", text)
  }

  func load() throws {
    try registry.discover(plugins)
    registry.loadAll()
  }
}

@Suite struct LoadingTests {
  /// Each fault, its kind and a part of its message.
  @Test(arguments: [
    ("no_symbol", PluginError.Kind.noEntry, "metis_plugin_entry"),
    ("no_meta", .noMeta, "metis_meta"),
    ("bad_magic", .noMeta, "begins with"),
    ("wrong_major_meta", .abiMajor, "ABI 2.0, this host has 1.0"),
    ("wrong_major_entry", .abiMajor, "the plugin table says ABI 2.0, this host has 1.0"),
    ("newer_minor", .abiMinor, "ABI 1.1, this host has 1.0"),
    ("short_struct", .badTable, "says a size of 8 bytes; expected at least 48"),
    ("short_extension", .badTable, "metis.strategy/1 says a size of 24 bytes"),
    ("null_function", .badTable, "the function call of metis.strategy/1 is a null pointer"),
    ("null_init", .badTable, "the function init of the plugin table is a null pointer"),
    ("null_descriptor", .badDescriptor, "the descriptor is a null pointer"),
    ("null_slice", .badDescriptor, "name is a null pointer with a count of 12"),
    ("entry_fails", .entryFailed, "returned -1"),
    ("init_fails", .initFailed, "the table of rates is not there; put it at /srv/rates"),
    ("init_fails_wildly", .initFailed, "init failed: \u{fffd}"),
    ("bad_id", .badDescriptor, "\"Not An Id\"; expected reverse DNS"),
    ("bad_id_utf8", .badDescriptor, "id is not UTF-8"),
    ("bad_version", .badDescriptor, "\"1.two\"; expected a semantic version"),
    ("bad_range", .badDescriptor, "in the range \"newest\""),
    ("duplicate", .duplicateID, "org.metis.test.good is taken by"),
    ("missing_dependency", .missingDependency, "requires org.metis.test.nowhere"),
    ("unsuitable_dependency", .unsuitableDependency, "found 1.0.0"),
    ("missing_grant", .missingGrant, "add grants = [\"net.connect\"] to"),
    ("unresolved", .loader, "metis_test_no_such_function"),
  ])
  func aFaultFailsAloneAndSaysWhy(
    _ library: String, _ kind: PluginError.Kind, _ text: String
  ) throws {
    let bench = try Bench()
    try bench.add("a-good", "good")
    try bench.add("b-bad", library)
    try bench.add("c-kept", "kept")
    try bench.load()
    let all = bench.registry.all
    #expect(all.map(\.state) == [.active, .failed, .active])
    let failure = try #require(all[1].failure)
    #expect(failure.kind == kind, "\(failure)")
    #expect(failure.message.contains(text), "\(failure)")
    #expect(failure.file?.hasSuffix("b-bad.toml") == true, "\(failure)")
    #expect(!failure.message.contains(bench.registry.store.directory), "\(failure)")
    #expect(bench.registry.active.map(\.id) == ["org.metis.test.good", "org.metis.test.kept"])
    // Nothing of the failed one is left.
    #expect(bench.registry.status.mappedImages == 0)
    #expect(
      try FileManager.default.contentsOfDirectory(
        atPath: bench.registry.store.directory
      ).count == 2)
  }

  @Test func aCycleFailsBothAndIsPrinted() throws {
    let bench = try Bench()
    try bench.add("a", "cycle_a")
    try bench.add("b", "cycle_b")
    try bench.add("c", "good")
    try bench.load()
    let all = bench.registry.all
    #expect(all.map(\.state) == [.failed, .failed, .active])
    #expect(all[0].failure?.kind == .dependencyCycle)
    #expect(
      all[0].failure?.message.hasSuffix(
        "org.metis.test.cycle-a → org.metis.test.cycle-b → org.metis.test.cycle-a") == true)
  }

  @Test func filesThatAreNoLibraries() throws {
    let bench = try Bench()
    let good = try FaultyPlugins.bytes("good")
    try bench.folder.write("plugins.d/a-text.so", "not a library")
    try bench.folder.write("plugins.d/b-half.so", Array(good.prefix(good.count / 2)))
    try bench.folder.write("plugins.d/c-good.so", good)
    try bench.write("d-gone", "library = \"nowhere.so\"")
    try bench.write("e-process", "library = \"c-good.so\"\nisolation = \"process\"")
    try bench.write("f-broken", "library = ")
    try bench.load()
    let failures = bench.registry.all.map { $0.failure?.kind }
    #expect(failures == [.notELF, .truncated, .unreadable, .isolation, .manifest])
    #expect(bench.registry.all.count == 5, "c-good.so belongs to e-process.toml")
  }

  @Test func aBareLibraryLoadsWithoutGrants() throws {
    let bench = try Bench()
    try bench.folder.write("plugins.d/good.so", try FaultyPlugins.bytes("good"))
    try bench.folder.write("plugins.d/needy.so", try FaultyPlugins.bytes("missing_grant"))
    try bench.load()
    #expect(bench.registry.all.map(\.state) == [.active, .failed])
    #expect(bench.registry.all[0].name == "good")
  }

  @Test func aBrokenManifestKeepsItsLibraryFromLoading() throws {
    let bench = try Bench()
    try bench.folder.write("plugins.d/libgood.so", try FaultyPlugins.bytes("good"))
    try bench.write("good", "library = \"libgood.so\"\nenabeld = false")
    try bench.load()
    #expect(bench.registry.all.map(\.state) == [.failed])
  }

  @Test func grantsDependenciesAndTheSearchPath() throws {
    let search = try TemporaryFolder()
    try search.write("libchild.so", try FaultyPlugins.bytes("child"))
    let bench = try Bench { $0.librarySearchPath = ["/nowhere", search.path] }
    try bench.write("a-child", "library = \"libchild.so\"")
    try bench.add("b-good", "good")
    try bench.add("c-needy", "missing_grant", "grants = [\"net.connect\"]")
    try bench.add("d-off", "kept", "enabled = false")
    try bench.load()
    #expect(bench.registry.all.map(\.state) == [.active, .active, .active, .disabled])
    // What is required is adopted first.
    #expect(bench.adopter.log.prefix(2) == ["prepare -→1", "commit"])
    let child = try #require(bench.registry.generation("org.metis.test.child"))
    let good = try #require(bench.registry.generation("org.metis.test.good"))
    #expect(
      try #require(good.lifecycle.time(of: "active"))
        <= (try #require(child.lifecycle.time(of: "initialised"))))
    #expect(
      good.lifecycle.steps.map(\.state.name) == [
        "found", "verified", "loaded", "initialised", "active",
      ])
    #expect(bench.adopter.call(good) == #"{"answer":"good"}"#)
  }

  @Test func aFailedDependencyFailsItsDependant() throws {
    let bench = try Bench()
    try bench.add("a-child", "child")
    try bench.add("b-good", "good", "isolation = \"process\"")
    try bench.load()
    #expect(bench.registry.all.map { $0.failure?.kind } == [.missingDependency, .isolation])
  }

  @Test func signaturePolicies() throws {
    let key = try MinisignSecretKey.generate()
    let other = try MinisignSecretKey.generate()
    func bench(_ policy: SignaturePolicy, _ signer: MinisignSecretKey?, damage: Bool = false) throws
      -> Bench
    {
      let bench = try Bench { $0.signatures = policy }
      var bytes = try FaultyPlugins.bytes("good")
      if let signer {
        let signature = try MinisignSignature(
          signing: bytes, with: signer, untrustedComment: "u", trustedComment: "release")
        try bench.folder.write("plugins.d/good.so.minisig", signature.file)
      }
      // A byte at the end, which the loader does not look at.
      if damage { bytes.append(0) }
      try bench.folder.write("plugins.d/good.so", bytes)
      try bench.load()
      return bench
    }
    let trusted = [key.publicKey]
    var status = try bench(.require(trusted: trusted), key).registry.all[0]
    #expect(status.state == .active)
    #expect(
      status.generations[0].signature
        == .trusted(keyID: key.publicKey.keyIDText, comment: "release"))
    status = try bench(.require(trusted: trusted), nil).registry.all[0]
    #expect(status.failure?.kind == .unsigned)
    status = try bench(.require(trusted: trusted), other).registry.all[0]
    #expect(status.failure?.kind == .badSignature)
    #expect(status.failure?.message.contains("is not trusted") == true)
    status = try bench(.require(trusted: trusted), key, damage: true).registry.all[0]
    #expect(status.failure?.kind == .badSignature)
    #expect(status.failure?.message.contains("does not fit the bytes") == true)

    let warned = try bench(.warn(trusted: trusted), nil)
    #expect(warned.registry.all[0].state == .active)
    #expect(warned.registry.all[0].generations[0].signature == .unsigned)
    #expect(warned.notices.count == 1)
    let damaged = try bench(.warn(trusted: trusted), key, damage: true)
    #expect(damaged.registry.all[0].state == .active)
    guard case .invalid = damaged.registry.all[0].generations[0].signature else {
      Issue.record("expected an invalid signature")
      return
    }
    #expect(try bench(.off, other).registry.all[0].generations[0].signature == .unchecked)
  }
}

extension LoadingTests {
  @Test func anExceptionOfInitIsAFailureLikeAnother() throws {
    let bench = try Bench()
    try bench.add("a-good", "good")
    try bench.add("b-throws", "throws_init")
    try bench.load()
    #expect(bench.registry.all.map(\.state) == [.active, .failed])
    let failure = try #require(bench.registry.all[1].failure)
    #expect(failure.kind == .exception)
    #expect(failure.message.contains("init let an exception out (nobody catches this)"))
  }
}
