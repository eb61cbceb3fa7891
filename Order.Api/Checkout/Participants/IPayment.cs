namespace Order.Api.Checkout.Participants;

internal interface IPayment : IParticipant<PaymentOutcome>;
