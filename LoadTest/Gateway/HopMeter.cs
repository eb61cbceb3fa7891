using Spectre.Console;

namespace LoadTest.Gateway;

/// <summary>Measures the bare hop before and after a load.</summary>
/// <param name="nginx">The path of nginx; null to measure nothing.</param>
/// <param name="connections">The load's connections.</param>
/// <param name="output">Receives each result.</param>
/// <param name="cancellationToken">Interrupts the measurement.</param>
internal sealed class HopMeter(string? nginx, int connections, IAnsiConsole output, CancellationToken cancellationToken)
{
    private const int WarmupSeconds = 2, DurationSeconds = 5;

    private BareHopResult? _before, _after;

    /// <exception cref="LoadTestException">The bare hop failed.</exception>
    public void Before() => _before = Measure("before");

    /// <exception cref="LoadTestException">The bare hop failed.</exception>
    public void After() => _after = Measure("after");

    /// <summary>Compares the load with the mean of both; null if they were not measured.</summary>
    public BareHopReport? Report(double perSecond)
    {
        if (_before is null || _after is null) return null;
        var mean = (_before.PerSecond + _after.PerSecond) / 2;
        return new BareHopReport(_before, _after, mean, perSecond / mean);
    }

    private BareHopResult? Measure(string when)
    {
        if (nginx is null) return null;
        var hop = BareHop.Measure(nginx, connections, WarmupSeconds, DurationSeconds, cancellationToken);
        output.Print(when, hop);
        return hop;
    }
}
