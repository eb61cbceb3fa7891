namespace Stock.Api.Reservations;

/// <summary>Body of <c>POST /internal/forget</c>.</summary>
/// <param name="StartedBefore">Unix seconds. No saga that started earlier is open.</param>
internal sealed record ForgetRequest(long StartedBefore);
