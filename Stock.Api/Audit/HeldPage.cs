namespace Stock.Api.Audit;

/// <summary>Response of <c>POST /internal/audit/held</c>.</summary>
/// <param name="Items">The requested items that exist, and in a non-atomic read also all items held by records.</param>
/// <param name="Sagas">Sagas with a record that holds stock; empty for an atomic read.</param>
internal sealed record HeldPage(ItemBooks[] Items, Guid[] Sagas);
