using System.Text.Json;
using System.Text.Json.Serialization;

namespace Customer.Api.Customers;

/// <summary>Source-generated JSON metadata for the types that the framework reads and that the API document describes.</summary>
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(CustomerInput[]))]
[JsonSerializable(typeof(CustomerPageView))]
[JsonSerializable(typeof(BatchView))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
internal sealed partial class CustomerJson : JsonSerializerContext;
