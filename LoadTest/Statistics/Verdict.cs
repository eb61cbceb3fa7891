namespace LoadTest.Statistics;

/// <summary>What an answer is to whoever asked.</summary>
/// <param name="IsExpected">Whether it is what was asked for.</param>
/// <param name="Kind">The kind of request; -1 where there is only one.</param>
internal readonly record struct Verdict(bool IsExpected, int Kind = -1)
{
    /// <summary>Where nothing but success is asked for.</summary>
    public static Verdict Of(int status) => new(status is >= 200 and < 300);
}
