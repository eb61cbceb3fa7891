using System.Diagnostics;
using System.Globalization;

namespace Order.Api.Checkout;

/// <summary>
/// Kills this process at a chosen point of a checkout, as a power cut would: to see what others make of it. <c>Checkout:CrashAt</c> names the step and the
/// side of it, as in <c>charge:after</c>, and if it is not the first time that counts, which one, as in <c>charge:after:3</c>. In Development only; elsewhere
/// the setting is not looked at. Where it is not set, nothing of this is in the way of a checkout.
/// </summary>
internal sealed class CrashPoint
{
    /// <summary>What is persisted (<c>begin</c>, <c>record</c>, <c>end</c>, <c>adopt</c>) and what is asked of others.</summary>
    public static readonly string[] Steps = ["begin", "record", "end", "adopt", "reserve", "commit", "release", "charge", "refund"];

    private readonly string _step;
    private readonly bool _isAfter;
    private int _timesLeft;

    private CrashPoint(string step, bool isAfter, int times) => (_step, _isAfter, _timesLeft) = (step, isAfter, times);

    /// <summary>Reads <c>step:before</c> or <c>step:after</c>, with or without <c>:N</c>, N from 1.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static CrashPoint Parse(string text)
    {
        var parts = text.Split(':');
        var times = 1;
        return parts.Length is 2 or 3 && Steps.Contains(parts[0]) && parts[1] is "before" or "after"
            && (parts.Length == 2 || (int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out times) && times > 0))
            ? new(parts[0], parts[1] == "after", times)
            : throw new FormatException($"Checkout:CrashAt is '{text}': not one of {string.Join(", ", Steps)} with :before or :after, and then :N or nothing.");
    }

    /// <summary>Does what is asked, unless this process dies before or after it. After: not if it has failed, for then nobody knows if it was done.</summary>
    /// <param name="steps">Of what is asked.</param>
    /// <param name="askAsync">Asks.</param>
    /// <param name="isDone">Whether the answer counts; each does, unless given.</param>
    public async Task<T> AroundAsync<T>(IEnumerable<string> steps, Func<Task<T>> askAsync, Func<T, bool>? isDone = null)
    {
        var isMine = steps.Contains(_step);
        if (isMine && !_isAfter) Pass();
        var answer = await askAsync();
        if (isMine && _isAfter && isDone?.Invoke(answer) != false) Pass();
        return answer;
    }

    private void Pass()
    {
        if (Interlocked.Decrement(ref _timesLeft) > 0) return;
        Console.Error.WriteLine($"Checkout:CrashAt: {_step}:{(_isAfter ? "after" : "before")} is reached; this process kills itself.");
        Process.GetCurrentProcess().Kill(); // SIGKILL: nothing is flushed, no connection is closed in order
        Thread.Sleep(Timeout.Infinite);
    }
}

/// <summary>Puts <see cref="CrashPoint"/>s around what the checkout persists and asks of others.</summary>
internal static class CrashPoints
{
    /// <summary>Puts the configured point, if there is one, around what is registered already.</summary>
    /// <exception cref="FormatException">There is no such point.</exception>
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
        point.AroundAsync([.. sagas.Select(static saga => NameOf(saga.State.Step)).Distinct()], () => participant.AskAsync(sagas));

    private static string NameOf(SagaStep step) => step switch
    {
        SagaStep.Reserve => "reserve", SagaStep.Commit => "commit", SagaStep.Release => "release", SagaStep.Charge => "charge", SagaStep.Refund => "refund",
        _ => throw new InvalidOperationException($"{step} asks nothing of others."),
    };

    private sealed class CrashingStore(ISagaStore inner, CrashPoint point) : ISagaStore
    {
        public ValueTask<DateTimeOffset> NowAsync() => inner.NowAsync();

        public Task<TurnResult> TurnAsync(Turn turn)
        {
            string[] steps = [turn.Record.Count > 0 ? "record" : "", turn.Ended.Count > 0 ? "end" : "", turn.Begin.Count > 0 ? "begin" : ""];
            return point.AroundAsync(steps, () => inner.TurnAsync(turn));
        }

        // To look and find nothing is to adopt nothing.
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
