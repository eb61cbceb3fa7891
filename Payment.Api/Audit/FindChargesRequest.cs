namespace Payment.Api.Audit;

/// <summary>Body of <c>POST /internal/audit/find</c>.</summary>
/// <param name="Sagas">1 to 1,000 sagas.</param>
internal sealed record FindChargesRequest(Guid[] Sagas);
