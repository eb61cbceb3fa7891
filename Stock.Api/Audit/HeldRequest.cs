namespace Stock.Api.Audit;

/// <summary>Body of <c>POST /internal/audit/held</c>.</summary>
/// <param name="Items">Items to look at, <see cref="AuditEndpoints.ItemsMax"/> at most; besides them come all that a record holds.</param>
/// <param name="Now">Unix seconds of Order.Api's database, by which records are kept.</param>
/// <param name="IsAtomic">Read all in one step, while nothing else moves. Stops Redis for as long, so only for what is all but certain.</param>
internal sealed record HeldRequest(string[] Items, long Now, bool IsAtomic = false);
