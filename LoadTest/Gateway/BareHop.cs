namespace LoadTest.Gateway;

/// <summary>
/// Measures the machine: nginx passing requests to an nginx that answers 200, on loopback, with the same client as the checkouts. This is the limit for any
/// shop behind this gateway.
/// </summary>
internal static class BareHop
{
    /// <summary>Starts both nginx, measures, and stops them.</summary>
    /// <exception cref="LoadTestException">nginx does not start, or does not answer 200.</exception>
    public static BareHopResult Measure(string nginx, int connections, int warmupSeconds, int durationSeconds, CancellationToken cancellationToken)
    {
        using var service = Nginx.Start(nginx, Embedded.Read("service.conf"), cancellationToken);
        using var gateway = Nginx.Start(nginx, Embedded.Read("gateway.conf").Replace("SERVICE", $"{service.EndPoint}", StringComparison.Ordinal),
            cancellationToken);
        var target = new Target(gateway.EndPoint, gateway.EndPoint.ToString());
        var request = new RequestTemplate(target, "POST", "/orders/checkout/");
        ProcessSample? before = null, after = null;
        var done = LoadDriver.Run([target], new RequestSource(long.MaxValue, request.Write, (_, status, _) => Verdict.Of(status)), new LoadPlan(connections)
        {
            WarmupSeconds = warmupSeconds, DurationSeconds = durationSeconds,
            WindowBegins = () => before = ProcessSample.Take(), WindowEnded = () => after = ProcessSample.Take(),
        }, cancellationToken);
        if (done.Failure.TotalCount > 0 || done.Succeeded == 0)
            throw new LoadTestException($"The bare hop failed: {done.Succeeded} answers of 200, {done.Failure.TotalCount} others.");
        var usage = ProcessSample.Between(before!, after!).ToDictionary(group => group.Name, group => group.CpuSeconds * 1e6 / done.Succeeded);
        var latency = LatencyReport.Of(done.Success)!;
        return new BareHopResult(done.PerSecond, usage["nginx"], usage["LoadTest"], latency.P50Ms, latency.P99Ms);
    }
}
