using Order.Api.Checkout.Participants;
using Order.Api.Checkout.Saga;
using Order.Api.Checkout.Store;

namespace Order.Api.Checkout;

/// <summary>Wraps the store and the participants in <see cref="CrashPoint"/>s.</summary>
internal static class CrashPoints
{
    /// <summary>Decorates the services registered so far with the configured crash point, if there is one.</summary>
    /// <exception cref="FormatException">The configured crash point is invalid.</exception>
    public static void AddCrashPoint(this IHostApplicationBuilder builder)
    {
        if (!builder.Environment.IsDevelopment() || builder.Configuration["Checkout:CrashAt"] is not { Length: > 0 } text) return;
        var point = CrashPoint.Parse(text);
        Decorate<ISagaStore>(builder.Services, store => new CrashingStore(store, point));
        Decorate<IStock>(builder.Services, stock => new CrashingStock(stock, point));
        Decorate<IPayment>(builder.Services, payment => new CrashingPayment(payment, point));
    }

    private static void Decorate<T>(IServiceCollection services, Func<T, T> decorate) where T : class
    {
        var inner = services.Last(static service => service.ServiceType == typeof(T));
        services.AddSingleton(provider => decorate((T)(inner.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!))));
    }

    private static Task<T[]> AskAsync<T>(CrashPoint point, IParticipant<T> participant, IReadOnlyList<CheckoutSaga> sagas) =>
        point.AroundAsync([.. sagas.Select(static saga => SagaCommand.Of(saga.State.Step)!.Name).Distinct()], () => participant.AskAsync(sagas));

    private sealed class CrashingStore(ISagaStore inner, CrashPoint point) : ISagaStore
    {
        public ValueTask<DateTimeOffset> NowAsync() => inner.NowAsync();

        public Task<TurnResult> TurnAsync(Turn turn)
        {
            string[] steps = [turn.Record.Count > 0 ? "record" : "", turn.Ended.Count > 0 ? "end" : "", turn.Begin.Count > 0 ? "begin" : ""];
            return point.AroundAsync(steps, () => inner.TurnAsync(turn));
        }

        // An adoption that finds nothing does not count.
        public Task<List<AdoptedBatch>> AdoptAsync(int max, long now) =>
            point.AroundAsync(["adopt"], () => inner.AdoptAsync(max, now), static adopted => adopted.Count > 0);

        public Task<CheckoutResult?> FindOutcomeAsync(string order, Guid saga) => inner.FindOutcomeAsync(order, saga);
    }

    private sealed class CrashingStock(IStock inner, CrashPoint point) : IStock
    {
        public Task<StockOutcome[]> AskAsync(IReadOnlyList<CheckoutSaga> sagas) => CrashPoints.AskAsync(point, inner, sagas);
    }

    private sealed class CrashingPayment(IPayment inner, CrashPoint point) : IPayment
    {
        public Task<PaymentOutcome[]> AskAsync(IReadOnlyList<CheckoutSaga> sagas) => CrashPoints.AskAsync(point, inner, sagas);
    }
}
