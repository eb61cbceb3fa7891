namespace Stock.Api.Reservations;

/// <summary>Body of <c>POST /internal/forget</c>.</summary>
/// <param name="StartedBefore">Unix seconds; no saga that started before is open.</param>
internal sealed record ForgetRequest(long StartedBefore);
