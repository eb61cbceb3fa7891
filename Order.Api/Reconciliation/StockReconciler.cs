using Order.Api.Checkout.Participants;

namespace Order.Api.Reconciliation;

/// <summary>
/// Checks the books of the stock. Items and the reservations that hold them cannot be read page by page in one snapshot, so apparent errors are read again.
/// </summary>
internal sealed class StockReconciler(AuditClient others, OrderAudit orders, StockIdentity identity, TimeProvider time)
{
    // Counts items with held stock. A hundred times as many as checkouts at full speed hold at once.
    private const int ItemsMax = 10_000;

    // Limits the items of the final check, which reads all records in one step and thereby blocks Redis.
    private const int AtomicItemsMax = 1_000;

    private const int Looks = 3;

    private static readonly TimeSpan LookPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// No quantity is negative, and total = available + sold + held. An item is read three times. It counts as a violation only if the difference does not
    /// change and is still there in a final read that is atomic. An item in constant use by checkouts is therefore reported only once they pause.
    /// </summary>
    public async Task CheckItemsAsync(Finding notNegative, Finding addsUp, Pace pace, CancellationToken cancellationToken)
    {
        var items = new HashSet<string>();
        var cursor = "0";
        do
        {
            var began = pace.Begin();
            var page = await others.ItemsAsync(cursor, cancellationToken);
            cursor = page.Cursor;
            notNegative.Examined = addsUp.Examined += page.Examined;
            foreach (var item in page.Items)
            {
                if (items.Add(item.Id)) notNegative.Add(Rules.StockNotNegative(item));
            }

            await pace.RestAsync(began, cancellationToken);
        }
        while (cursor != "0");

        var suspects = await SuspectsAsync([.. items.Take(ItemsMax)], cancellationToken);
        for (var look = 1; look < Looks && suspects.Count > 0; look++)
        {
            await Task.Delay(LookPause, time, cancellationToken);
            var again = await SuspectsAsync([.. suspects.Keys.Take(ItemsMax)], cancellationToken);
            suspects = again.Where(one => suspects.GetValueOrDefault(one.Key) == one.Value).ToDictionary();
        }

        if (suspects.Count > 0)
        {
            var sure = await HeldAsync([.. suspects.Keys.Take(AtomicItemsMax)], true, cancellationToken);
            foreach (var item in sure.Items) addsUp.Add(Rules.StockAddsUp(item));
        }

        if (items.Count > ItemsMax) throw new InconclusiveException($"More than {ItemsMax} items are held.");
    }

    /// <summary>Stock.Api has the stock that orders are sold from. Before the first checkout there is nothing to compare.</summary>
    public async Task CheckIdentityAsync(Finding finding, CancellationToken cancellationToken)
    {
        if (await identity.FindAsync(cancellationToken) is not { } known) return;
        finding.Examined = 1;
        finding.Add(Rules.SameStock(known, await identity.AskAsync(cancellationToken)));
    }

    /// <summary>Every reservation with held stock has an open saga. Reads the reservations, then the open sagas, then the reservations again.</summary>
    public async Task CheckHoldsAsync(Finding finding, CancellationToken cancellationToken)
    {
        var holding = (await HeldAsync([], false, cancellationToken)).Sagas;
        finding.Examined = holding.Length;
        if (holding.Length == 0) return;
        var notOpen = await orders.NotOpenAsync(holding, cancellationToken);
        if (notOpen.Count == 0) return;
        foreach (var saga in (await HeldAsync([], false, cancellationToken)).Sagas.Where(notOpen.Contains))
            finding.Add(saga.ToString(), "an open saga, or nothing held", "stock held without an open saga");
    }

    private async Task<Dictionary<string, Int128>> SuspectsAsync(string[] items, CancellationToken cancellationToken) =>
        (await HeldAsync(items, false, cancellationToken)).Items.Where(static item => item.Excess != 0)
            .ToDictionary(static item => item.Id, static item => item.Excess);

    private async Task<HeldPage> HeldAsync(string[] items, bool isAtomic, CancellationToken cancellationToken) =>
        await others.HeldAsync(items, await orders.NowAsync(cancellationToken), isAtomic, cancellationToken);
}
