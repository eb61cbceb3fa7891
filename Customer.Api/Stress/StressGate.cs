namespace Customer.Api.Stress;

/// <summary>Lets a number of runs work at the same time, each within <see cref="StressLimits.TimeMax"/> and as long as its client waits.</summary>
internal sealed class StressGate(int runsMax) : IDisposable
{
    private readonly SemaphoreSlim _places = new(runsMax, runsMax);

    /// <summary>Runs the work. Its token is cancelled at the time limit, upon which it returns what it has.</summary>
    /// <returns>What the work returns; null, too, if all places are taken.</returns>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public async Task<T?> RunAsync<T>(Func<CancellationToken, Task<T?>> work, CancellationToken client) where T : class
    {
        if (!await _places.WaitAsync(0, client)) return null;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(client);
            limit.CancelAfter(StressLimits.TimeMax);
            var result = await work(limit.Token);
            client.ThrowIfCancellationRequested();
            return result;
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _places.Dispose();
}
