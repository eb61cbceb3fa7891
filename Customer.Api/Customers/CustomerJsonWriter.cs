using System.Text.Json;
using MongoDB.Bson;

namespace Customer.Api.Customers;

/// <summary>Writes MongoDB documents as the API's JSON: times in ISO 8601, whole numbers without a fraction, and no internal fields.</summary>
internal static class CustomerJsonWriter
{
    public static void WriteCustomer(this Utf8JsonWriter json, BsonDocument customer)
    {
        json.WriteStartObject();
        json.WriteMembers(customer);
        json.WriteEndObject();
    }

    public static void WriteMembers(this Utf8JsonWriter json, BsonDocument customer)
    {
        if (customer is RawBsonDocument raw)
        {
            BsonJson.WriteMembers(json, raw);
            return;
        }

        for (var i = 0; i < customer.ElementCount; i++)
        {
            var (name, value) = (customer.GetElement(i).Name, customer.GetElement(i).Value);
            if (name is Fields.Words or Fields.Request or Fields.Revision) continue;
            json.WritePropertyName(name == Fields.Id ? Fields.CustomerId : name);
            json.WriteBson(value);
        }
    }

    /// <summary>Writes any value. Types without a JSON equivalent, which another program may have stored, are written as text.</summary>
    public static void WriteBson(this Utf8JsonWriter json, BsonValue value)
    {
        switch (value)
        {
            case BsonString text: json.WriteStringValue(text.Value); break;
            case BsonInt32 number: json.WriteNumberValue(number.Value); break;
            case BsonInt64 number: json.WriteNumberValue(number.Value); break;
            case BsonDouble number when double.IsFinite(number.Value): json.WriteNumberValue(number.Value); break;
            case BsonBoolean flag: json.WriteBooleanValue(flag.Value); break;
            case BsonDateTime { IsValidDateTime: true } time: json.WriteStringValue(time.ToUniversalTime()); break;
            case BsonNull: json.WriteNullValue(); break;
            case BsonDocument document:
                json.WriteStartObject();
                for (var i = 0; i < document.ElementCount; i++)
                {
                    var element = document.GetElement(i);
                    json.WritePropertyName(element.Name);
                    json.WriteBson(element.Value);
                }

                json.WriteEndObject();
                break;
            case BsonArray array:
                json.WriteStartArray();
                for (var i = 0; i < array.Count; i++) json.WriteBson(array[i]);
                json.WriteEndArray();
                break;
            default: json.WriteStringValue(value.ToString()); break;
        }
    }
}
