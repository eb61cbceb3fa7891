using System.Buffers.Text;
using MongoDB.Bson;

namespace Customer.Api.Customers;

/// <summary>The raw query parameters of <c>GET /customers</c>.</summary>
internal sealed record CustomerListParameters(
    string? Limit, string? Skip, string? Cursor, string? Order, string? Status, string? Country, string? Search,
    [property: Microsoft.AspNetCore.Mvc.FromQuery(Name = "user_id")] string? UserId);
