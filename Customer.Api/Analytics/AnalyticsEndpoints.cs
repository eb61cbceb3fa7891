using Customer.Api.Customers;
using MongoDB.Bson;
using ServiceDefaults;

namespace Customer.Api.Analytics;

/// <summary>Statistics over all customers. They are computed in the background; a request only fetches them, with their age.</summary>
internal static class AnalyticsEndpoints
{
    private const int RetryAfterSeconds = 5;

    public static void MapAnalytics(this WebApplication app)
    {
        var analytics = app.MapGroup("/customers/analytics").WithTags("Analytics").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        analytics.MapGet("/summary", (AnalyticsStore store, TimeProvider time) => AnswerAsync(store, time, static figures => figures.Summary))
            .WithName("CustomerSummary")
            .WithSummary("Returns the number of customers in total, by status, by country and by month, with computed_at and age_seconds.");
        analytics.MapGet("/purchases", (AnalyticsStore store, TimeProvider time) => AnswerAsync(store, time, static figures => figures.Purchases))
            .WithName("PurchaseFigures")
            .WithSummary("Returns statistics of purchases, the top customers, and sales by product, with computed_at and age_seconds.");
    }

    private static async Task<IResult> AnswerAsync(AnalyticsStore store, TimeProvider time, Func<Figures, BsonDocument> part)
    {
        if (await store.FindAsync() is not { } figures)
            return Problems.Unavailable(UnavailableReasons.Busy, "The figures are being computed for the first time. Try again.", RetryAfterSeconds);
        var age = time.GetUtcNow().UtcDateTime - figures.ComputedAt;
        return new JsonResult(json =>
        {
            json.WriteStartObject();
            json.WriteString("computed_at", figures.ComputedAt);
            json.WriteNumber("age_seconds", Math.Max(Math.Round(age.TotalSeconds, 1), 0));
            json.WriteNumber("computed_in_ms", figures.DurationMs);
            json.WriteMembers(part(figures));
            json.WriteEndObject();
        });
    }
}
