namespace Order.Api.Checkout.Participants;

/// <summary>Holds, commits and releases stock.</summary>
internal interface IStock : IParticipant<StockOutcome>;
