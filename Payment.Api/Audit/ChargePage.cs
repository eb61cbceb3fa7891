namespace Payment.Api.Audit;

/// <summary>The charges of a page that are done.</summary>
/// <param name="Sagas">Their sagas.</param>
/// <param name="Next">Where the next page begins; null: this was the last one.</param>
internal sealed record ChargePage(Guid[] Sagas, Guid? Next);
