namespace Tests.Cluster;

/// <summary>Polls, up to a limit, for a condition that becomes true with a delay.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Polls until the result is as expected. After the limit (5 s by default), fails with the last result.</summary>
    public static async Task EqualAsync<T>(T expected, Func<Task<T>> actual, TimeSpan? limit = null)
        => Assert.Equal(expected, await UntilAsync(actual, a => EqualityComparer<T>.Default.Equals(a, expected), limit));

    /// <summary>Polls until the text, which says what is missing, is empty. After the limit, fails with all of it; Assert.Equal would shorten it.</summary>
    public static async Task NothingAsync(Func<Task<string>> missing, TimeSpan limit)
    {
        var text = await UntilAsync(missing, static text => text.Length == 0, limit);
        Assert.True(text.Length == 0, text);
    }

    /// <summary>Polls until the result is accepted, and returns the last result, even if the limit (5 s by default) has passed.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> actual, Func<T, bool> enough, TimeSpan? limit = null)
    {
        var end = Environment.TickCount64 + (long)(limit ?? TimeSpan.FromSeconds(5)).TotalMilliseconds;
        while (true)
        {
            var answer = await actual();
            if (enough(answer) || Environment.TickCount64 > end) return answer;
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}
