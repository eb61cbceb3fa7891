using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Customer.Api.Customers;

// The contract types describe requests and responses in the API document only. Both are read and written field by field (CustomerReader, CustomerJsonWriter).

internal sealed record AddressContract(string? Street, string? City, string? State, [property: JsonPropertyName("postal_code")] string? PostalCode);
