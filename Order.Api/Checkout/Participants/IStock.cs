namespace Order.Api.Checkout.Participants;

internal interface IStock : IParticipant<StockOutcome>;
