using Microsoft.AspNetCore.Mvc;
using Storefront.Web.Operations;
using Storefront.Web.Services;

namespace Storefront.Web.Pages.Admin;

/// <summary>The state of the shop, from the services' own measurements.</summary>
internal sealed class IndexModel(OperationsClient operations, Operator @operator) : OperatorPage(@operator)
{
    private const double Milliseconds = 1_000;

    // Notices by the value of the query parameter "done".
    private static readonly Dictionary<string, string> Notices = new()
    {
        ["filled"] = "The shelves are full.",
        ["not-filled"] = "Stock.Api is not responding. The shelves may or may not have been filled.",
        ["reset"] = "The shop is empty except for its first products.",
    };

    public bool MayReset { get; } = @operator.MayReset;

    /// <summary>Whether the page stops refreshing.</summary>
    [BindProperty(SupportsGet = true)]
    public bool Pause { get; set; }

    public string? Notice { get; private set; }

    public Overview Now { get; private set; } = null!;

    public IReadOnlyList<Chart> Charts { get; private set; } = [];

    /// <summary>For each queue, the number of batches in the last two minutes, their mean size and the largest.</summary>
    public IReadOnlyList<(string Service, string Queue, long Batches, double Mean, double Max)> Batches { get; private set; } = [];

    public async Task OnGetAsync(string? done)
    {
        Notice = Notices.GetValueOrDefault(done ?? "");
        Now = await operations.ReadAsync(HttpContext.RequestAborted);
        var orders = Now.Windows[OrderService.Service];
        Charts =
        [
            new("Orders per second", "",
                new("paid", orders.Sums("shop.checkout.outcomes", static outcome => outcome == "Paid")),
                new("refused", orders.Sums("shop.checkout.outcomes", static outcome => outcome != "Paid"))),
            new("Checkout latency", "ms", Latency("mean", orders.Means), Latency("slowest", orders.Largest)),
            new("Checkouts per batch", "",
                new("mean", orders.Means("shop.batch.size", static queue => queue == "checkouts")),
                new("largest", orders.Largest("shop.batch.size", static queue => queue == "checkouts"))),
        ];
        Batches = [.. from window in Now.Windows from queue in window.Value.Tags("shop.batch.size")
            let total = window.Value.Total("shop.batch.size", queue)
            select (window.Key, queue, total.Count, total.Mean, total.Max)];
    }

    public async Task<IActionResult> OnPostFillAsync() => RedirectToPage(new { done = await operations.FillAsync() ? "filled" : "not-filled" });

    private static ChartLine Latency(string name, Func<string, Func<string, bool>, double?[]> read) =>
        new(name, Array.ConvertAll(
            read("http.server.request.duration", static route => route == "/checkout/{order}"), static seconds => seconds * Milliseconds));
}
