namespace Tests.Cluster;

/// <summary>Waits, with an end, for what happens a moment later.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks again until the answer is as expected; after the limit (5 s unless given) fails with the last answer.</summary>
    public static async Task EqualAsync<T>(T expected, Func<Task<T>> actual, TimeSpan? limit = null)
        => Assert.Equal(expected, await UntilAsync(actual, a => EqualityComparer<T>.Default.Equals(a, expected), limit));

    /// <summary>Asks again until the answer will do, and gives the last one, also when the limit (5 s unless given) is over.</summary>
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
