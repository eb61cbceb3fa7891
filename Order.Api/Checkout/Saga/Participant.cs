namespace Order.Api.Checkout.Saga;

/// <summary>The service that carries out a step of a saga.</summary>
internal enum Participant
{
    /// <summary>Stock.Api.</summary>
    Stock,

    /// <summary>Payment.Api.</summary>
    Payment,

    /// <summary>This service's own database.</summary>
    Store,
}
