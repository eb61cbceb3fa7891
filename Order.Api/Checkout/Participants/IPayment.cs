namespace Order.Api.Checkout.Participants;

/// <summary>Payment: charges and refunds.</summary>
internal interface IPayment : IParticipant<PaymentOutcome>;
