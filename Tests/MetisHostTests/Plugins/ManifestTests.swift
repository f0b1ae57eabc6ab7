import Foundation
import JSON
import Testing

@testable import MetisHost

@Suite struct ManifestTests {
  @Test func readsEveryKey() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      "weather.toml",
      """
      library = "libweather.so"
      enabled = false
      grants = ["net.connect", "secrets"]
      signature = "weather.sig"
      isolation = "none"
      order = -3

      [config]
      rate = 0.5
      names = ["a", "b"]

      [secrets]
      token = "abc"

      [filter]
      mode = "strict"
      """)
    let manifest = try ManifestFile.read(file)
    #expect(manifest.file == file)
    #expect(manifest.name == "weather")
    #expect(manifest.library == "libweather.so")
    #expect(!manifest.isEnabled)
    #expect(manifest.grants == ["net.connect", "secrets"])
    #expect(manifest.signature == "weather.sig")
    #expect(manifest.order == -3)
    #expect(String(decoding: manifest.config, as: UTF8.self) == #"{"rate":0.5,"names":["a","b"]}"#)
    #expect(String(decoding: manifest.filter, as: UTF8.self) == #"{"mode":"strict"}"#)
    #expect(manifest.secrets == ["token": "abc"])
    #expect(manifest.directory == folder.path)
  }

  @Test func takesVariablesOfTheEnvironment() throws {
    let folder = try TemporaryFolder()
    setenv("METIS_TEST_MANIFEST_TOKEN", "from outside", 1)
    let file = try folder.write(
      "weather.toml",
      """
      library = "${METIS_TEST_MANIFEST_LIBRARY:-libweather.so}"
      [secrets]
      token = "${METIS_TEST_MANIFEST_TOKEN}"
      """)
    let manifest = try ManifestFile.read(file)
    #expect(manifest.library == "libweather.so")
    #expect(manifest.secrets == ["token": "from outside"])
    let bad = try folder.write(
      "bad.toml", "library = \"x.so\"\n[secrets]\ntoken = \"${METIS_TEST_MANIFEST_ABSENT}\"")
    let error = #expect(throws: PluginError.self) { try ManifestFile.read(bad) }
    #expect(error?.message.contains("3:9: the variable METIS_TEST_MANIFEST_ABSENT") == true)
  }

  @Test func hasDefaults() throws {
    let manifest = try PluginManifest(
      parsing: ["library": "/x/y.so"], file: "/etc/plugins.d/y.toml")
    #expect(manifest.isEnabled)
    #expect(manifest.grants.isEmpty)
    #expect(manifest.isolation == .none)
    #expect(manifest.order == 0)
    #expect(String(decoding: manifest.config, as: UTF8.self) == "{}")
  }

  @Test(arguments: [
    ("librari = \"x.so\"", "1:1: the key librari is unknown; did you mean library?"),
    ("library = \"x.so\"\n\ngrnats = []", "3:1: the key grnats is unknown; did you mean grants?"),
    ("enabled = true", "the key library is missing"),
    ("library = 3", "1:1: the key library is a number; expected a string"),
    ("library = \"x.so\"\nenabled = \"yes\"", "2:1: the key enabled is a string; expected true"),
    (
      "library = \"x.so\"\ngrants = [\"net.conect\"]",
      "2:1: the key grants holds \"net.conect\", which is unknown; did you mean \"net.connect\"?"
    ),
    ("library = \"x.so\"\nisolation = \"jail\"", "expected \"none\" or \"process\""),
    ("library = \"x.so\"\norder = 1.5", "the key order is not an integer"),
    ("library = \"x.so\"\nconfig = 1", "the key config is a number; expected a table [config]"),
    ("library = \"x.so\"\n[secrets]\ntoken = 5", "3:1: the key secrets.token is a number"),
    ("library = ", "1:"),
  ])
  func refuses(_ text: String, _ expected: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("bad.toml", text)
    let error = #expect(throws: PluginError.self) { try ManifestFile.read(file) }
    #expect(error?.kind == .manifest)
    #expect(error?.file == file)
    #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
  }

  @Test func aSecretOfTheWrongKindIsNotQuoted() throws {
    let error = #expect(throws: PluginError.self) {
      try PluginManifest(
        parsing: ["library": "x.so", "secrets": ["pin": 739_152]], file: "x.toml")
    }
    #expect(error?.message.contains("739152") == false)
  }
}
