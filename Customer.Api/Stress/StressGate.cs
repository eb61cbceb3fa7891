namespace Customer.Api.Stress;

/// <summary>Limits the number of concurrent runs. Each ends after <see cref="StressLimits.TimeMax"/>, or when its client disconnects.</summary>
internal sealed class StressGate(int runsMax) : IDisposable
{
    private readonly SemaphoreSlim _places = new(runsMax, runsMax);

    /// <summary>Runs the work. Its token is canceled at the time limit; the work then returns its partial result.</summary>
    /// <returns>The work's result, or null if all slots are taken.</returns>
    /// <exception cref="OperationCanceledException">The client has disconnected.</exception>
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
