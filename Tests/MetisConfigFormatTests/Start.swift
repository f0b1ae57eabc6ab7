import Testing

@testable import MetisConfig

@Test func aLoaderStartsWithNothingToWatch() {
  #expect(ConfigLoader(ConfigInputs([])).watched == WatchedPaths())
}
