namespace Order.Api.Checkout;

/// <summary>Who takes part in a checkout: stock or payment. Every command may be repeated: its key is the saga.</summary>
/// <typeparam name="TOutcome">Its outcomes, as they come over the wire: a number may be unknown here. <see cref="Outcomes"/> reads them.</typeparam>
internal interface IParticipant<TOutcome>
{
    /// <summary>Asks for what each saga is to do next (<see cref="SagaState.Step"/>) and returns the outcomes, in the order given.</summary>
    /// <exception cref="Exception">Of any kind: nothing is known; all, some or none may have been done, or may yet be.</exception>
    Task<TOutcome[]> AskAsync(IReadOnlyList<CheckoutSaga> sagas);
}

/// <summary>Stock: holds, commits and releases.</summary>
internal interface IStock : IParticipant<StockOutcome>;

/// <summary>Payment: charges and refunds.</summary>
internal interface IPayment : IParticipant<PaymentOutcome>;

// What goes to Stock.Api and Payment.Api and comes back, as this service sees it.

/// <summary>What a saga wants of Stock.Api.</summary>
internal enum ReservationVerb
{
    Hold = 1,
    Commit = 2,
    Release = 3,
}

/// <summary>One item of an order.</summary>
internal sealed record ReservationLine(string Item, long Quantity);

internal sealed record SettleMember(Guid Saga, long StartedAt, ReservationVerb Verb, ReservationLine[]? Lines)
{
    /// <summary>What a saga asks of Stock.Api next.</summary>
    public static SettleMember Of(CheckoutSaga saga)
    {
        var verb = saga.State.Step switch
        {
            SagaStep.Reserve => ReservationVerb.Hold,
            SagaStep.Commit => ReservationVerb.Commit,
            SagaStep.Release => ReservationVerb.Release,
            var step => throw new InvalidOperationException($"{step} asks nothing of Stock.Api."),
        };
        return new(saga.Id, saga.Batch.StartedAt, verb, verb == ReservationVerb.Hold ? saga.Lines : null);
    }
}

internal sealed record SettleRequest(SettleMember[] Members, Guid Stock);

internal sealed record ForgetRequest(long StartedBefore);

/// <summary>Null: Redis has lost its stock.</summary>
internal sealed record StockIdentityView(Guid? Id);

internal sealed record StockOutcomes(StockOutcome[] Outcomes);

internal sealed record PricesRequest(IReadOnlyList<string> Items);

/// <summary>Null: no such item.</summary>
internal sealed record Prices(long?[] Values);

internal sealed record ChargeMember(Guid Saga, string User, long Amount, bool IsRefund)
{
    /// <summary>What a saga asks of Payment.Api next.</summary>
    public static ChargeMember Of(CheckoutSaga saga) => new(saga.Id, saga.UserId, saga.Total, saga.State.Step switch
    {
        SagaStep.Charge => false,
        SagaStep.Refund => true,
        var step => throw new InvalidOperationException($"{step} asks nothing of Payment.Api."),
    });
}

internal sealed record ChargeRequest(ChargeMember[] Members);

internal sealed record PaymentOutcomes(PaymentOutcome[] Outcomes);

/// <summary>What Stock.Api says of a saga's reservation.</summary>
internal enum StockOutcome
{
    Held = 1,
    OutOfStock = 2,
    UnknownItem = 3,
    Released = 4,
    Committed = 5,
    NotHeld = 6,
}

/// <summary>What Payment.Api says of a saga's charge.</summary>
internal enum PaymentOutcome
{
    Charged = 1,
    InsufficientCredit = 2,
    UnknownUser = 3,
    Refunded = 4,
    Cancelled = 5,
}
