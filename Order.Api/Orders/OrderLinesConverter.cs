using System.Text.Json;
using System.Text.Json.Serialization;

namespace Order.Api.Orders;

/// <summary>Writes lines in the format of the API contract, <c>[["item", quantity], ...]</c>. Reading is not supported.</summary>
internal sealed class OrderLinesConverter : JsonConverter<IReadOnlyList<OrderLine>>
{
    /// <inheritdoc />
    public override IReadOnlyList<OrderLine> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new JsonException("Order lines cannot be read from JSON.");

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
