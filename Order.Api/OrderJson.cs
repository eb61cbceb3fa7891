using System.Text.Json;
using System.Text.Json.Serialization;
using Order.Api.Checkout;
using Order.Api.Checkout.Participants;
using Order.Api.Operations;
using Order.Api.Orders;

namespace Order.Api;

/// <summary>Source-generated JSON metadata for the service's requests and responses.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OrderCreated))]
[JsonSerializable(typeof(OrderView))]
[JsonSerializable(typeof(OrderChanged))]
[JsonSerializable(typeof(CheckoutDone))]
[JsonSerializable(typeof(BatchDone))]
[JsonSerializable(typeof(SettleRequest))]
[JsonSerializable(typeof(ForgetRequest))]
[JsonSerializable(typeof(StockOutcomes))]
[JsonSerializable(typeof(StockIdentityView))]
[JsonSerializable(typeof(PricesRequest))]
[JsonSerializable(typeof(Prices))]
[JsonSerializable(typeof(PlaceOrder))]
[JsonSerializable(typeof(PlacedOrderView))]
[JsonSerializable(typeof(PlacedOrdersView))]
[JsonSerializable(typeof(PopularView))]
[JsonSerializable(typeof(OpenSagas))]
[JsonSerializable(typeof(ChargeRequest))]
[JsonSerializable(typeof(PaymentOutcomes))]
internal sealed partial class OrderJson : JsonSerializerContext;
