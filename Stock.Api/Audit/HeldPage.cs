namespace Stock.Api.Audit;

/// <summary>What is held.</summary>
/// <param name="Items">The items asked for that exist, and those that records hold.</param>
/// <param name="Sagas">Sagas with a record that holds; none where it was read in one step.</param>
internal sealed record HeldPage(ItemBooks[] Items, Guid[] Sagas);
