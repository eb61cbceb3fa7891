using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Customer.Api.Customers;

// What the API document says of requests and answers. Both are read and written field by field (CustomerReader, CustomerJsonWriter), without these types.

internal sealed record AddressContract(string? Street, string? City, string? State, [property: JsonPropertyName("postal_code")] string? PostalCode);
