using System.Text.Json;
using System.Text.Json.Serialization;
using Order.Api.Checkout;
using Order.Api.Orders;

namespace Order.Api;

/// <summary>What goes over the wire, for the serializers made at build time.</summary>
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

/// <summary>Writes lines as the contract has them, <c>[["item", quantity], ...]</c>. They are never read.</summary>
internal sealed class OrderLinesConverter : JsonConverter<IReadOnlyList<OrderLine>>
{
    /// <inheritdoc />
    public override IReadOnlyList<OrderLine> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new JsonException("Lines are only written.");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, IReadOnlyList<OrderLine> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var line in value)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(line.Item);
            writer.WriteNumberValue(line.Quantity);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }
}
