using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Customer.Api.Customers;

/// <summary>A page of customers. The cursor is null on the last page.</summary>
internal sealed record CustomerPageView(
    CustomerView[] Customers, int Count, int Limit, int Skip, [property: JsonPropertyName("next_cursor")] string? NextCursor);
