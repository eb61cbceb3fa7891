namespace Order.Api.Checkout.Participants;

/// <summary>Stock: holds, commits and releases.</summary>
internal interface IStock : IParticipant<StockOutcome>;
