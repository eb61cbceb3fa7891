using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Order.Api.Orders;

namespace Order.Api.Reconciliation;

/// <summary>Checks the invariants, both under load and at rest. <see cref="Rules"/> explains why there are no false alarms.</summary>
/// <remarks>
/// A run reads every order, ledger entry and item once, in pages, and pauses after each page. It costs about 10 us of CPU time per paid order, over all
/// processes. It writes nothing and locks nothing.
/// </remarks>
internal sealed class Reconciler(
    OrderAudit orders, AuditClient others, StockReconciler stock, ReconciliationTelemetry telemetry, IOptions<ReconciliationOptions> options, TimeProvider time)
{
    // Younger sagas are left to the next run: they may not be in the table yet. Longer than a checkout waits for its turn plus its transaction.
    private static readonly TimeSpan Horizon = TimeSpan.FromSeconds(30);

    /// <param name="rest">Length of the pause after each piece of work, as a multiple of the work's duration; 0 for no pauses.</param>
    /// <param name="cancellationToken">Cancels the run without a report.</param>
    public async Task<ReconciliationReport> RunAsync(double rest, CancellationToken cancellationToken)
    {
        var (at, startedAt, pace) = (time.GetUtcNow(), time.GetTimestamp(), new Pace(rest, time));
        var findings = new List<Finding>();
        await CheckAsync([Invariants.SagasEnd], found => orders.CheckSagasAsync(options.Value.SagaAgeMax, found[0], cancellationToken));
        await CheckAsync([Invariants.SameStock], found => stock.CheckIdentityAsync(found[0], cancellationToken));
        await CheckAsync([Invariants.HoldHasSaga], found => stock.CheckHoldsAsync(found[0], cancellationToken));
        await CheckAsync([Invariants.StockNotNegative, Invariants.StockAddsUp], found => stock.CheckItemsAsync(found[0], found[1], pace, cancellationToken));
        await CheckAsync([Invariants.CreditNotNegative, Invariants.BooksBalance, Invariants.BooksMatchEntries], found =>
            CheckBooksAsync(found, pace, cancellationToken));
        await CheckAsync([Invariants.CheckoutHasSaga, Invariants.PaidIsCharged, Invariants.ChargedIsPaid], found =>
            CheckOrdersAsync(found[0], found[1], found[2], pace, cancellationToken));
        InvariantReport[] invariants = [.. findings.Select(static finding => finding.Report())];
        bool? ok = invariants.Any(static one => one.Ok == false) ? false : invariants.All(static one => one.Ok == true) ? true : null;
        var report = new ReconciliationReport(at, time.GetElapsedTime(startedAt).TotalSeconds, ok, invariants);
        telemetry.Ran(report);
        return report;

        // A check that fails because of a problem with a service does not prevent the other checks.
        async Task CheckAsync(string[] names, Func<Finding[], Task> checkAsync)
        {
            var found = Array.ConvertAll(names, static name => new Finding(name));
            findings.AddRange(found);
            try
            {
                await checkAsync(found);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && IsTrouble(e))
            {
                foreach (var finding in found) finding.Fail(e.Message);
            }
        }
    }

    private static bool IsTrouble(Exception exception) =>
        exception is DbException or HttpRequestException or TimeoutException or OperationCanceledException or JsonException or InvalidDataException
            or InconclusiveException;

    private async Task CheckBooksAsync(Finding[] found, Pace pace, CancellationToken cancellationToken)
    {
        var began = pace.Begin();
        var books = await others.BooksAsync(cancellationToken);
        foreach (var finding in found) finding.Examined = books.Accounts;
        foreach (var account in books.Wrong)
        {
            found[0].Add(Rules.CreditNotNegative(account));
            found[1].Add(Rules.BooksBalance(account));
            found[2].Add(Rules.BooksMatchEntries(account));
        }

        await pace.RestAsync(began, cancellationToken);
    }

    private async Task CheckOrdersAsync(Finding checkoutHasSaga, Finding paidIsCharged, Finding chargedIsPaid, Pace pace, CancellationToken cancellationToken)
    {
        var before = Rules.FirstSagaOf(await orders.NowAsync(cancellationToken) - Horizon);
        var replaced = await FindReplacedAsync(cancellationToken);
        var digest = new ChargeDigest();
        for (var next = ""; next is not null;)
        {
            var began = pace.Begin();
            (var page, var count, next) = await orders.PageAsync(next, cancellationToken);
            checkoutHasSaga.Examined += count;
            var settled = page.FindAll(static order => order.Status != OrderStatus.CheckingOut);
            paidIsCharged.Examined += settled.Count;
            foreach (var order in page) checkoutHasSaga.Add(Rules.CheckoutHasSaga(order));
            var charges = await others.FindChargesAsync([.. settled.Select(static order => order.Saga)], cancellationToken);
            for (var i = 0; i < settled.Count; i++)
            {
                var (order, charge) = (settled[i], charges.Charges[i]);
                paidIsCharged.Add(Rules.PaidIsCharged(order, charge, charges.Replaced));
                // Orders without a charge have just been reported and must not be counted again.
                if (order.Status == OrderStatus.Paid && charge is { IsDone: true } && order.Saga.CompareTo(before) < 0
                    && !Rules.MayBeReplaced(charge.User, order.Saga, replaced)) digest.AddPaid(order.Saga);
            }

            await pace.RestAsync(began, cancellationToken);
        }

        for (Guid? after = Guid.Empty; after is { } last;)
        {
            var began = pace.Begin();
            var page = await others.ChargesAsync(last, before, replaced, cancellationToken);
            foreach (var saga in page.Sagas) digest.AddCharge(saga);
            chargedIsPaid.Examined += page.Sagas.Length;
            after = page.Next;
            await pace.RestAsync(began, cancellationToken);
        }

        if (digest.Differences > 0) await NameAsync(digest, replaced, chargedIsPaid, cancellationToken);
    }

    // Both sides were read page by page. The differences are read again, first the charge and then its orders and sagas in one snapshot, which is conclusive.
    private async Task NameAsync(ChargeDigest digest, Guid replaced, Finding chargedIsPaid, CancellationToken cancellationToken)
    {
        var (cleared, confirmed) = (0L, 0L);
        foreach (var sagas in digest.Candidates().Chunk(OrderAudit.PageMax))
        {
            var charges = (await others.FindChargesAsync(sagas, cancellationToken)).Charges;
            var paid = await orders.CountPaidAsync(sagas, cancellationToken);
            for (var i = 0; i < sagas.Length; i++)
            {
                if (charges[i] is not { IsDone: true } charge || !paid.TryGetValue(sagas[i], out var count) || count == 1)
                {
                    cleared++;
                    continue;
                }

                confirmed++;
                chargedIsPaid.Add(sagas[i].ToString(), $"one paid order for the charge of {charge.Amount} to {charge.User}", $"{count} paid orders");
            }
        }

        if (await FindReplacedAsync(cancellationToken) != replaced) throw new InconclusiveException("A batch_init ran during the check.");
        // Sagas that share a bucket cannot be identified. They count if others are confirmed, or if there are so many that few buckets have a single one.
        if (confirmed > 0 || digest.Differences > ChargeDigest.Buckets) chargedIsPaid.AddUnnamed(Math.Max(0, digest.Differences - cleared - confirmed));
    }

    // For a numbered user's sagas up to this one, batch_init may have removed either the order or the charge.
    private async Task<Guid> FindReplacedAsync(CancellationToken cancellationToken)
    {
        var orderSide = await orders.FindReplacedAsync(cancellationToken);
        var chargeSide = (await others.FindChargesAsync([Guid.Empty], cancellationToken)).Replaced;
        return orderSide.CompareTo(chargeSide) > 0 ? orderSide : chargeSide;
    }
}
