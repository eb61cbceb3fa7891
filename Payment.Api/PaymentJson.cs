using System.Text.Json.Serialization;
using Payment.Api.Accounts;

namespace Payment.Api;

/// <summary>What goes over the wire, for the serializers made at build time.</summary>
[JsonSerializable(typeof(UserCreated))]
[JsonSerializable(typeof(UserView))]
[JsonSerializable(typeof(Moved))]
[JsonSerializable(typeof(BatchDone))]
[JsonSerializable(typeof(ChargeRequest))]
[JsonSerializable(typeof(PaymentOutcomes))]
internal sealed partial class PaymentJson : JsonSerializerContext;
