/// The `behavior` of a definition: how slow and how unreliable what answers is. Checked and read;
/// nothing follows from it yet.
public struct BehaviorSettings: Sendable, Hashable {
  /// A time in milliseconds, the same each time or drawn anew for each call.
  public enum Delay: Sendable, Hashable {
    /// Always the same.
    case fixed(Double)
    /// Each time of a range is as likely as another: `"range:a-b"`.
    case uniform(ClosedRange<Double>)
    /// The normal distribution, cut off at 0: `"normal:mean,deviation"`.
    case normal(mean: Double, deviation: Double)
    /// The log-normal distribution whose own mean and standard deviation are these:
    /// `"lognormal:mean,deviation"`.
    case logNormal(mean: Double, deviation: Double)
    /// Percentiles, rising, with straight lines between them: `{ p50 = 20, p99 = 400 }`.
    case percentiles([Percentile])
  }

  /// A part of calls and the time that they stay within.
  public struct Percentile: Sendable, Hashable {
    /// 0 to 100.
    public var percent: Double

    /// Milliseconds.
    public var milliseconds: Double
  }

  /// How many calls are answered.
  public struct Rate: Sendable, Hashable {
    /// How many calls a second.
    public var perSecond: Double

    /// How many at once; nil for those of one second.
    public var burst: Int?
  }

  /// How long an answer is held back.
  public var latency: Delay?

  /// By what part of itself ``latency`` varies, 0 to 1.
  public var latencyVariance: Double?

  /// How long the work itself takes.
  public var executionTime: Delay?

  /// What part of calls fails, 0 to 1; of `success_rate` what is left.
  public var errorRate: Double?

  /// What part of calls is never answered, 0 to 1.
  public var timeoutProbability: Double?

  /// For how many seconds an answer is given again.
  public var cacheSeconds: Double?

  /// How many calls are answered; more are refused.
  public var rateLimit: Rate?

  /// How many bytes of an answer go out each second.
  public var bytesPerSecond: Double?

  /// Nothing said.
  public init() {}
}
