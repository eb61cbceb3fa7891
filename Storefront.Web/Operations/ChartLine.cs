namespace Storefront.Web.Operations;

/// <summary>A line of a chart.</summary>
/// <param name="Name">For people.</param>
/// <param name="Values">At equal distances, oldest first; null where there is nothing to draw.</param>
internal sealed record ChartLine(string Name, IReadOnlyList<double?> Values)
{
    /// <summary>The last value there is.</summary>
    public double? Latest => Values.LastOrDefault(static value => value is not null);
}
