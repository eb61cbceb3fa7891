namespace LoadTest.Statistics;

/// <summary>The verdict about an answer.</summary>
/// <param name="IsExpected">Whether the answer is the expected one.</param>
/// <param name="Kind">The kind of request; -1 if there is only one.</param>
internal readonly record struct Verdict(bool IsExpected, int Kind = -1)
{
    /// <summary>Gets the verdict if only success is expected.</summary>
    public static Verdict Of(int status) => new(status is >= 200 and < 300);
}
