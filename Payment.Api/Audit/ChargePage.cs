namespace Payment.Api.Audit;

/// <summary>The completed charges of a page.</summary>
/// <param name="Sagas">The sagas of the charges.</param>
/// <param name="Next">Where the next page begins; null after the last page.</param>
internal sealed record ChargePage(Guid[] Sagas, Guid? Next);
