import Testing

@testable import MetisConfig

@Test func aSettingKeepsItsOrigin() {
  #expect(ConfigInputs.Setting(key: "a", value: "1", origin: "--set a=1").origin == "--set a=1")
}
