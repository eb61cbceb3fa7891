using System.Text.Json.Serialization;
using Payment.Api.Accounts;
using Payment.Api.Audit;
using Payment.Api.Charges;

namespace Payment.Api;

/// <summary>Source-generated JSON metadata for the service's requests and responses.</summary>
[JsonSerializable(typeof(UserCreated))]
[JsonSerializable(typeof(UserView))]
[JsonSerializable(typeof(Moved))]
[JsonSerializable(typeof(BatchDone))]
[JsonSerializable(typeof(ChargeRequest))]
[JsonSerializable(typeof(PaymentOutcomes))]
[JsonSerializable(typeof(FindChargesRequest))]
[JsonSerializable(typeof(FoundCharges))]
[JsonSerializable(typeof(ChargePageRequest))]
[JsonSerializable(typeof(ChargePage))]
[JsonSerializable(typeof(BooksPage))]
internal sealed partial class PaymentJson : JsonSerializerContext;
