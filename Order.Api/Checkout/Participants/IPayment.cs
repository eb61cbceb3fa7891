namespace Order.Api.Checkout.Participants;

/// <summary>Charges and refunds.</summary>
internal interface IPayment : IParticipant<PaymentOutcome>;
