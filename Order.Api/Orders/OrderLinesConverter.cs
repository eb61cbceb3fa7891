using System.Text.Json;
using System.Text.Json.Serialization;

namespace Order.Api.Orders;

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
