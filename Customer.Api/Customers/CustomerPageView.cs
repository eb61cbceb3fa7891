using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Customer.Api.Customers;

/// <summary>A page of customers; null for the cursor of the last page.</summary>
internal sealed record CustomerPageView(
    CustomerView[] Customers, int Count, int Limit, int Skip, [property: JsonPropertyName("next_cursor")] string? NextCursor);
