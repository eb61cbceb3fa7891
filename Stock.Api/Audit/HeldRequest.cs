namespace Stock.Api.Audit;

/// <summary>Body of <c>POST /internal/audit/held</c>.</summary>
/// <param name="Items">Items to include, at most <see cref="AuditEndpoints.ItemsMax"/>. A non-atomic read adds all items that a record holds.</param>
/// <param name="Now">Unix seconds by the clock of Order.Api's database, which also dates the records.</param>
/// <param name="IsAtomic">Whether to read everything in one step. This blocks Redis meanwhile, so use it only to confirm a likely violation.</param>
internal sealed record HeldRequest(string[] Items, long Now, bool IsAtomic = false);
