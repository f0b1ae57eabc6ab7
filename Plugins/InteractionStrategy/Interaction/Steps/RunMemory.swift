import MetisKit

/// What a question leaves for the call that resumes: the host keeps it, or seals it and hands it to the
/// client.
///
/// A call that resumes runs its steps again from the first one. What they give depends on the
/// arguments, the answers, the seed and the ordinal alone, so it comes to the same question by the same
/// way; effects that have been done are passed over by their count. As JSON: `{"v":1,"f":fingerprint,
/// "p":choice?,"n":effects?,"a":{answers}?,"t":{tries}?,"s":seed,"o":ordinal}`.
struct RunMemory: Sendable {
  /// The version of the format.
  private static let version: Int64 = 1

  /// Of the steps: a state of other steps, from before the configuration changed, is worth nothing.
  var fingerprint: UInt32
  /// Which list of a rule set runs.
  var choice = 0
  /// How many effects have been done.
  var effects = 0
  /// The answers so far.
  var answers = JSONObject()
  /// How often a key was asked again because its answer did not fit.
  var tries = JSONObject()
  /// The seed of the first call.
  var seed: UInt64
  /// The ordinal of the first call.
  var ordinal: UInt64

  /// The memory of a call that begins.
  init(fingerprint: UInt32, choice: Int, seed: UInt64, ordinal: UInt64) {
    self.fingerprint = fingerprint
    self.choice = choice
    self.seed = seed
    self.ordinal = ordinal
  }

  /// The memory that `state` holds; nil where it holds none of this version.
  init?(_ state: UnsafeRawBufferPointer) {
    guard state.count > 0, let value = try? JSONValue(parsing: state),
      value["v"]?.int == Self.version,
      let fingerprint = value["f"]?.int.flatMap({ UInt32(exactly: $0) }),
      let seed = value["s"]?.int, let ordinal = value["o"]?.int
    else { return nil }
    self.fingerprint = fingerprint
    choice = value["p"]?.int.flatMap { Int(exactly: $0) } ?? 0
    effects = value["n"]?.int.flatMap { Int(exactly: $0) } ?? 0
    answers = value["a"]?.object ?? [:]
    tries = value["t"]?.object ?? [:]
    self.seed = UInt64(bitPattern: seed)
    self.ordinal = UInt64(bitPattern: ordinal)
  }

  /// The state as compact JSON.
  var encoded: [UInt8] {
    var value: JSONValue = ["v": JSONValue(Self.version), "f": JSONValue(fingerprint)]
    if choice != 0 { value["p"] = JSONValue(choice) }
    if effects != 0 { value["n"] = JSONValue(effects) }
    if !answers.isEmpty { value["a"] = .object(answers) }
    if !tries.isEmpty { value["t"] = .object(tries) }
    value["s"] = JSONValue(Int64(bitPattern: seed))
    value["o"] = JSONValue(Int64(bitPattern: ordinal))
    return value.encoded
  }

  /// A fingerprint of `bytes`: FNV-1a of 32 bits (draft-eastlake-fnv).
  static func fingerprint(of bytes: [UInt8]) -> UInt32 {
    bytes.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
  }
}
