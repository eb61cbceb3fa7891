using System.Text.Json.Serialization;
using Stock.Api.Reservations;

namespace Stock.Api;

/// <summary>What goes over the wire, for the serializers made at build time.</summary>
[JsonSerializable(typeof(ItemCreated))]
[JsonSerializable(typeof(ItemView))]
[JsonSerializable(typeof(ItemStock))]
[JsonSerializable(typeof(BatchDone))]
[JsonSerializable(typeof(PricesRequest))]
[JsonSerializable(typeof(Prices))]
[JsonSerializable(typeof(SettleRequest))]
[JsonSerializable(typeof(ForgetRequest))]
[JsonSerializable(typeof(StockOutcomes))]
internal sealed partial class StockJson : JsonSerializerContext;
