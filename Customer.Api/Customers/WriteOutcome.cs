using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Customers;

/// <summary>What became of a write.</summary>
/// <param name="Document">The customer as it is stored now; null if nothing was stored.</param>
/// <param name="DuplicateOf">The field whose value another customer has; null where there is none.</param>
internal readonly record struct WriteOutcome(BsonDocument? Document, string? DuplicateOf);
