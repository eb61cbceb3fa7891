using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Customers;

/// <param name="Document">The customer as stored; null if nothing was stored.</param>
/// <param name="DuplicateOf">The field whose value another customer already has; null if there is none.</param>
/// <param name="IsStale">Whether the precondition was not met.</param>
internal readonly record struct WriteOutcome(BsonDocument? Document, string? DuplicateOf, bool IsStale = false);
