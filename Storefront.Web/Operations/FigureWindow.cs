using ServiceDefaults;
using Storefront.Web.Services;

namespace Storefront.Web.Operations;

/// <summary>
/// A service's last two minutes: its replicas' measurements, added up second by second. Seconds count back from each replica's current second, because all
/// were asked at the same time and their clocks may differ.
/// </summary>
internal sealed class FigureWindow(IReadOnlyList<FigureReport> replicas)
{
    private readonly long _measuredSeconds = replicas.Select(static one => one.Now - one.Since).DefaultIfEmpty().Max();

    /// <summary>An instrument's tags, sorted.</summary>
    public IReadOnlyList<string> Tags(string instrument) =>
        [.. (from replica in replicas from series in replica.Series where series.Instrument == instrument select series.Tag).Distinct().Order()];

    /// <summary>The sum of each second, oldest first, without the current second; null before the first measurement.</summary>
    public double?[] Sums(string instrument, Func<string, bool> isWanted) =>
        [.. Seconds(instrument, isWanted).Select((second, index) => LiveFigures.WindowSeconds - index > _measuredSeconds ? (double?)null : second.Sum)];

    /// <summary>The mean of each second; null for seconds without measurements.</summary>
    public double?[] Means(string instrument, Func<string, bool> isWanted) =>
        [.. Seconds(instrument, isWanted).Select(static second => second.Count == 0 ? (double?)null : second.Sum / second.Count)];

    /// <summary>The maximum of each second; null for seconds without measurements.</summary>
    public double?[] Largest(string instrument, Func<string, bool> isWanted) =>
        [.. Seconds(instrument, isWanted).Select(static second => second.Count == 0 ? (double?)null : second.Max)];

    /// <summary>Number, mean and maximum of the measurements in the whole window.</summary>
    public (long Count, double Mean, double Max) Total(string instrument, string tag)
    {
        var seconds = Seconds(instrument, one => one == tag);
        var count = seconds.Sum(static second => second.Count);
        return (count, count == 0 ? 0 : seconds.Sum(static second => second.Sum) / count, seconds.Max(static second => second.Max));
    }

    /// <summary>
    /// The results of the replica that checked last: the age of the check, the number of invariants it could not check, and the violations of each invariant.
    /// Null if no replica has checked.
    /// </summary>
    public (TimeSpan Age, long Unchecked, IReadOnlyList<(string Invariant, long Violations)> Invariants)? Reconciliation()
    {
        var latest = replicas.Where(static one => Reading(one, "shop.reconciliation.age", "") is not null)
            .MinBy(static one => Reading(one, "shop.reconciliation.age", ""));
        if (latest is null) return null;
        return (
            TimeSpan.FromSeconds(Reading(latest, "shop.reconciliation.age", "")!.Value),
            (long)(Reading(latest, "shop.reconciliation.unchecked", "") ?? 0),
            [.. latest.Series.Where(static series => series.Instrument == "shop.reconciliation.violations")
                .Select(series => (series.Tag, (long)(Reading(latest, series.Instrument, series.Tag) ?? 0)))]);
    }

    // A gauge's latest value.
    private static double? Reading(FigureReport replica, string instrument, string tag) =>
        replica.Series.FirstOrDefault(series => series.Instrument == instrument && series.Tag == tag)?.Seconds is [.., var last] ? last.Sum : null;

    private (long Count, double Sum, double Max)[] Seconds(string instrument, Func<string, bool> isWanted)
    {
        var seconds = new (long Count, double Sum, double Max)[LiveFigures.WindowSeconds];
        var measured =
            from replica in replicas
            from series in replica.Series where series.Instrument == instrument && isWanted(series.Tag)
            from second in series.Seconds select (second.At - replica.Now + LiveFigures.WindowSeconds, second);
        foreach (var (index, second) in measured)
        {
            if (index is < 0 or >= LiveFigures.WindowSeconds) continue;
            var before = seconds[index];
            seconds[index] = (before.Count + second.Count, before.Sum + second.Sum, Math.Max(before.Max, second.Max));
        }

        return seconds;
    }
}
