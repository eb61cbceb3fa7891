using System.Diagnostics.Metrics;

namespace Stock.Api.Reservations;

/// <summary>The meter <c>Shop.Stock</c>.</summary>
internal sealed class StockMetrics
{
    private readonly Counter<long> _reservations;

    public StockMetrics(IMeterFactory meters) => _reservations = meters.Create("Shop.Stock")
        .CreateCounter<long>(
            "shop.stock.reservations", "{reservation}", "Members of calls to hold, commit and release by outcome; repeated calls count again.");

    public void Count(StockOutcome[] outcomes)
    {
        if (!_reservations.Enabled) return;
        foreach (var group in outcomes.CountBy(static outcome => outcome))
            _reservations.Add(group.Value, new KeyValuePair<string, object?>("outcome", group.Key.ToString()));
    }
}
