using System.Diagnostics;
using Customer.Api.Configuration;
using Customer.Api.Customers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Analytics;

/// <summary>
/// Computes the statistics in the background, one replica at a time: reads the relevant fields of all customers in ID order, page by page, and aggregates them
/// here. This is several times cheaper than an aggregation in the database engine (docs/customers.md), works on every version of MongoDB, keeps no long query
/// open, and pauses after each page so that requests are hardly affected.
/// </summary>
internal sealed partial class AnalyticsWorker(
    CustomerCollection customers, AnalyticsStore store, CustomerSettings settings, TimeProvider time, ILogger<AnalyticsWorker> logger) : BackgroundService
{
    private const int PageSize = 20_000, BatchSize = 2_000;

    /// <summary>A page that takes longer cancels the computation.</summary>
    private static readonly TimeSpan PageTimeMax = TimeSpan.FromSeconds(20);

    /// <summary>A computation pauses only after this much work, so that a small shop's statistics are available at once.</summary>
    private static readonly TimeSpan RestlessTime = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = TimeSpan.FromSeconds(settings.AnalyticsRefreshSeconds);
        var isFailing = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = interval;
            try
            {
                var last = await store.FindAsync();
                var age = last is null ? TimeSpan.MaxValue : time.GetUtcNow().UtcDateTime - last.ComputedAt;
                // From the future: by another replica's clock, or because a clock was set back. These are recomputed at once.
                if (age < interval && age > -interval) pause = interval - age;
                else if (await store.TryLeaseAsync(stoppingToken)) await ComputeAsync(isFirst: last is null, stoppingToken);
                isFailing = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (!isFailing) LogFailed(logger, e.Message);
                isFailing = true;
            }

            await Task.Delay(pause < TimeSpan.FromMilliseconds(100) ? TimeSpan.FromMilliseconds(100) : pause, time, stoppingToken);
        }
    }

    private async Task ComputeAsync(bool isFirst, CancellationToken cancellationToken)
    {
        var (figures, started, worked, customersRead) = (new CustomerFigures(), Stopwatch.GetTimestamp(), TimeSpan.Zero, 0L);
        BsonValue? last = null;
        while (true)
        {
            var began = Stopwatch.GetTimestamp();
            var (count, end) = await AddPageAsync(figures, last, cancellationToken);
            (last, customersRead, worked) = (end, customersRead + count, worked + Stopwatch.GetElapsedTime(began));
            if (count < PageSize) break;
            // Requests are waiting for the very first statistics, so their computation does not pause.
            if (!isFirst && worked > RestlessTime)
                await Task.Delay(Stopwatch.GetElapsedTime(began) * ((100.0 / settings.AnalyticsLoadPercent) - 1), time, cancellationToken);
            if (!await store.TryLeaseAsync(cancellationToken)) return;
        }

        var duration = Stopwatch.GetElapsedTime(started);
        await store.SaveAsync(new(time.GetUtcNow().UtcDateTime, (long)duration.TotalMilliseconds, figures.Summary(), figures.Purchases()), cancellationToken);
        if (duration > RestlessTime) LogComputed(logger, customersRead, worked.TotalSeconds, duration.TotalSeconds);
    }

    private async Task<(int Count, BsonValue? Last)> AddPageAsync(CustomerFigures figures, BsonValue? after, CancellationToken cancellationToken)
    {
        var filter = after is null ? [] : new BsonDocument(Fields.Id, new BsonDocument("$gt", after));
        var options = new FindOptions<BsonDocument>
        {
            Sort = new BsonDocument(Fields.Id, 1), Limit = PageSize, BatchSize = BatchSize, MaxTime = PageTimeMax, Projection = CustomerFigures.Projection,
        };
        using var cursor = await customers.Documents.FindAsync(filter, options, cancellationToken);
        var count = 0;
        while (await cursor.MoveNextAsync(cancellationToken))
        {
            foreach (var customer in cursor.Current)
            {
                figures.Add(customer);
                (count, after) = (count + 1, customer[Fields.Id]);
            }
        }

        return (count, after);
    }

    [LoggerMessage(302, LogLevel.Warning, "Computing the analytics failed and will be retried: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(303, LogLevel.Information, "Computed the analytics of {Customers} customers: {WorkSeconds:F1} s of work in {Seconds:F1} s")]
    private static partial void LogComputed(ILogger logger, long customers, double workSeconds, double seconds);
}
