using System.Diagnostics.Metrics;

namespace ServiceDefaults;

/// <summary>The meter <c>Shop.Requests</c>: counts requests that were answered with 503.</summary>
public sealed class RejectedRequests(IMeterFactory meters)
{
    private readonly Counter<long> _rejected = meters.Create("Shop.Requests")
        .CreateCounter<long>("shop.requests.rejected", "{request}", "Requests answered 503, by reason.");

    /// <summary>Counts a request.</summary>
    /// <param name="reason">One of <see cref="UnavailableReasons"/>, or a service's own.</param>
    public void Count(string reason) => _rejected.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
