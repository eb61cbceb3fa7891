namespace LoadTest.Reports;

/// <summary>
/// Compares two runs. A rate or latency differs beyond noise if its difference exceeds 5 % and three standard errors of the mean of its measured seconds
/// (seconds are slightly correlated, so it is three and not two). Shares of errors differ if they are three standard errors of two proportions apart. Other
/// percentiles have no value for each second and are not judged.
/// </summary>
internal static class Comparison
{
    public const string Rule = "beyond noise: more than 5 %, and more than 3 standard errors over the measured seconds; errors: 3 standard errors of the share";

    /// <summary>The minimum number of measured seconds for a judgment.</summary>
    public const int SecondsMin = 5;

    private const double PartMin = 0.05, ErrorsMin = 3;
    private const string Better = "better", Worse = "worse", Noise = "within noise", TooShort = "too short to tell";

    public static IReadOnlyList<ComparedFigure> Compare(RunReport before, RunReport after)
    {
        List<ComparedFigure> figures =
        [
            Judge("handled/s", before.HandledPerSecond, after.HandledPerSecond, before, after, static second => second.Handled, isMoreBetter: true),
        ];
        if (before.Latency is { } one && after.Latency is { } other)
        {
            figures.Add(Judge("p50 ms", one.P50Ms, other.P50Ms, before, after, static second => second.P50Ms, isMoreBetter: false));
            figures.Add(new("p95 ms", one.P95Ms, other.P95Ms, ""));
            figures.Add(Judge("p99 ms", one.P99Ms, other.P99Ms, before, after, static second => second.P99Ms, isMoreBetter: false));
            figures.Add(new("p99.9 ms", one.P999Ms, other.P999Ms, ""));
            figures.Add(new("max ms", one.MaxMs, other.MaxMs, ""));
        }

        figures.Add(JudgeErrors(before, after));
        foreach (var request in before.Requests)
        {
            if (after.Requests.FirstOrDefault(r => r.Name == request.Name) is { Latency: { } latency } && request.Latency is not null)
                figures.Add(new($"{request.Name}, p99 ms", request.Latency.P99Ms, latency.P99Ms, ""));
        }

        return figures;
    }

    /// <summary>Lists differences that make two runs hard to compare.</summary>
    public static IEnumerable<string> Differences(RunReport before, RunReport after)
    {
        if (before.Command != after.Command) yield return $"command {before.Command}, {after.Command}";
        if (before.Users != after.Users) yield return $"users {before.Users:N0}, {after.Users:N0}";
        if (before.RatePerSecond != after.RatePerSecond) yield return $"rate {before.RatePerSecond:N0}, {after.RatePerSecond:N0}";
        if (before.Machine != after.Machine) yield return "machines";
    }

    private static ComparedFigure Judge(string name, double one, double other, RunReport before, RunReport after, Func<SecondReport, double> value,
        bool isMoreBetter)
    {
        var (first, second) = (Measured(before, value), Measured(after, value));
        if (first.Length < SecondsMin || second.Length < SecondsMin) return new(name, one, other, TooShort);
        var isBeyond = Math.Abs(other - one) > Math.Max(PartMin * Math.Abs(one), ErrorsMin * Math.Sqrt(SquaredError(first) + SquaredError(second)));
        return new(name, one, other, !isBeyond ? Noise : other > one == isMoreBetter ? Better : Worse);
    }

    private static ComparedFigure JudgeErrors(RunReport before, RunReport after)
    {
        var (one, other) = (before.Handled + before.ErrorCount, after.Handled + after.ErrorCount);
        var (first, second) = (one > 0 ? (double)before.ErrorCount / one : 0, other > 0 ? (double)after.ErrorCount / other : 0);
        var judgement = TooShort;
        if (one > 0 && other > 0)
        {
            var both = (double)(before.ErrorCount + after.ErrorCount) / (one + other);
            var isBeyond = Math.Abs(second - first) > ErrorsMin * Math.Sqrt(both * (1 - both) * ((1.0 / one) + (1.0 / other)));
            judgement = !isBeyond ? Noise : second < first ? Better : Worse;
        }

        return new("errors %", first * 100, second * 100, judgement);
    }

    private static double[] Measured(RunReport report, Func<SecondReport, double> value) =>
        [.. report.Seconds.Where(static second => second.IsMeasured).Select(value)];

    // Of the mean.
    private static double SquaredError(double[] values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length;
    }
}
