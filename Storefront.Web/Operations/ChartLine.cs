namespace Storefront.Web.Operations;

/// <summary>A line of a chart.</summary>
/// <param name="Name">The name in the legend.</param>
/// <param name="Values">Values at equal intervals, oldest first; null for gaps.</param>
internal sealed record ChartLine(string Name, IReadOnlyList<double?> Values)
{
    /// <summary>The latest value that is not null; null if there is none.</summary>
    public double? Latest => Values.LastOrDefault(static value => value is not null);
}
